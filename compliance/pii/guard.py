"""The last look at an answer while it streams.

The text is cut into blocks at clause ends, or where `window` characters have no clause end;
never inside a word, a placeholder or a finding. A block is decided once exactly `window`
characters after it are known (or the end), looking at `window` characters on both sides, and
only then leaves. Where the cuts fall depends on the text alone, so any chunking gives the
same decision: a card number split over three chunks is masked before its first digit leaves.
"""

import re
from collections.abc import Callable, Sequence

from compliance.pii.errors import GuardBlocked, GuardFinishedError
from compliance.pii.mask_formats import masked
from compliance.pii.normalise import normalise
from compliance.pii.placeholders import PLACEHOLDER
from compliance.pii.rules_pack import LONGEST_MATCH, Rule, forbidden_hits, missing_notices
from compliance.pii.types import Finding, RawText

Detect = Callable[[RawText], list[Finding]]

_CLAUSE_END = re.compile(r"[。！？!?；;，,\n]|\.(?=\s)")
_SHORTEST_BLOCK = 12


class StreamGuard:
    """One answer. Feed chunks, send what comes back, finish.

    detect: finds personal data, usually `detector().find`; mask=None lets it pass.
    rules: e.g. `shipped_rules()`. window: characters held back, at least 64.
    """

    def __init__(
        self,
        detect: Detect,
        rules: Sequence[Rule],
        window: int = LONGEST_MATCH,
        *,
        mask: Callable[[str, str], str] | None = masked,
    ) -> None:
        self._detect = detect
        self._rules = tuple(rules)
        self._window = max(window, LONGEST_MATCH)
        self._mask = mask
        self._text = ""
        self._sent = 0
        self._is_over = False
        self.fired: list[str] = []
        """Ids of rules that fired, for the evidence record."""

    def feed(self, chunk: str) -> str:
        """Take a chunk; return what is now safe to send, perhaps nothing.

        Raises: GuardBlocked, GuardFinishedError.
        """
        if self._is_over:
            raise GuardFinishedError("got a chunk after the end, want a new guard")
        self._text += chunk
        return self._release(is_end=False)

    def finish(self) -> str:
        """The rest, and any notice the answer lacks. Raises: GuardBlocked."""
        if self._is_over:
            raise GuardFinishedError("got a second end, want a new guard")
        rest = self._release(is_end=True)
        self._is_over = True
        folded = normalise(self._text).text
        for rule in missing_notices(folded, self._rules):
            self.fired.append(rule.id)
            rest += ("\n" if self._text else "") + rule.notice
        return rest

    def _release(self, *, is_end: bool) -> str:
        pieces: list[str] = []
        while (block := self._next_block(is_end=is_end)) is not None:
            cut, findings = block
            pieces.append(self._shown(self._sent, cut, findings))
            self._sent = cut
        return "".join(pieces)

    def _next_block(self, *, is_end: bool) -> tuple[int, list[Finding]] | None:
        """Where the next block ends and what is in it; None: more text is needed."""
        if self._sent >= len(self._text):
            return None
        cut = self._first_cut(is_end=is_end)
        while cut is not None:
            if cut + self._window > len(self._text) and not is_end:
                return None
            start = max(0, self._sent - self._window)
            seen = self._text[start : cut + self._window]
            findings = [_moved(f, start) for f in self._detect(RawText(seen))]
            longer = _beyond(cut, start, seen, findings)
            if longer == cut:
                self._refuse_forbidden(start, seen, cut)
                return cut, findings
            cut = longer
        return None

    def _first_cut(self, *, is_end: bool) -> int | None:
        text, size = self._text, len(self._text)
        at = self._sent + self._window
        match = _CLAUSE_END.search(text, self._sent + _SHORTEST_BLOCK, min(size, at))
        # A full stop is one only once the character after it is known.
        if match:
            at = match.end()
        elif at >= size:
            return size if is_end else None
        while at < size and _joins(text[at - 1], text[at]):
            at += 1
        return at if at < size or is_end else None

    def _refuse_forbidden(self, start: int, seen: str, cut: int) -> None:
        folded = normalise(seen)
        for hit in forbidden_hits(folded.text, self._rules):
            raw_start, raw_end = folded.raw_span(hit.start, hit.end)
            if raw_start + start < cut and raw_end + start > self._sent:
                self._is_over = True
                self.fired.append(hit.rule.id)
                raise GuardBlocked(hit.rule.id, hit.rule.citation)

    def _shown(self, start: int, end: int, findings: list[Finding]) -> str:
        if self._mask is None:
            return self._text[start:end]
        pieces: list[str] = []
        done = start
        for found in findings:
            if found.end <= start or found.start >= end:
                continue
            pieces += [self._text[done : max(done, found.start)]]
            # What left before the finding was known cannot be called back; the rest is hidden.
            hidden = self._text[max(found.start, start) : found.end]
            pieces += [self._mask(found.type, hidden)]
            done = found.end
        return "".join(pieces) + self._text[done:end]


def _beyond(cut: int, start: int, seen: str, findings: list[Finding]) -> int:
    """The end of whatever lies across the cut: a block never splits it."""
    spans = [(f.start, f.end) for f in findings]
    spans += [(m.start() + start, m.end() + start) for m in PLACEHOLDER.finditer(seen)]
    return max([cut, *(end for begin, end in spans if begin < cut < end)])


def _joins(left: str, right: str) -> bool:
    return (left.isalnum() and right.isalnum() and left.isascii() and right.isascii()) or (
        right in "\u200b\u200c\u200d\ufeff"
    )


def _moved(found: Finding, by: int) -> Finding:
    return Finding(
        found.start + by, found.end + by, found.type, found.score, found.recogniser, found.why
    )
