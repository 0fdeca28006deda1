"""The one thread that owns the llama context, and the door to it for all others."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import monotonic
from typing import Protocol

from models.engine.board import Board, Capacity, Entry, Share
from models.engine.errors import DecodeError, EngineError, EngineUnavailableError
from models.engine.jobs import INTERACTIVE, Job
from models.engine.sampling import Logits
from models.engine.steps import Row

_log = logging.getLogger(__name__)
# Cells are overwritten when nothing has come for so long; doing it after every answer would
# write the whole cache each time.
_WIPE_AFTER_S = 1.0


class Decoder(Protocol):
    """What the scheduler needs of the backend."""

    def decode(self, rows: Sequence[Row]) -> Logits: ...
    def forget(self, sequence: int, start: int = 0) -> None: ...
    def wipe(self) -> None: ...


class Scheduler:
    """Runs jobs in batched steps until stopped.

    observe:  called after each step with (tokens, seconds), for the figures.
    on_crash: called if the thread dies of a fault of ours.
    """

    def __init__(
        self,
        decoder: Decoder,
        capacity: Capacity,
        *,
        observe: Callable[[int, float], None] = lambda _tokens, _seconds: None,
        on_crash: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._decoder = decoder
        self._board = Board(capacity)
        self._observe = observe
        self._on_crash = on_crash
        self._clock = clock
        self._futures: dict[int, Future[Job]] = {}
        self._wake = threading.Condition()
        self.is_crashed = False
        self._is_stopping = False
        self._is_dirty = False
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait_s: float = 5.0) -> None:
        """End after the present step; whoever still waits is told EngineUnavailableError."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def submit(
        self, job: Job, *, deadline_s: float, priority: int = INTERACTIVE
    ) -> tuple[Future[Job], Callable[[], None]]:
        """Queue a job.

        Returns: a future of the same job, done, and a function that cancels it.
        Raises:  EngineBusyError, TooLongError, EngineUnavailableError.
        """
        future: Future[Job] = Future()
        # A running future cannot be cancelled: setting its result never fails.
        future.set_running_or_notify_cancel()
        with self._wake:
            if self._is_stopping:
                raise EngineUnavailableError("the engine is stopping")
            now = self._clock()
            entry = self._board.submit(job, priority=priority, deadline=now + deadline_s, now=now)
            self._futures[entry.order] = future
            self._wake.notify()
        return future, lambda: self._cancel(entry)

    def load(self) -> tuple[int, int]:
        """How many jobs wait, and how many are active."""
        with self._wake:
            return self._board.waiting, len(self._board.active)

    def _cancel(self, entry: Entry) -> None:
        with self._wake:
            entry.is_cancelled = True
            self._wake.notify()

    def _run(self) -> None:
        try:
            self._loop()
        except BaseException as fault:
            # The thread's edge: without it the process serves nobody, so it ends.
            _log.critical("the scheduler died of %s", type(fault).__name__)
            with self._wake:
                self.is_crashed = self._is_stopping = True
                self._abandon()
            self._on_crash()
            raise

    def _loop(self) -> None:
        while True:
            with self._wake:
                while self._board.is_idle and not self._is_stopping:
                    if not self._wake.wait(_WIPE_AFTER_S) and self._is_dirty:
                        self._decoder.wipe()
                        self._is_dirty = False
                if self._is_stopping:
                    self._abandon()
                    return
                shares = self._prepare()
            if shares:
                self._step(shares)

    def _prepare(self) -> list[Share]:
        """Under the lock: drop the late, admit the new, fill the step."""
        for entry, fault in self._board.prune(self._clock()):
            self._end(entry, fault)
        self._board.admit()
        for entry in self._board.active:
            for sequence, start in entry.job.stale():
                self._decoder.forget(sequence, start)
        return self._board.compose()

    def _step(self, shares: list[Share]) -> None:
        rows = [row for share in shares for row in share.rows]
        begun = self._clock()
        self._is_dirty = True
        try:
            logits = self._decoder.decode(rows)
        except DecodeError as fault:
            _log.exception("a step was lost")
            self._lose_all(fault)
            return
        self._observe(len(rows), self._clock() - begun)
        start = 0
        for share in shares:
            end = start + share.outputs
            self._hand_over(share.entry, logits[start:end])
            start = end

    def _hand_over(self, entry: Entry, logits: Logits) -> None:
        try:
            is_done = entry.job.take(logits)
        # One job's fault (its caller's loop is closed, say) must not end the others.
        except Exception as fault:  # noqa: BLE001  # the job's caller gets an error of ours
            _log.error("a job failed: %s", type(fault).__name__)  # no text in logs
            with self._wake:
                self._end(entry, EngineError("the job failed"))
            return
        if is_done:
            with self._wake:
                self._end(entry, None)

    def _lose_all(self, fault: EngineError) -> None:
        """After a failed decode the cells are in doubt: every active job ends, all is wiped."""
        with self._wake:
            for entry in list(self._board.active):
                self._end(entry, fault)
            self._decoder.wipe()
            self._is_dirty = False

    def _end(self, entry: Entry, fault: EngineError | None) -> None:
        for sequence in self._board.release(entry, now=self._clock()):
            self._decoder.forget(sequence)
        future = self._futures.pop(entry.order)
        if fault is None:
            future.set_result(entry.job)
        else:
            future.set_exception(fault)

    def _abandon(self) -> None:
        self._decoder.wipe()
        for future in self._futures.values():
            future.set_exception(EngineUnavailableError("the engine stopped"))
        self._futures.clear()
