"""Conversations between customers, the assistant and agents."""

from dataclasses import dataclass

from audit.events.base import Event


@dataclass(frozen=True, kw_only=True)
class ConversationBegun(Event, kind="desk:conversation:begun"):
    """A customer opened a conversation."""

    channel: str
    language: str


@dataclass(frozen=True, kw_only=True)
class ConversationViewed(Event, kind="desk:conversation:viewed"):
    """Someone read a conversation; `form` is raw, mask or placeholder."""

    form: str


@dataclass(frozen=True, kw_only=True)
class ConversationTaken(Event, kind="desk:conversation:taken"):
    """An agent took over."""


@dataclass(frozen=True, kw_only=True)
class ConversationReturned(Event, kind="desk:conversation:returned"):
    """An agent gave the conversation back to the assistant."""


@dataclass(frozen=True, kw_only=True)
class ConversationClosed(Event, kind="desk:conversation:closed"):
    """A conversation ended."""

    messages: int


@dataclass(frozen=True, kw_only=True)
class ConversationsListed(Event, kind="desk:conversation:listed"):
    """Someone saw a list of conversations."""

    count: int


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event, kind="desk:message:received"):
    """A customer wrote; length in characters, types of personal data found."""

    length: int
    types: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event, kind="desk:message:sent"):
    """The assistant or an agent wrote; length in characters."""

    length: int


@dataclass(frozen=True, kw_only=True)
class HandoverRequested(Event, kind="desk:handover:requested"):
    """A person was asked for, or a rule demanded one."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class FeedbackGiven(Event, kind="desk:feedback:given"):
    """A customer judged one reply."""

    helpful: bool


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event, kind="desk:survey:answered"):
    """A customer answered the survey."""

    score: int
