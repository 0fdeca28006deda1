import pytest

from models.engine.board import Board, Capacity
from models.engine.errors import CancelledError, EngineBusyError, EngineTimeoutError, TooLongError
from models.engine.jobs import GenerateJob
from models.engine.sampling import Sampling


def job(prompt=3, most=2):
    return GenerateJob(
        tuple(range(1, prompt + 1)),
        sampling=Sampling(),
        most=most,
        is_end=lambda _token: False,
        emit=lambda _token: False,
    )


def board(**changes):
    return Board(Capacity(**{"waiting": 3, "sequences": 2, "cells": 20, "rows": 8, **changes}))


def put(on, what, *, priority=0, deadline=100.0, now=0.0):
    return on.submit(what, priority=priority, deadline=deadline, now=now)


def test_priority_then_arrival():
    on = board(sequences=1)
    late = put(on, job(), priority=5)
    first = put(on, job())
    second = put(on, job())
    served = []
    while on.waiting:
        (entry,) = on.admit()
        served.append(entry)
        on.release(entry, now=1)
    assert served == [first, second, late]


def test_nothing_overtakes_a_job_that_does_not_fit_yet():
    on = board()
    put(on, job(prompt=8, most=2))
    on.admit()
    large, small = put(on, job(prompt=10, most=5)), put(on, job())
    assert on.admit() == []
    on.release(on.active[0], now=1)
    assert on.admit() == [large, small]


def test_a_full_queue_names_a_time():
    on = board()
    for _ in range(3):
        put(on, job())
    with pytest.raises(EngineBusyError) as caught:
        put(on, job())
    assert 1 <= caught.value.retry_after_s <= 60


def test_what_can_never_fit_is_refused_at_once():
    with pytest.raises(TooLongError, match="got a request of 21 tokens, want at most 20"):
        put(board(), job(prompt=20, most=1))


def test_late_and_cancelled_jobs_leave():
    on = board()
    active, waits, gone = put(on, job(), deadline=5), put(on, job(), deadline=9), put(on, job())
    on.admit()
    gone.is_cancelled = True
    found = {entry.order: type(fault) for entry, fault in on.prune(now=5)}
    assert found == {active.order: EngineTimeoutError, gone.order: CancelledError}
    assert on.prune(now=4) == [(gone, found)] or on.waiting in {0, 1}
    assert waits.order not in found


def test_cells_and_sequences_come_back():
    on = board()
    for _ in range(10):
        put(on, job(prompt=10, most=10))
        (entry,) = on.admit()
        assert set(on.release(entry, now=1)) == set(entry.ids)
    assert on.is_idle


def test_jobs_that_write_go_before_jobs_that_read():
    on = board(rows=4)
    writing = put(on, job(prompt=1))
    reading = put(on, job(prompt=9))
    on.admit()
    shares = on.compose()
    assert [(share.entry, len(share.rows)) for share in shares] == [(writing, 1), (reading, 3)]
    assert sum(share.outputs for share in shares) == 1
