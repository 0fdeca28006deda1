"""The JSON of the customer's API: what comes in, checked, and what goes out."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from appliance.desk.models import Conversation
from appliance.desk.queries import Turn, place_in_line
from appliance.knowledge.models import Version

_LONGEST_COMMENT = 1000


class OneOf(serializers.ChoiceField):
    """The framework's own sentence repeats what was sent, which may be anything."""

    default_error_messages: ClassVar = {"invalid_choice": _("Send one of these: {choices}.")}

    def fail(self, key: str, **values: Any) -> NoReturn:
        super().fail(key, choices=", ".join(map(str, self.choices)), **values)


class BeginIn(serializers.Serializer[None]):
    language = OneOf([code for code, _name in settings.LANGUAGES], default="zh-hans")
    channel = OneOf(["web", "widget"], default="web")
    identity = serializers.CharField(
        required=False, allow_null=True, allow_blank=False, max_length=4096
    )


class AnyText(serializers.Field[str, object, str, object]):
    """Any string at all: length and characters are the pipeline's to judge and to mend."""

    default_error_messages: ClassVar = {"invalid": _("Send the text as a string.")}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data

    def to_representation(self, value: str) -> str:
        return value


class MessageIn(serializers.Serializer[None]):
    text = AnyText()


class FeedbackIn(serializers.Serializer[None]):
    helpful = serializers.BooleanField()


class SurveyIn(serializers.Serializer[None]):
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=_LONGEST_COMMENT
    )


@dataclass(frozen=True)
class StateOut:
    """Where a conversation stands, as its customer may know it."""

    id: str
    state: str
    language: str
    position: int | None
    agent: bool

    @classmethod
    def of(cls, conversation: Conversation) -> "StateOut":
        return cls(
            id=str(conversation.pk),
            state=conversation.state,
            language=conversation.language,
            position=place_in_line(conversation),
            agent=conversation.state == Conversation.State.WITH_PERSON,
        )


def state_out(conversation: Conversation) -> dict[str, object]:
    return asdict(StateOut.of(conversation))


def messages_out(turns: tuple[Turn, ...]) -> list[dict[str, object]]:
    """Turns as JSON, each source with the sentences that were used and their article's title."""
    wanted = {str(source["version"]) for turn in turns for source in turn.sources}
    texts = dict(
        Version.objects.filter(pk__in=[UUID(one) for one in wanted]).values_list("pk", "text")
    )
    return [_message(turn, texts) for turn in turns]


def _message(turn: Turn, texts: dict[UUID, str]) -> dict[str, object]:
    return {
        "id": str(turn.message_id),
        "place": turn.place,
        "author": turn.author,
        "text": turn.text,
        "at": turn.at.isoformat(),
        # GB 45438-2025 and EU AI Act 50: every machine-made message says so.
        "ai": turn.author == "assistant",
        "outcome": turn.outcome,
        "sources": [_source(source, texts) for source in turn.sources],
        "helpful": turn.is_helpful,
        "dropped": sorted(turn.dropped),
    }


def _source(source: dict[str, object], texts: dict[UUID, str]) -> dict[str, object]:
    text = texts.get(UUID(str(source["version"])), "")
    ranges = source["ranges"]
    assert isinstance(ranges, list)
    return {
        "article": source["article"],
        "version": source["number"],
        "title": source["title"],
        "text": text,
        "sentences": [
            {"start": start, "end": end, "text": text[start:end]} for start, end in ranges
        ],
    }
