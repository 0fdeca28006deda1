"""Every kind of event as a sentence, in the reader's language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AREAS: Final[dict[str, str | Promise]] = {
    "accounts": _("People and access"),
    "approval": _("Four eyes"),
    "assistant": _("Assistant"),
    "audit": _("The log itself"),
    "channels": _("Ways in"),
    "desk": _("Conversations"),
    "knowledge": _("Knowledge"),
    "llm": _("Models"),
    "ops": _("The box"),
    "privacy": _("Data subjects"),
    "vault": _("Keys"),
}

KINDS: Final[dict[str, str | Promise]] = {
    "accounts:session:opened": _("Signed in"),
    "accounts:session:closed": _("Signed out"),
    "accounts:session:refused": _("Sign-in refused"),
    "accounts:access:refused": _("Entry refused"),
    "accounts:page:viewed": _("Opened a page"),
    "accounts:person:created": _("Made an account"),
    "approval:proposal:made": _("Proposed a change"),
    "approval:proposal:approved": _("Approved a change as second person"),
    "approval:proposal:rejected": _("Rejected a change"),
    "approval:proposal:expired": _("A proposal ran out"),
    "approval:proposal:withdrawn": _("Took a proposal back"),
    "approval:proposal:undone": _("Changed an approved change back"),
    "approval:proposal:viewed": _("Read what is proposed"),
    "approval:decision:refused": _("Was refused a decision"),
    "assistant:secret:dropped": _("Cut a secret out of a message"),
    "assistant:reply:composed": _("Composed a reply"),
    "assistant:reply:withheld": _("Held a reply back"),
    "assistant:reply:refused": _("Had no approved answer"),
    "assistant:reply:replayed": _("Re-derived a reply"),
    "audit:trail:searched": _("Searched the trail"),
    "audit:entry:viewed": _("Read an entry"),
    "audit:pack:exported": _("Took an evidence pack"),
    "audit:checkpoint:exported": _("Took a checkpoint"),
    "channels:identity:accepted": _("The bank's site named the customer"),
    "channels:identity:refused": _("A claimed identity did not hold"),
    "channels:rate:limited": _("Too many requests"),
    "desk:conversation:begun": _("Began a conversation"),
    "desk:conversation:viewed": _("Read a conversation"),
    "desk:conversation:taken": _("Took a conversation"),
    "desk:conversation:returned": _("Handed a conversation back"),
    "desk:conversation:closed": _("Ended a conversation"),
    "desk:conversation:listed": _("Saw the list of conversations"),
    "desk:message:received": _("Wrote a message"),
    "desk:message:sent": _("Sent a message to a customer"),
    "desk:handover:requested": _("Asked for a person"),
    "desk:feedback:given": _("Judged an answer"),
    "desk:survey:answered": _("Answered the survey"),
    "knowledge:article:drafted": _("Drafted an article"),
    "knowledge:article:withdrawn": _("Withdrew an article"),
    "knowledge:version:submitted": _("Submitted a version for approval"),
    "knowledge:version:published": _("Published a version"),
    "knowledge:version:expired": _("A version's time ran out"),
    "knowledge:search:performed": _("Searched the knowledge"),
    "llm:model:imported": _("Imported a model"),
    "llm:model:verified": _("Verified a model"),
    "llm:model:refused": _("Refused a model"),
    "llm:model:promoted": _("Put a model into use"),
    "ops:installation:created": _("Set up the box"),
    "ops:service:started": _("A service started"),
    "ops:service:stopped": _("A service stopped"),
    "ops:service:failed": _("A service failed"),
    "ops:health:viewed": _("Looked at the box's health"),
    "privacy:subject:created": _("Made a data subject with its key"),
    "privacy:subject:erased": _("Erased a data subject's key"),
    "privacy:erasure:begun": _("Began an erasure"),
    "privacy:erasure:certified": _("Certified an erasure"),
    "vault:key:created": _("Made a key"),
    "vault:key:rotated": _("Replaced a key"),
    "vault:key:destroyed": _("Destroyed a key"),
}


def kind_words(kind: str) -> str | Promise:
    return KINDS.get(kind, kind)


def area_of(kind: str) -> str:
    return kind.partition(":")[0]


def kind_choices() -> list[tuple[str | Promise, object]]:
    """For a select: each area as a whole, then its kinds."""
    grouped: list[tuple[str | Promise, object]] = [("", _("Everything"))]
    for area, title in AREAS.items():
        kinds: list[tuple[str, str | Promise]] = [(f"{area}:", _("All of this"))]
        kinds += [(kind, words) for kind, words in KINDS.items() if area_of(kind) == area]
        grouped.append((title, kinds))
    return grouped
