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

from compliance.pii.recognisers.base import LABELLED, LIKELY, SHAPED, WEAK, Candidate, Recogniser
from compliance.pii.recognisers.cn.names_data import sections
from compliance.pii.view import Has, View

_UPPER = r"A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽ"
_LETTER = r"A-Za-zÀ-ÖØ-öø-ÿĀ-ſ"
_WORD = rf"(?:[{_UPPER}][{_LETTER}]*(?:['’][{_UPPER}]?[{_LETTER}]+)?(?:-[{_UPPER}][{_LETTER}]+)*)"
_NAME_RUN = re.compile(
    rf"(?<![{_LETTER}0-9_@.#'’-]){_WORD}(?:(?: {{1,2}}|(?<=\b[A-Z])\. )(?:(?:van|von|ten|de|der|den|da|di|del|la|le|bin|al|el|dos|st\.?) ){{0,2}}{_WORD}){{0,3}}(?![{_LETTER}0-9_@])"
)
_TITLE = re.compile(
    r"(?:\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|lady|lord|rev|captain|capt|judge|officer)\.? )$"
)
_INTRODUCES = re.compile(
    r"(?:my (?:full |legal |first |last |maiden )?name(?:'s| is| was)|name(?:d)?(?: is)?|i am|i'm|im|this is|it's|call me|known as|called|"
    r"speaking (?:with|to)|spoke (?:with|to)|(?:account|card|policy) ?(?:holder|owner)(?:'s name)?(?: is)?|holder|beneficiary|payee|recipient|"
    r"sender|applicant|customer|client|patient|guardian|attn|signed|regards|sincerely|thanks|cheers|dear|"
    r"husband|wife|son|daughter|mother|father|brother|sister|friend|colleague|partner|boss|manager|uncle|aunt|mum|mom|dad|neighbou?r|employee|landlord"
    r"|what(?:'s| is) your (?:last |first |full )?name\?|name on the (?:account|card)\? ?(?:user:)?|follow up with|under|user|payable to|paid to|addressed to|registered to|belongs to|in the name of|on behalf of|add)"
    r"(?: is| was| to|:|,| -|\n| called| named)*[ \n\t:\"“'(]{0,3}$"
)
_PERSONAL = re.compile(
    r"(?:\b(?:with|to|from|by|for|and|ask|asked|told|tell|met|meet|contact|paid|pay|owe|owed|let|helped|called|saw|of|that|hi|hello|hey|thanks|bye|love|yours),? )$"
)
_ACTS = re.compile(
    r"^(?:'s\b|’s\b| (?:is|was|has|had|said|says|told|asked|sent|paid|owes|lives|works|called|will|can|wants|needs|opened|lost|and i\b|from\b|wrote|transferred|listed|went|who))"
)
_SHORTEST, _PAIR = 2, 2
_LOWER_WORD = re.compile(r"(?<![\w@.'/-])[a-zß-ÿ]{4,}(?![\w@/-]|\.\w)")
_LOWER_FOLLOWING = re.compile(r" (?:[a-z]\.? )?([a-zß-ÿĀ-ſ]{3,}(?:-[a-zß-ÿ]+)?)(?![\w@/-])")
_PLACE_AFTER = re.compile(
    r" ?(?:street|st\b|road|rd\b|avenue|ave\b|lane|drive|bank|university|inc\b|ltd|llc|company|corp|group|airport|hotel|park)"
)
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:in|at|near|via|rue|from|to|de|visit|located in|of the|the|\d+|st\.?),? |[,\n] ?)$"
)
_SURNAME_ENDING = re.compile(
    r"(?:sson|dóttir|dottir|sen|ović|ovic|ić|vić|ova|ová|ski|ska|sky|skaya|wicz|czyk|escu|enko|chuk|ovich|opoulos|idis|akis|oğlu|oglu|yan|shvili|adze|elli|etti|ini|ucci|berg|stein|mann|ström|strom|qvist|lund|gren|ez|nen|oja|mäki|vich|ev|ov|eva|aitė|ius|naz|zadeh|pour|moto|yama|mura|kawa)$"
)
_LOWER_NAME = re.compile(
    r"(?:my (?:full )?name(?:'s| is)|i am|i'm|this is|call me|name:|name is|holder is|payee is|beneficiary is|add|mr\.?|mrs\.?|ms\.?|dr\.?|friend|husband|wife|son|daughter) ((?:[a-z]+(?:['-][a-z]+)?)(?: [a-z]+(?:['-][a-z]+)?){0,3})"
)


class _Lists:
    def __init__(self) -> None:
        parts = {k: frozenset(v.split()) for k, v in sections("names_en.txt").items()}
        self.given = parts["given"]
        self.ambiguous = parts["ambiguous"]
        self.surnames = parts["surnames"]
        self.tails = parts["place-tails"]
        self.stop = parts["not-names"]
        self.common = frozenset(sections("common_en.txt")["common"].split()) | self.stop


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
            before = view.lower[max(0, start - 40) : start]
            after = view.lower[end : end + 16]
            words = _words(view.lower[start:end])
            score, why = _score(words, before, after)
            if score:
                yield Candidate(start, end, "PERSON", score, why, self.name)

    def _lower_case(self, view: View) -> Iterator[Candidate]:
        for match in _LOWER_NAME.finditer(view.lower):
            words = match.group(1).split(" ")
            kept = _leading_names(words)
            start = match.start(1)
            if kept and view.text[start].islower():
                end = start + len(" ".join(words[:kept]))
                yield Candidate(start, end, "PERSON", LABELLED, "introduced, lower case", self.name)
        if Has.HAN not in view.has:
            yield from self._known_lower_case(view)

    def _known_lower_case(self, view: View) -> Iterator[Candidate]:
        """Given names that are no other word, with a surname if one follows."""
        lists = _lists()
        done = 0
        for match in _LOWER_WORD.finditer(view.text):
            word = match.group()
            if match.start() < done or word not in lists.given or word in lists.ambiguous:
                continue
            follows = _LOWER_FOLLOWING.match(view.text, match.end())
            end = match.end()
            if follows and (follows[1] in lists.surnames or follows[1] not in lists.common):
                end = follows.end()
            elif _PLACE_BEFORE.search(view.text[max(0, match.start() - 12) : match.start()]):
                continue
            done = end
            yield Candidate(match.start(), end, "PERSON", WEAK, "known given name", self.name)


def _leading_names(words: list[str]) -> int:
    """How many of the first words are a given name and surnames."""
    lists = _lists()
    kept = 0
    for word in words:
        is_name = word in lists.given or word in lists.surnames
        if word in lists.stop or not is_name:
            break
        kept += 1
    if kept and words[0] in lists.given and kept < len(words) and kept == 1:
        # A surname that no list has, after a given name and an introduction.
        kept += words[1] not in lists.common
    return kept if words[0] in lists.given or kept > 1 else 0


def _words(value: str) -> list[str]:
    return [w.strip(".") for w in re.split(r"[ .]+", value) if w.strip(".")]


def _name_parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The run cut at words that no name holds."""
    lists = _lists()
    part: list[tuple[int, int]] = []
    for word in re.finditer(r"[^ .]+", match.group()):
        bare = re.sub(r"['’]s$", "", word.group().lower())
        is_initial = len(bare) == 1 and bool(part) and bare != "i"
        if bare in lists.stop and bare not in lists.given and not is_initial:
            if part:
                yield part[0][0], part[-1][1]
            part = []
        else:
            if re.search(r"['’](?:m|ll|ve|d|re)$", bare):
                continue
            start = match.start() + word.start()
            part.append((start, start + len(bare)))
    if part:
        yield part[0][0], part[-1][1]


def _score(words: list[str], before: str, after: str) -> tuple[float, str]:
    lists = _lists()
    is_place = not words or words[-1] in lists.tails or _PLACE_AFTER.match(after)
    if is_place or len("".join(words)) < _SHORTEST:
        return 0.0, ""
    if _TITLE.search(before):
        return LABELLED, "after a title"
    is_common = words[0] in lists.common and words[0] not in lists.given
    if _INTRODUCES.search(before) and not is_common:
        return LABELLED, "introduced as a name"
    return _single(words[0], before, after) if len(words) == 1 else _several(words, before)


def _single(word: str, before: str, after: str) -> tuple[float, str]:
    lists = _lists()
    if word in lists.ambiguous or word not in lists.given:
        return 0.0, ""
    opens = not before.strip() or before.rstrip()[-1:] in '.!?:"\n'
    if _PERSONAL.search(before) or _ACTS.match(after) or opens:
        return LIKELY, "given name in a sentence about a person"
    if _PLACE_BEFORE.search(before) or len(word) <= _SHORTEST:
        return 0.0, ""
    return WEAK, "given name"


def _several(words: list[str], before: str) -> tuple[float, str]:
    lists = _lists()
    first, last = words[0], words[-1]
    is_given, is_surname = first in lists.given, last in lists.surnames
    if is_given and is_surname:
        return SHAPED, "known given name and surname"
    if is_given and (first not in lists.ambiguous or last not in lists.common):
        return LIKELY, "known given name"
    is_strange = all(w not in lists.common or len(w) == 1 for w in words)
    if not is_strange:
        return 0.0, ""
    if not _PLACE_BEFORE.search(before):
        has_initial = any(len(w) == 1 for w in words[1:-1])
        if is_surname or has_initial or _SURNAME_ENDING.search(last):
            return LIKELY, "form of a surname"
    if _PERSONAL.search(before) and len(words) == _PAIR:
        return WEAK, "two unknown capitalised words in a sentence about a person"
    return 0.0, ""
