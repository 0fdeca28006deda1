"""Personal names in Latin letters.

Form: one to four capitalised words, initials and particles. Evidence: a title, words that
introduce a name ("my name is", "account holder:"), a known given name, a known surname. One
known given name alone counts only in a sentence about a person; `Mark`, `Will` and `May`
never alone.
Examples (invented): my name is john smith, Dear Ms Anne-Marie O'Neill, ask Sarah about it.
"""

import re
from collections.abc import Iterator
from functools import cache

from compliance.pii.recognisers.base import LABELLED, LIKELY, SHAPED, Candidate, Recogniser
from compliance.pii.recognisers.cn.names_data import sections
from compliance.pii.view import Has, View

_UPPER = r"A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽ"
_LETTER = r"A-Za-zÀ-ÖØ-öø-ÿĀ-ſ"
_WORD = rf"(?:[{_UPPER}][{_LETTER}]*(?:['’][{_UPPER}]?[{_LETTER}]+)?(?:-[{_UPPER}][{_LETTER}]+)*)"
_NAME_RUN = re.compile(
    rf"(?<![{_LETTER}0-9_@.#'’-]){_WORD}(?:(?: |\. )(?:(?:van|von|de|der|den|da|di|del|la|le|bin|al|el|dos|st\.?) )?{_WORD}){{0,3}}(?![{_LETTER}0-9_@])"
)
_TITLE = re.compile(
    r"(?:\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|lady|lord|rev|captain|capt|judge|officer)\.? )$"
)
_INTRODUCES = re.compile(
    r"(?:my (?:full |legal |first |last |maiden )?name(?:'s| is| was)|name(?:d)?(?: is)?|i am|i'm|im|this is|it's|call me|known as|called|"
    r"speaking (?:with|to)|spoke (?:with|to)|(?:account|card|policy) ?(?:holder|owner)(?:'s name)?(?: is)?|holder|beneficiary|payee|recipient|"
    r"sender|applicant|customer|client|patient|guardian|attn|signed|regards|sincerely|thanks|cheers|dear|"
    r"husband|wife|son|daughter|mother|father|brother|sister|friend|colleague|partner|boss|manager|uncle|aunt|mum|mom|dad|neighbou?r|employee|landlord"
    r"|payable to|paid to|addressed to|registered to|belongs to|in the name of|on behalf of|add)"
    r"(?: is| was| to|:|,| -|\n| called| named)*[ \n\t:\"“'(]{0,3}$"
)
_PERSONAL = re.compile(
    r"(?:\b(?:with|to|from|by|for|and|ask|asked|told|tell|met|meet|contact|paid|pay|owe|owed|let|helped|called|saw|of|that|hi|hello|hey|thanks|bye|love|yours),? )$"
)
_ACTS = re.compile(
    r"^(?:'s\b|’s\b| (?:is|was|has|had|said|says|told|asked|sent|paid|owes|lives|works|called|will|can|wants|needs|opened|lost|and i\b|from\b|wrote|transferred|listed|went|who))"
)
_LOWER_NAME = re.compile(
    r"(?:my (?:full )?name(?:'s| is)|i am|i'm|this is|call me|name:|name is|holder is|payee is|beneficiary is) ((?:[a-z]+(?:['-][a-z]+)?)(?: [a-z]+(?:['-][a-z]+)?){0,3})"
)


class _Lists:
    def __init__(self) -> None:
        parts = {k: frozenset(v.split()) for k, v in sections("names_en.txt").items()}
        self.given = parts["given"]
        self.ambiguous = parts["ambiguous"]
        self.surnames = parts["surnames"]
        self.stop = parts["not-names"]
        self.tails = parts["place-tails"]


@cache
def _lists() -> _Lists:
    return _Lists()


class LatinPersonRecogniser(Recogniser):
    TYPES = ("PERSON",)
    NEEDS = Has.LATIN

    def candidates(self, view: View) -> Iterator[Candidate]:
        for match in _NAME_RUN.finditer(view.text):
            yield from self._judge(view, match)
        yield from self._lower_case(view)

    def _judge(self, view: View, match: re.Match[str]) -> Iterator[Candidate]:
        for start, end in _name_parts(match):
            before = view.lower[max(0, start - 32) : start]
            after = view.lower[end : end + 14]
            words = _words(view.lower[start:end])
            score, why = _score(words, before, after)
            if score:
                yield Candidate(start, end, "PERSON", score, why, self.name)

    def _lower_case(self, view: View) -> Iterator[Candidate]:
        lists = _lists()
        for match in _LOWER_NAME.finditer(view.lower):
            words = match.group(1).split(" ")
            kept = 0
            for word in words:
                if word in lists.stop or not (word in lists.given or word in lists.surnames):
                    break
                kept += 1
            if kept and (words[0] in lists.given or kept > 1):
                start = match.start(1)
                end = start + len(" ".join(words[:kept]))
                if view.text[start].islower():
                    why = "introduced, lower case"
                    yield Candidate(start, end, "PERSON", LABELLED, why, self.name)


def _words(value: str) -> list[str]:
    return [w.strip(".") for w in re.split(r"[ .]+", value) if w.strip(".")]


def _name_parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The run without leading and trailing words that no name holds."""
    lists = _lists()
    words = [
        (m.start() + match.start(), m.end() + match.start(), m.group().lower())
        for m in re.finditer(r"[^ .]+", match.group())
    ]
    part: list[tuple[int, int, str]] = []
    for word in [*words, (0, 0, "the")]:
        bare = re.sub(r"['’]s$", "", word[2])
        if bare in lists.stop and bare not in lists.given:
            if part:
                yield part[0][0], part[-1][1]
            part = []
        else:
            part.append((word[0], word[0] + len(bare), bare))


def _score(words: list[str], before: str, after: str) -> tuple[float, str]:
    lists = _lists()
    if not words or words[-1] in lists.tails or (len(words) == 1 and len(words[0]) < 2):
        return 0.0, ""
    if re.match(
        r" ?(?:street|st\b|road|rd\b|avenue|ave\b|lane|drive|bank|university|inc|ltd|llc)", after
    ):
        return 0.0, ""
    is_given = words[0] in lists.given
    is_sure = is_given and words[0] not in lists.ambiguous
    is_surname = len(words) > 1 and words[-1] in lists.surnames
    if _TITLE.search(before):
        return LABELLED, "after a title"
    if _INTRODUCES.search(before):
        return LABELLED, "introduced as a name"
    if is_given and is_surname:
        return SHAPED, "known given name and surname"
    if (is_sure and len(words) > 1) or (is_surname and len(words) == 2 and len(words[0]) > 2):
        return LIKELY, "known given name or surname"
    if is_sure and (_PERSONAL.search(before) or _ACTS.match(after) or not before.strip()):
        return LIKELY, "given name in a sentence about a person"
    return 0.0, ""
