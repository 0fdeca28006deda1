"""Who is waiting, who is being served, and what goes into the next step. Pure.

Continuous batching: each step takes rows from every active job, so a new request joins at
the next step instead of waiting for the others to end. A job is admitted only when all the
sequences and cells that it may ever need are free: nothing active can run out of room.

Waiting jobs are taken by priority, then by arrival, and none overtakes one that does not
fit yet: a large request is delayed, never starved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count

from models.engine.errors import (
    CancelledError,
    EngineBusyError,
    EngineError,
    EngineTimeoutError,
    TooLongError,
)
from models.engine.jobs import Job
from models.engine.steps import Room, Row


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """`waiting`: jobs in the queue; the rest as in backend.Limits."""

    waiting: int = 64
    sequences: int = 64
    cells: int = 8192
    rows: int = 512
    outputs: int = 512


@dataclass(order=True)
class Entry:
    """A job with its place in the queue. `deadline` and `since` on the caller's clock, in s."""

    priority: int
    order: int
    job: Job = field(compare=False)
    deadline: float = field(compare=False)
    since: float = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)
    ids: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Share:
    """A job's rows in a step."""

    entry: Entry
    rows: list[Row]

    @property
    def outputs(self) -> int:
        return sum(row.wants for row in self.rows)


class Board:
    def __init__(self, capacity: Capacity) -> None:
        self.capacity = capacity
        self.active: list[Entry] = []
        self._waiting: list[Entry] = []
        self._order = count()
        self._free = list(range(capacity.sequences))
        self._cells = capacity.cells
        self._mean_s = 0.5

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def is_idle(self) -> bool:
        return not self.active and not self._waiting

    def submit(self, job: Job, *, priority: int, deadline: float, now: float) -> Entry:
        """Queue a job. Raises: TooLongError, EngineBusyError."""
        capacity = self.capacity
        if job.cells > capacity.cells:
            raise TooLongError(job.cells, capacity.cells)
        if job.sequences > capacity.sequences:
            raise TooLongError(job.sequences, capacity.sequences)
        if len(self._waiting) >= capacity.waiting:
            raise EngineBusyError(self._retry_after_s())
        entry = Entry(priority, next(self._order), job, deadline, now)
        heappush(self._waiting, entry)
        return entry

    def prune(self, now: float) -> list[tuple[Entry, EngineError]]:
        """Take out jobs whose deadline has passed or whose caller went away."""
        out = [
            (entry, _reason(entry))
            for entry in (*self.active, *self._waiting)
            if entry.is_cancelled or now >= entry.deadline
        ]
        gone = {entry.order for entry, _ in out}
        if any(entry.order in gone for entry in self._waiting):
            self._waiting = [entry for entry in self._waiting if entry.order not in gone]
            heapify(self._waiting)
        return out

    def admit(self) -> list[Entry]:
        """Move waiting jobs to the active ones, as long as the first of them fits."""
        admitted = []
        while self._waiting and self._fits(self._waiting[0].job):
            entry = heappop(self._waiting)
            wanted = entry.job.sequences
            entry.ids, self._free = tuple(self._free[:wanted]), self._free[wanted:]
            self._cells -= entry.job.cells
            entry.job.attach(entry.ids)
            self.active.append(entry)
            admitted.append(entry)
        return admitted

    def compose(self) -> list[Share]:
        """Fill a step: first the jobs that need one token, then prompts, by their order."""
        rows, outputs = self.capacity.rows, self.capacity.outputs
        shares = []
        for entry in sorted(self.active, key=lambda each: (not each.job.is_light, each)):
            if rows <= 0:
                break
            share = Share(entry, entry.job.rows(Room(rows, outputs)))
            if share.rows:
                rows -= len(share.rows)
                outputs -= share.outputs
                shares.append(share)
        return shares

    def release(self, entry: Entry, *, now: float) -> Iterable[int]:
        """End an active job. Returns: the sequences whose cells are to be dropped."""
        if entry not in self.active:
            return ()
        self.active.remove(entry)
        self._free += entry.ids
        self._cells += entry.job.cells
        # A moving mean over about ten jobs: how long does one take?
        self._mean_s += 0.1 * (now - entry.since - self._mean_s)
        return entry.ids

    def _fits(self, job: Job) -> bool:
        return job.sequences <= len(self._free) and job.cells <= self._cells

    def _retry_after_s(self) -> int:
        together = max(1, len(self.active))
        return min(60, max(1, round(self._mean_s * len(self._waiting) / together)))


def _reason(entry: Entry) -> EngineError:
    if entry.is_cancelled:
        return CancelledError("the caller went away")
    return EngineTimeoutError("the deadline passed")
