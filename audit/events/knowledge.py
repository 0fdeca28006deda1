"""Articles, their versions and searches in them."""

from dataclasses import dataclass

from audit.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ArticleDrafted(Event, kind="knowledge:article:drafted"):
    """An article was begun."""

    language: str


@dataclass(frozen=True, kw_only=True)
class ArticleWithdrawn(Event, kind="knowledge:article:withdrawn"):
    """An article is no longer used."""


@dataclass(frozen=True, kw_only=True)
class VersionSubmitted(Event, kind="knowledge:version:submitted"):
    """A version waits for approval."""

    digest: bytes


@dataclass(frozen=True, kw_only=True)
class VersionPublished(Event, kind="knowledge:version:published"):
    """A version is in use."""

    digest: bytes


@dataclass(frozen=True, kw_only=True)
class VersionExpired(Event, kind="knowledge:version:expired"):
    """A version's last day has passed."""


@dataclass(frozen=True, kw_only=True)
class SearchPerformed(Event, kind="knowledge:search:performed"):
    """Someone searched the knowledge base."""

    results: int
