import threading

import pytest

from models.engine.board import Capacity
from models.engine.errors import (
    CancelledError,
    DecodeError,
    EngineBusyError,
    EngineError,
    EngineTimeoutError,
    EngineUnavailableError,
)
from models.engine.jobs import GenerateJob
from models.engine.sampling import Sampling
from models.engine.scheduler import Scheduler
from tests.models.engine.fake import FakeDecoder, logits_after


class Gated(FakeDecoder):
    """Waits before each step until it is let go."""

    def __init__(self):
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Event()

    def decode(self, rows):
        self.entered.set()
        assert self.gate.wait(5)
        return super().decode(rows)


def job(prompt=(1, 2, 3), most=4, emit=lambda _token: False):
    return GenerateJob(
        prompt, sampling=Sampling(), most=most, is_end=lambda _token: False, emit=emit
    )


@pytest.fixture
def started():
    made = []

    def start(decoder, **capacity):
        scheduler = Scheduler(decoder, Capacity(**capacity))
        scheduler.start()
        made.append((scheduler, decoder))
        return scheduler

    yield start
    for scheduler, decoder in made:
        if isinstance(decoder, Gated):
            decoder.gate.set()
        scheduler.stop()


def naive(prompt, most):
    context = list(prompt)
    for _ in range(most):
        context.append(int(logits_after(context).argmax()))
    return context[len(prompt) :]


def test_jobs_in_one_batch_do_not_disturb_each_other(started):
    scheduler = started(FakeDecoder(), sequences=5, rows=7)
    prompts = [tuple(range(1, 2 + size)) for size in range(9)]
    futures = [scheduler.submit(job(prompt, 6), deadline_s=10)[0] for prompt in prompts]
    for prompt, future in zip(prompts, futures, strict=True):
        assert future.result(10).made.tokens == naive(prompt, 6)


def test_jobs_share_steps(started):
    decoder = Gated()
    scheduler = started(decoder)
    first = scheduler.submit(job(most=20), deadline_s=10)[0]
    assert decoder.entered.wait(5)
    second = scheduler.submit(job(most=20), deadline_s=10)[0]
    decoder.gate.set()
    first.result(10), second.result(10)
    # Alone they would take 40 steps.
    assert len(decoder.steps) <= 22


def test_cells_are_dropped_after_a_job_and_overwritten_when_idle(started):
    decoder = FakeDecoder()
    wiped = threading.Event()
    decoder.wipe = wiped.set
    scheduler = started(decoder)
    scheduler.submit(job(), deadline_s=10)[0].result(10)
    assert all(not cells for cells in decoder.held.values())
    assert wiped.wait(5)


def test_a_full_queue_refuses(started):
    decoder = Gated()
    scheduler = started(decoder, waiting=2, sequences=1)
    scheduler.submit(job(), deadline_s=10)
    assert decoder.entered.wait(5)
    for _ in range(2):
        scheduler.submit(job(), deadline_s=10)
    with pytest.raises(EngineBusyError):
        scheduler.submit(job(), deadline_s=10)
    assert scheduler.load()[0] == 2


def test_deadline_and_cancellation(started):
    decoder = Gated()
    scheduler = started(decoder, sequences=1)
    scheduler.submit(job(), deadline_s=10)
    assert decoder.entered.wait(5)
    late = scheduler.submit(job(), deadline_s=0.0)[0]
    unwanted, cancel = scheduler.submit(job(), deadline_s=10)
    cancel()
    decoder.gate.set()
    with pytest.raises(EngineTimeoutError):
        late.result(5)
    with pytest.raises(CancelledError):
        unwanted.result(5)


def test_a_failed_step_loses_its_jobs_only(started):
    decoder = FakeDecoder()
    good, calls = decoder.decode, []

    def decode(rows):
        calls.append(rows)
        if len(calls) == 1:
            raise DecodeError("got 1, want 0")
        return good(rows)

    decoder.decode = decode
    scheduler = started(decoder)
    with pytest.raises(DecodeError):
        scheduler.submit(job(), deadline_s=10)[0].result(5)
    assert decoder.wiped == 1
    assert scheduler.submit(job(), deadline_s=10)[0].result(5).made.tokens == naive((1, 2, 3), 4)


def test_a_caller_that_fails_does_not_stop_the_others(started):
    def broken(_token):
        raise RuntimeError("customer text")

    scheduler = started(FakeDecoder())
    with pytest.raises(EngineError) as caught:
        scheduler.submit(job(emit=broken), deadline_s=10)[0].result(5)
    assert "customer" not in str(caught.value)
    assert scheduler.submit(job(), deadline_s=10)[0].result(5).made.tokens


def test_stopping_tells_those_who_wait(started):
    decoder = Gated()
    scheduler = started(decoder, sequences=1)
    running = scheduler.submit(job(most=50), deadline_s=10)[0]
    waiting = scheduler.submit(job(), deadline_s=10)[0]
    decoder.gate.set()
    scheduler.stop()
    for future in (running, waiting):
        if not future.exception(5):
            assert future is running
    with pytest.raises(EngineUnavailableError):
        scheduler.submit(job(), deadline_s=10)
