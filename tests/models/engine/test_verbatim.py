import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.engine.jobs import ScoreJob, WalkJob
from models.engine.steps import Room
from models.engine.verbatim import Track, Walk, common_prefix, plan_waves, score, track_after
from tests.models.engine.fake import FakeDecoder, log_chance, logits_after, run

END = 0
tokens = st.lists(st.integers(1, 4), min_size=1, max_size=6).map(tuple)


@st.composite
def groups(draw):
    """Prompts of up to 5 tokens, each with sentences that often share beginnings."""
    made = []
    for _ in range(draw(st.integers(1, 2))):
        prompt = draw(st.lists(st.integers(5, 9), min_size=1, max_size=5).map(tuple))
        tails = draw(st.lists(tokens, min_size=1, max_size=9))
        made.append([track_after(prompt, prompt + tail) for tail in tails])
    return made


def naive_sum(track):
    return sum(
        log_chance(track.tokens[:place], track.tokens[place])
        for place in range(track.start, len(track.tokens))
    )


@given(groups(), st.integers(1, 5), st.integers(1, 20), st.integers(1, 20))
@settings(max_examples=150, deadline=None)
def test_batched_scores_equal_one_by_one_scores(many, width, rows, outputs):
    job = ScoreJob(many, width=width)
    decoder = FakeDecoder(cells=job.cells)
    run(job, decoder, Room(rows, outputs))
    naive = [[naive_sum(track) for track in group] for group in many]
    assert [len(group) for group in job.sums] == [len(group) for group in naive]
    for got, want in zip(job.sums, naive, strict=True):
        assert got == pytest.approx(want, abs=1e-4)
    assert job.evaluated == job.total


def test_shared_tokens_are_evaluated_once():
    prompt = (9, 8, 7)
    tracks = [track_after(prompt, prompt + tail) for tail in [(1, 2, 3), (1, 2, 4), (1, 3)]]
    (wave,) = plan_waves(tracks, 8)
    assert [(node.token, node.position) for node in wave.nodes] == [
        (9, 0),
        (8, 1),
        (7, 2),
        (1, 3),
        (2, 4),
    ]
    assert wave.nodes[3].slots == (0, 1, 2)
    assert wave.nodes[4].slots == (0, 1)


def test_a_second_wave_keeps_the_prompt():
    prompt = (9, 8)
    tracks = [track_after(prompt, (*prompt, first, 5)) for first in (1, 2, 3)]
    first, second = plan_waves(tracks, 2)
    assert (first.keep, second.keep) == (0, 2)
    assert [node.position for node in second.nodes] == [2]


def test_a_merge_across_the_boundary_moves_the_start():
    # The prompt alone ends in token 3; together with the sentence, 3 became 4.
    assert track_after((9, 8, 3), (9, 8, 4, 5)) == Track((9, 8, 4, 5), start=2)
    assert track_after((9,), (9, 1)).start == 1
    # Nothing in common: the very first token has no past to be scored after.
    assert track_after((9,), (1, 2)).start == 1


def test_score_is_per_token():
    assert score(-2.0, -6.0, 4) == 1.0
    assert common_prefix([(1, 2, 3), (1, 2), (1, 2, 4)]) == 2


def naive_walk(sentences, prompt, most):
    """Greedy decoding that looks at every sentence at every token."""
    said, context = [], list(prompt)
    while len(said) < most:
        left = [s for s in sentences if s not in [sentences[i] for i in said]]
        if not left:
            return said
        done = ()
        while True:
            fit = [s for s in left if s[: len(done)] == done]
            options = {s[len(done)] if len(s) > len(done) else END for s in fit}
            if not done and said:
                options.add(END)
            row = logits_after(context)
            token = max(options, key=lambda t: row[t])
            if token == END and not done:
                return said
            if token == END:
                break
            done += (token,)
            context.append(token)
            if done in left and not any(s != done and s[: len(done)] == done for s in left):
                break
        said.append(sentences.index(done))
    return said


@given(st.lists(tokens, min_size=1, max_size=7), st.integers(1, 4), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_a_walk_equals_naive_constrained_decoding(sentences, most, rows):
    prompt = (9, 8, 7)
    heard = []
    job = WalkJob(prompt, Walk(sentences, end=END, most=most), emit=heard.append)
    if not job.is_done:
        run(job, FakeDecoder(cells=job.cells), Room(rows, 4))
    assert heard == naive_walk(sentences, prompt, most)
    assert len(set(heard)) == len(heard) <= most


def test_a_single_sentence_needs_no_step():
    heard = []
    job = WalkJob((9,), Walk([(1, 2, 3)], end=END, most=3), emit=heard.append)
    assert job.is_done
    assert heard == [0]
    assert job.rows(Room(9, 9)) == []


def test_a_decided_sentence_is_told_before_its_tokens_are_evaluated():
    heard = []
    sentences = [(1, 2, 3, 4), (2, 2, 3, 4)]
    job = WalkJob((9,), Walk(sentences, end=END, most=2), emit=heard.append)
    decoder = FakeDecoder()
    job.attach((0,))
    job.take(decoder.decode(job.rows(Room(9, 9))))
    assert len(heard) == 1
    assert decoder.steps == [1]
    # The rest of the sentence and the next decision share one step.
    assert len(job.rows(Room(9, 9))) == 4


def test_only_options_may_be_taken():
    walk = Walk([(1, 2), (3, 4)], end=END, most=1)
    assert sorted(walk.options()) == [1, 3]
    with pytest.raises(ValueError, match="no option"):
        walk.take(2)


@given(st.lists(tokens, min_size=1, max_size=8, unique=True))
def test_every_path_through_the_options_spells_an_approved_sentence(sentences):
    random = np.random.default_rng(1)
    walk = Walk(sentences, end=END, most=len(sentences))
    spelt = list(walk.pending)
    while walk.options():
        walk.take(int(random.choice(walk.options())))
        spelt = walk.pending
    assert tuple(spelt) == sum((sentences[index] for index in walk.chosen), ())
