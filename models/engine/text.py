"""From tokens back to text that may be sent: whole characters, stop strings held back."""

from codecs import getincrementaldecoder
from collections.abc import Callable, Sequence

_DECODER = getincrementaldecoder("utf-8")


class TextOut:
    """Turns a stream of tokens into text.

    A character may be spread over several byte tokens, and a stop string over several
    pieces: what could still become either is held back.
    """

    def __init__(self, piece: Callable[[int], bytes], stops: Sequence[str] = ()) -> None:
        self._piece = piece
        self._decoder = _DECODER("replace")
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.is_stopped = False

    def feed(self, token: int) -> str:
        """Return what may be sent now. After a stop string: nothing more."""
        if self.is_stopped:
            return ""
        self._held += self._decoder.decode(self._piece(token))
        places = [self._held.find(stop) for stop in self._stops]
        found = [place for place in places if place >= 0]
        if found:
            self.is_stopped = True
            ready, self._held = self._held[: min(found)], ""
            return ready
        return self._release(self._could_stop())

    def finish(self) -> str:
        """Return what was held back; half a character becomes U+FFFD."""
        if self.is_stopped:
            return ""
        self._held += self._decoder.decode(b"", final=True)
        return self._release(0)

    def _release(self, held: int) -> str:
        cut = len(self._held) - held
        ready, self._held = self._held[:cut], self._held[cut:]
        return ready

    def _could_stop(self) -> int:
        """Length of the longest end of the text that begins a stop string."""
        return max(
            (
                size
                for stop in self._stops
                for size in range(1, min(len(stop), len(self._held)) + 1)
                if self._held.endswith(stop[:size])
            ),
            default=0,
        )
