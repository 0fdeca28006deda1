"""What must never be stored is taken out of a message before anything else sees it.

PCI DSS 4.0.1 s.3.3.1 forbids storing CVV, PIN and track after authorisation; JR/T 0171-2020
classes passwords and codes C3. Each value is replaced by a visible marker, `[OTP]`, so the
customer and the agent see that something was dropped, and what.

People answer in two messages ("my code is" / "482913"), so the messages before are read for
a label that still waits for its value.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from compliance.pii.normalise import Normalised, normalise
from compliance.pii.secret_forms import secret_spans
from compliance.pii.types import RawText

_LOOK_BACK = 3
_LABELS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "CVV",
        re.compile(r"(?ai)\bcvv2?\b|\bcvc2?\b|安全码|(?:背面|背后|后面)的?(?:三位|3位|后三位)|security code|three[- ]digit|3[- ]digit|on the back"),
        re.compile(r"\d{3,4}"),
    ),
    (
        "OTP",
        re.compile(r"(?ai)验证码|校验码|动态码|动态密码|短信码|一次性密码|确认码|\botp\b|one[- ]?time|verification code|passcode|sms code|security code|(?:my|the|your|a|that|this|digit) code|\bcode\b"),
        re.compile(r"\d{4,8}"),
    ),
    (
        "PIN",
        re.compile(r"(?ai)(?:取款|交易|银行卡|卡|atm)的?密码|pin ?码|\bpin\b"),
        re.compile(r"\d{4,6}"),
    ),
    (
        "CARD_EXPIRY",
        re.compile(r"(?ai)有效期|到期日|expiry|expiration|exp(?:ires)?\b|valid thru"),
        re.compile(r"(?:0[1-9]|1[0-2]) ?[/.-]? ?(?:20)?[2-4]\d"),
    ),
    (
        "PASSWORD",
        re.compile(r"(?ai)密码|口令|pass ?word|\bpwd\b|passphrase"),
        re.compile(r"(?=[!-~]*\d)[!-~]{6,32}|(?=[!-~]*[^A-Za-z])[!-~]{8,32}"),
    ),
)  # fmt: skip
_LOST = re.compile(
    r"(?ai)忘|没收到|收不到|未收到|丢|重置|修改|找回|错误|不对|不正确|怎么|如何|forg[oe]t|didn'?t (?:get|receive)|not receiv|reset|"
    r"change|wrong|incorrect|expired|never (?:ask|share)|don'?t (?:share|send|tell)|do not|不要|切勿|请勿|不会(?:向您)?(?:索要|询问)"
)
_WAITS = re.compile(
    r"(?ai)(?:是|为|:|：|=|is|are|was)[ \"'“]*(?:\.{2,}|…+)?\s*$|(?:码|密码|口令|code|pin|cvv2?|cvc2?|otp|password|date|back|有效期)[:： ?？。.!,，]*\s*$"
)
_ASKED = re.compile(
    r"(?ai)请(?:您)?(?:提供|输入|告知|告诉|发|报|说|回复)|(?:发|告诉|报|给)(?:一下|我|过来|下)|多少|什么|几位|what(?:'s| is)|enter|provide|tell|give|send|read|type|confirm|share|could you|can you|may i have|收到了?|got|received|here|这是|发你"
)
_BARE = re.compile(
    r"(?ai)^\s*(?:(?:好的?|嗯|哦|行|ok(?:ay)?|sure|yes|here(?: it is| you go)?|it'?s|its|that'?s|the code is|是|就是|这个|给你|喏|应该是|收到了?)[ ,，:：。.!]*)*[\"'“「【\[(（]?(?P<value>[!-~][!-~ /-]{1,31}?[!-~]?)[\"'”」】\])）]?(?:[ ,，。.!]*(?:谢谢|thanks?|thank you|吧|哦|啊|呢|对吗|right|please)?[?？。.!,， ]*)$"
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Where a secret stood in the raw text (half-open), and its type; never the value."""

    start: int
    end: int
    type: str
    why: str


@dataclass(frozen=True, slots=True)
class Screened:
    """`text` has markers for secrets; `dropped` lists their types in order."""

    text: RawText = field(repr=False)
    dropped: tuple[str, ...]
    spans: tuple[Dropped, ...] = ()


def screen(text: RawText, earlier: Sequence[str] = ()) -> Screened:
    """Take the secrets out of one message.

    earlier: messages of the same conversation before it, oldest first; the last three count.
    Returns: the text with `[PASSWORD]`-like markers, and what was dropped.
    """
    spans = find_secrets(text, earlier)
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces += [text[done : span.start], f"[{span.type}]"]
        done = span.end
    kept = RawText("".join(pieces) + text[done:]) if spans else text
    return Screened(kept, tuple(s.type for s in spans), spans)


def find_secrets(text: RawText, earlier: Sequence[str] = ()) -> tuple[Dropped, ...]:
    """Where the secrets of a message are, in order, without overlap; offsets are raw."""
    normalised = normalise(text)
    found = [
        Dropped(*normalised.raw_span(s.start, s.end), s.type, s.why)
        for s in secret_spans(normalised.text)
    ]
    if not found and earlier:
        found += _answered(normalised, earlier)
    found.sort(key=lambda s: (s.start, -s.end))
    apart: list[Dropped] = []
    for span in found:
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return tuple(apart)


def _answered(normalised: Normalised, earlier: Sequence[str]) -> list[Dropped]:
    """A bare value that answers a label waiting in one of the last messages."""
    match = _BARE.match(normalised.text)
    if match is None:
        return []
    start, end = match.span("value")
    value = match.group("value").strip()
    for message in reversed(earlier[-_LOOK_BACK:]):
        kind = _waiting_for(normalise(message).text, value)
        if kind:
            end = start + len(value)
            why = "value alone, after a message that named it"
            return [Dropped(*normalised.raw_span(start, end), kind, why)]
    return []


def _waiting_for(message: str, value: str) -> str | None:
    if any(True for _ in secret_spans(message)):
        return None
    has_end = _WAITS.search(message)
    if not has_end and (_LOST.search(message) or not _ASKED.search(message)):
        return None
    if (
        has_end
        and _LOST.search(message)
        and not re.search(r"(?ai)(?:是|为|:|：|is|was)\s*$", message)
    ):
        return None
    joined = re.sub(r"(?<=\d)[ -](?=\d)", "", value)
    for kind, label, form in _LABELS:
        if label.search(message) and form.fullmatch(joined):
            return kind
    return None
