"""UUIDv7: identifiers that sort by time.

Layout (RFC 9562 s.5.7), most significant bit first:

    unix milliseconds (48) | 0111 | random (12) | 10 | random (62)

Within one process and one millisecond the 74 random bits grow by a random
step (RFC 9562 s.6.2, method 2), so ids made later also sort later.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 74
# The top bit starts at zero: room to grow 2^41 steps within a millisecond.
_START_BITS = _RANDOM_BITS - 1
_STEP_BITS = 32


@dataclass
class _Source:
    """The last id of one clock; never goes back."""

    last_ms: int = -1
    last_random: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, ms: int) -> tuple[int, int]:
        with self.lock:
            if ms > self.last_ms:
                self.last_ms = ms
                self.last_random = secrets.randbits(_START_BITS)
            else:
                self.last_random += 1 + secrets.randbits(_STEP_BITS)
                if self.last_random >> _RANDOM_BITS:
                    self.last_ms += 1
                    self.last_random = secrets.randbits(_START_BITS)
            return self.last_ms, self.last_random


_process_clock = _Source()


def uuid7(now: datetime | None = None) -> UUID:
    """Make an id.

    Without `now`: the process clock, strictly increasing within this
    process even when the clock steps back. With `now` (aware; tests,
    imports): exactly that millisecond, in random order within it.
    """
    if now is None:
        ms, random = _process_clock.next(time.time_ns() // 1_000_000)
    else:
        ms = (now - _EPOCH) // timedelta(milliseconds=1)
        random = secrets.randbits(_RANDOM_BITS)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
