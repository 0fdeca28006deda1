"""How many streams may be open: each holds a thread of the web process as long as it lasts.

Whoever opens streams without end may not take the threads that answer everybody else. The
newest stream of a conversation is the one that a browser listens to: where there are too many,
the oldest of them ends.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from uuid import UUID

from appliance.channels.errors import NoSeatError
from appliance.config import config

_MOST_OF_ONE: Final = 4
# Threads that no customer's stream may take: requests, and the desk.
_KEPT_FREE: Final = 32


@dataclass(eq=False)
class Seat:
    """One open stream. left: it was given to a newer stream of the same conversation."""

    conversation: UUID
    address: str
    left: threading.Event = field(default_factory=threading.Event)


class Seats:
    """most: of all customers together; most_alike: of one address."""

    def __init__(self, most: int, most_alike: int) -> None:
        self._most, self._most_alike = most, most_alike
        self._lock = threading.Lock()
        self._held: dict[UUID, deque[Seat]] = defaultdict(deque)
        self._alike: Counter[str] = Counter()

    def take(self, conversation: UUID, address: str, wake: Callable[[str], None]) -> Seat:
        """A seat, to be given back by `leave`. Raises NoSeatError."""
        seat = Seat(conversation, address)
        oldest = None
        with self._lock:
            if self._alike.total() >= self._most or self._alike[address] >= self._most_alike:
                raise NoSeatError
            held = self._held[conversation]
            held.append(seat)
            self._alike[address] += 1
            if sum(not one.left.is_set() for one in held) > _MOST_OF_ONE:
                oldest = next(one for one in held if not one.left.is_set())
                oldest.left.set()
        if oldest is not None:
            wake(f"conversation:{conversation}")
        return seat

    def leave(self, seat: Seat) -> None:
        """Again for the same seat: no change."""
        with self._lock:
            held = self._held.get(seat.conversation, deque())
            if seat not in held:
                return
            held.remove(seat)
            if not held:
                del self._held[seat.conversation]
            self._alike[seat.address] -= 1
            if not self._alike[seat.address]:
                del self._alike[seat.address]


@cache
def seats() -> Seats:
    """The process's own."""
    threads = config().web_threads
    most = max(threads - _KEPT_FREE, threads // 2)
    return Seats(most, max(most * 5 // 6, 1))


class Seated:
    """A stream that gives its seat back when it ends, also when it never began."""

    def __init__(self, pieces: Iterator[bytes], leave: Callable[[], None]) -> None:
        self._pieces, self._leave = pieces, leave

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self._leave()
            raise

    def close(self) -> None:
        try:
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()
        finally:
            self._leave()
