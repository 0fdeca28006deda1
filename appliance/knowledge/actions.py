"""What people do with articles: draft, submit, publish by a second person, withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import Max

from appliance.accounts.models import Person
from appliance.knowledge.errors import BadArticleError, NotInStateError, SamePersonError
from appliance.knowledge.index import drop_from_index, index_version
from appliance.knowledge.models import Article, Version
from audit.actions import append
from audit.canonical import canonical_bytes
from audit.events import (
    ArticleDrafted,
    ArticleWithdrawn,
    VersionPublished,
    VersionSubmitted,
)

MAX_SENTENCES = 200
MAX_SENTENCE = 1000


@dataclass(frozen=True)
class Draft:
    """An article as it is written: sentences in order, each fit to be shown alone."""

    slug: str
    language: str
    topic: str
    title: str
    sentences: Sequence[str]
    intents: Sequence[str] = ()
    questions: Sequence[str] = ()
    wordings: Sequence[str] = ()
    audience: str = "public"
    effective_at: datetime | None = None
    expires_at: datetime | None = None


@transaction.atomic
def draft_article(draft: Draft, *, author: Person, origin: str, now: datetime) -> Version:
    """Store a new version of the article with this slug, or the first one.

    Raises: BadArticleError.
    """
    _check(draft)
    article, _ = Article.objects.get_or_create(
        slug=draft.slug,
        defaults={
            "language": draft.language,
            "topic": draft.topic,
            "audience": draft.audience,
            "owner": author,
            "created_at": now,
        },
    )
    Article.objects.select_for_update().get(pk=article.pk)
    last = article.versions.aggregate(last=Max("number"))["last"] or 0
    text, ranges = joined(draft.sentences, draft.language)
    version = Version.objects.create(
        article=article,
        number=last + 1,
        title=draft.title,
        text=text,
        sentences=ranges,
        intents=list(draft.intents),
        questions=list(draft.questions),
        wordings=list(draft.wordings),
        digest=version_digest(draft.title, text, ranges),
        drafted_by=author,
        drafted_at=now,
        effective_at=draft.effective_at or now,
        expires_at=draft.expires_at,
    )
    append(
        ArticleDrafted(
            actor=f"person:{author.pk}",
            origin=origin,
            object=f"version:{version.pk}",
            language=draft.language,
        )
    )
    return version


def joined(sentences: Sequence[str], language: str) -> tuple[str, list[list[int]]]:
    """The text of the sentences and the half-open range of each in it."""
    gap = "" if language.startswith("zh") else " "
    text, ranges = "", []
    for sentence in sentences:
        text += gap if text else ""
        ranges.append([len(text), len(text) + len(sentence)])
        text += sentence
    return text, ranges


def version_digest(title: str, text: str, ranges: list[list[int]]) -> bytes:
    return sha256(canonical_bytes({"title": title, "text": text, "sentences": ranges})).digest()


def _check(draft: Draft) -> None:
    if not draft.sentences or len(draft.sentences) > MAX_SENTENCES:
        raise BadArticleError(f"got {len(draft.sentences)} sentences, want 1 to {MAX_SENTENCES}")
    for place, sentence in enumerate(draft.sentences, 1):
        if not sentence.strip() or len(sentence) > MAX_SENTENCE or "\x00" in sentence:
            raise BadArticleError(
                f"sentence {place}: got {len(sentence)} characters, want 1 to {MAX_SENTENCE}"
            )
    if draft.expires_at and draft.effective_at and draft.expires_at <= draft.effective_at:
        raise BadArticleError("got an expiry before the effective date, want it after")


@transaction.atomic
def submit_version(version: Version, *, by: Person, origin: str) -> None:
    """Hand a draft to a second person. Raises NotInStateError."""
    _step(version, Version.State.DRAFT, Version.State.SUBMITTED)
    append(
        VersionSubmitted(
            actor=f"person:{by.pk}",
            origin=origin,
            object=f"version:{version.pk}",
            digest=bytes(version.digest),
        )
    )


@transaction.atomic
def publish_version(version: Version, *, by: Person, origin: str, now: datetime) -> None:
    """Make a submitted version what the assistant answers from, in place of the former one.

    Raises: NotInStateError, SamePersonError.
    """
    if version.drafted_by_id == by.pk:
        raise SamePersonError("the author may not approve: ask another person")
    # One publication of an article at a time: the second finds what the first has published.
    Article.objects.select_for_update().get(pk=version.article_id)
    former = Version.objects.filter(
        article=version.article_id, state=Version.State.PUBLISHED
    ).first()
    if former is not None:
        former.state = Version.State.RETIRED
        former.save(update_fields=["state"])
        drop_from_index(former)
    version.approved_by, version.published_at = by, now
    version.save(update_fields=["approved_by", "published_at"])
    _step(version, Version.State.SUBMITTED, Version.State.PUBLISHED)
    index_version(version)
    append(
        VersionPublished(
            actor=f"person:{by.pk}",
            origin=origin,
            object=f"version:{version.pk}",
            digest=bytes(version.digest),
        )
    )


@transaction.atomic
def withdraw_article(article: Article, *, by: Person, origin: str) -> None:
    """Stop answering from an article at once; its versions stay readable."""
    Article.objects.select_for_update().get(pk=article.pk)
    live = Version.objects.filter(article=article, state=Version.State.PUBLISHED).first()
    if live is None:
        raise NotInStateError("got an article without a published version, want one with")
    _step(live, Version.State.PUBLISHED, Version.State.RETIRED)
    drop_from_index(live)
    append(ArticleWithdrawn(actor=f"person:{by.pk}", origin=origin, object=f"article:{article.pk}"))


def _step(version: Version, before: Version.State, after: Version.State) -> None:
    changed = Version.objects.filter(pk=version.pk, state=before).update(state=after)
    if not changed:
        raise NotInStateError(f"got a version that is not {before.value}, want one that is")
    version.state = after
