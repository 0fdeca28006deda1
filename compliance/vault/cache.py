"""Unwrapped data keys, few and for a short time.

A key lives here at most `life_s`, so a key destroyed by another process
stops opening within that time; this process clears the cache when it
destroys one itself. Python cannot wipe the bytes that a cipher object holds:
they go when the allocator reuses them.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from compliance.vault.envelope import SealingKey


@dataclass(frozen=True)
class CachedKey:
    owner: str
    key: SealingKey


class KeyCache:
    def __init__(self, *, size: int, life_s: float, clock: Callable[[], float]) -> None:
        """clock: seconds, monotonic. size: entries; a key takes two, by owner and by id."""
        self._size = size
        self._life_s = life_s
        self._clock = clock
        self._entries: OrderedDict[object, tuple[float, CachedKey]] = OrderedDict()
        self._generation = 0
        self._lock = threading.Lock()

    def get(self, name: object) -> CachedKey | None:
        with self._lock:
            entry = self._entries.get(name)
            if entry is None:
                return None
            if self._clock() >= entry[0]:
                del self._entries[name]
                return None
            self._entries.move_to_end(name)
            return entry[1]

    def ticket(self) -> tuple[int, float]:
        """Take before reading the store: `put` refuses what was read before a `clear`."""
        with self._lock:
            return self._generation, self._clock() + self._life_s

    def put(self, name: object, cached: CachedKey, ticket: tuple[int, float]) -> None:
        generation, until = ticket
        with self._lock:
            if generation != self._generation:
                return
            self._entries[name] = (until, cached)
            self._entries.move_to_end(name)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._generation += 1
            self._entries.clear()
