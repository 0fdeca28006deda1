import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engine.sampling import Sampler, Sampling, log_normaliser, log_softmax_at

rows = st.lists(st.floats(-30, 30, width=32), min_size=2, max_size=20)


@given(rows)
def test_log_softmax_against_double_precision(values):
    row = np.array([values], dtype=np.float32)
    want = row[0].astype(np.float64) - np.log(np.exp(row[0].astype(np.float64)).sum())
    for token, value in enumerate(want):
        assert log_softmax_at(row, np.array([token]))[0] == pytest.approx(value, abs=1e-5)
    assert np.isfinite(log_normaliser(row * 1000)).all()


@given(rows, st.integers(0, 2**63 - 1))
def test_the_same_seed_draws_the_same(values, seed):
    row = np.array(values, dtype=np.float32)
    settings = Sampling(temperature=0.9, top_p=0.95, seed=seed)
    first, second = Sampler(settings), Sampler(settings)
    assert [first.choose(row, []) for _ in range(5)] == [second.choose(row, []) for _ in range(5)]


@given(rows)
def test_greedy_is_the_largest(values):
    row = np.array(values, dtype=np.float32)
    for settings in (Sampling(), Sampling(temperature=1.0, top_k=1)):
        assert row[Sampler(settings).choose(row, [])] == row.max()


def shares(settings, row, seen=()):
    sampler = Sampler(settings)
    drawn = [sampler.choose(row, list(seen)) for _ in range(4000)]
    return np.bincount(drawn, minlength=len(row)) / len(drawn)


def test_frequencies_follow_the_distribution():
    row = np.log(np.array([0.5, 0.3, 0.15, 0.05], dtype=np.float32))
    assert shares(Sampling(temperature=1.0), row) == pytest.approx(np.exp(row), abs=0.03)
    flat = shares(Sampling(temperature=1.0, top_k=2), row)
    assert flat == pytest.approx([0.625, 0.375, 0, 0], abs=0.03)
    # The nucleus is the smallest set that reaches the share: 0.5 + 0.3 >= 0.7.
    assert shares(Sampling(temperature=1.0, top_p=0.7), row)[2:].sum() == 0
    assert shares(Sampling(temperature=1.0, min_p=0.2), row)[3] == 0


def test_repetition_is_penalised_on_both_sides_of_zero():
    row = np.array([2.0, 1.9, -1.0], dtype=np.float32)
    assert Sampler(Sampling(repeat_penalty=1.5)).choose(row, [0]) == 1
    assert Sampler(Sampling(repeat_penalty=1.5)).choose(-row[::-1].copy(), [0]) == 0
    assert row.tolist() == np.array([2.0, 1.9, -1.0], dtype=np.float32).tolist()
