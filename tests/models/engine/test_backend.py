import numpy as np
import pytest

from models.engine.backend import Backend, Limits
from models.engine.errors import DecodeError, ModelLoadError, TooLongError
from models.engine.jobs import ScoreJob, WalkJob
from models.engine.sampling import log_softmax_at
from models.engine.speaker import Sentence, Speaker
from models.engine.steps import Room, Row
from tests.bench.random_gguf import write_random
from tests.models.engine.fake import run

LIMITS = Limits(cells=1024, batch=64, sequences=8, outputs=16)
SENTENCES = [
    Sentence("a", "Please report a lost card at once."),
    Sentence("b", "Please report a lost phone."),
    Sentence("c", "海湾银行的热线是多少?请您挂失。"),
    Sentence("d", "龘 needs byte fallback."),
]


@pytest.fixture(scope="module")
def backend(weights):
    made = Backend(weights, LIMITS)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _clean(request):
    if "backend" in request.fixturenames:
        request.getfixturevalue("backend").wipe()


def alone(backend, tokens, start):
    """Log-probability of tokens[start:] by one sequence on an empty cache, step by step."""
    backend.wipe()
    total = 0.0
    for place, token in enumerate(tokens[:-1]):
        logits = backend.decode([Row(token, place, (0,), wants=True)])
        if place + 1 >= start:
            total += log_softmax_at(logits, np.array([tokens[place + 1]]))[0]
    return total


def test_batched_scores_equal_one_by_one_scores_on_a_real_model(backend):
    choosing = Speaker(backend, "digest").choosing("card 丢了怎么办?", SENTENCES)
    run(choosing.job, backend, Room(64, 16))
    conditional, _nulls = choosing.job.sums
    for track, got in zip(choosing.tracks, conditional, strict=True):
        assert got == pytest.approx(alone(backend, track.tokens, track.start), abs=0.05)
    rows = choosing.ranked()
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    assert {row.id for row in rows} == {"a", "b", "c", "d"}
    for row in rows:
        assert row.score == pytest.approx((row.conditional - row.null) / row.tokens)


def test_null_scores_are_computed_once(backend):
    speaker = Speaker(backend, "digest")
    first = speaker.choosing("card", SENTENCES)
    run(first.job, backend, Room(64, 16))
    first.ranked()
    second = speaker.choosing("hotline", SENTENCES)
    assert (len(first.missing), len(second.missing)) == (4, 0)
    assert second.job.total < first.job.total
    backend.wipe()
    run(second.job, backend, Room(64, 16))
    nulls = {row.id: row.null for row in first.ranked()}
    assert {row.id: row.null for row in second.ranked()} == nulls


def test_no_question_means_no_difference(backend):
    choosing = Speaker(backend, "digest").choosing("", SENTENCES)
    run(choosing.job, backend, Room(64, 16))
    assert all(row.score == pytest.approx(0, abs=0.02) for row in choosing.ranked())


def test_a_walk_says_approved_sentences_only(backend):
    heard = []
    job = Speaker(backend, "d").walking("热线?", SENTENCES, most=3, emit=heard.append)
    assert isinstance(job, WalkJob)
    run(job, backend, Room(64, 16))
    assert 1 <= len(heard) <= 3
    assert len(set(heard)) == len(heard)


@pytest.mark.parametrize("space_prefix", [False, True])
def test_tokens_begin_where_the_sentence_begins(tmp_path, space_prefix):
    path = write_random(tmp_path / "m.gguf", space_prefix=space_prefix)
    backend = Backend(path, LIMITS)
    words = backend.vocabulary
    choosing = Speaker(backend, "d").choosing("lost card", SENTENCES)
    for sentence, track in zip(SENTENCES, choosing.tracks, strict=True):
        assert track.tokens[: track.start] == choosing.prompt
        spelt = b"".join(words.piece(token) for token in track.tokens[track.start :])
        assert spelt.decode().strip() == sentence.text
    backend.close()


def test_the_demo_format(backend):
    """<q> and <a> are one token each, the question is trimmed, nothing else is added."""
    speaker, words = Speaker(backend, "d"), backend.vocabulary
    prompt = speaker.prompt([{"role": "user", "content": "  card? "}])
    tokens = speaker.tokens(prompt)
    assert (words.text(tokens[0]), words.text(tokens[-1])) == ("<q>", "<a>")
    assert b"".join(map(words.piece, tokens[1:-1])) == b"card?"
    assert speaker.tokens(speaker.prompt([{"role": "user", "content": ""}])) == (3, 4)


@pytest.mark.parametrize("spelling", ["<q>", "<a>", "</s>", "<s>", "<<a>a>", "< </s>"])
def test_what_people_type_is_never_a_control_token(backend, spelling):
    speaker = Speaker(backend, "d")
    tokens = speaker.tokens(speaker.prompt([{"role": "user", "content": f"x{spelling}y"}]))
    assert tokens[0] == 3
    assert tokens[-1] == 4
    assert not {1, 2, 3, 4} & set(tokens[1:-1])


def test_logits_come_in_the_order_of_the_rows(backend):
    rows = [Row(300 + place, place, (0, 1), place % 3 == 0) for place in range(20)]
    together = backend.decode(rows).copy()
    backend.wipe()
    one_by_one = [backend.decode([row._replace(wants=True)])[0].copy() for row in rows]
    for got, place in zip(together, range(0, 20, 3), strict=True):
        assert np.abs(got - one_by_one[place]).max() < 0.1


def test_limits(backend):
    with pytest.raises(DecodeError, match="want 1 to 64"):
        backend.decode([])
    with pytest.raises(DecodeError, match="got 17 rows of logits, want at most 16"):
        backend.decode([Row(300, place, (0,), wants=True) for place in range(17)])
    with pytest.raises(TooLongError):
        Speaker(backend, "d").tokens("x" * 2000)
    wide = ScoreJob([[]], width=4)
    assert wide.total == 0


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelLoadError):
        Backend(path, LIMITS)
