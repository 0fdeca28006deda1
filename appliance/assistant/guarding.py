"""Stage 7: every piece passes the guard before it leaves."""

from collections.abc import Callable
from dataclasses import replace

from appliance.assistant.notices import notice
from appliance.assistant.stages import Composed
from compliance.pii.engine import detector
from compliance.pii.errors import GuardBlocked
from compliance.pii.guard import StreamGuard
from compliance.pii.rules_pack import shipped_rules


def guarded(composed: Composed, language: str, say: Callable[[str], None]) -> tuple[str, Composed]:
    """Send the answer piece by piece through the hold-back window.

    Returns: what was said in the end, and the outcome with it: a rule that fires withholds the
             rest and leaves a sentence that says so; a refusal is a sentence of ours.
    """
    if not composed.chosen:
        said = notice("refused", language)
        say(said)
        return said, composed
    guard = StreamGuard(detect=detector().find, rules=shipped_rules())
    gap = "" if language == "zh" else " "
    said = ""
    try:
        for number, row in enumerate(composed.chosen):
            said += _pass(guard.feed((gap if number else "") + row.sentence.text), say)
        said += _pass(guard.finish(), say)
    except GuardBlocked as blocked:
        said = notice("withheld", language)
        say(said)
        return said, replace(
            composed,
            outcome="withheld",
            chosen=(),
            parameters={**composed.parameters, "rule": blocked.rule},
        )
    return said, composed


def _pass(piece: str, say: Callable[[str], None]) -> str:
    if piece:
        say(piece)
    return piece
