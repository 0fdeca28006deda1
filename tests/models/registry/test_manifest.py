from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.registry.errors import ManifestError
from models.registry.manifest import Approval, Evaluation, Manifest, parse, read

LEAST = {
    "name": "noise",
    "version": "1",
    "kind": "generate",
    "file": "noise.gguf",
    "sha256": "0" * 64,
    "size": 1,
    "licence": "Apache-2.0",
    "source": "",
    "training_data": "",
    "quantisation": "F32",
    "context_length": 512,
    "chat_template_sha256": "",
    "languages": ("zh", "en"),
}
# A surrogate is no character: UTF-8 cannot hold it.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(
    st.fixed_dictionaries({"licence": words, "source": words, "training_data": words}),
    st.lists(st.builds(Evaluation, words, words, words, days), max_size=3).map(tuple),
    st.lists(st.builds(Approval, words, days), max_size=3).map(tuple),
    st.lists(words, max_size=3).map(tuple),
)
def test_what_is_written_is_read(free, evaluations, approvals, languages):
    made = Manifest(
        **{**LEAST, **free, "languages": languages},
        evaluations=evaluations,
        approvals=approvals,
    )
    assert parse(made.to_toml()) == made


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../etc"},
        {"name": "Noise"},
        {"file": "../../weights.gguf"},
        {"file": ".gguf"},
        {"sha256": "0" * 63},
        {"kind": "guess"},
        {"size": 0},
        {"version": "1/2"},
        {"chat_template_sha256": "x"},
    ],
    ids=str,
)
def test_bad_values_are_refused(change):
    with pytest.raises(ManifestError):
        Manifest(**{**LEAST, **change})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "noise"\n', ""),
        ('name = "noise"', "name = 3"),
        ("size = 1", 'size = "1"'),
        ("size = 1", "size = true"),
        ('licence = "Apache-2.0"', 'licence = "Apache-2.0"\nextra = 1'),
        ('["zh", "en"]', "[1]"),
        ('["zh", "en"]', '"zh"'),
        ("evaluations = []", "evaluations = [1]"),
        ("approvals = []", '[[approvals]]\nperson = "x"'),
        ("approvals = []", '[[approvals]]\nperson = "x"\ndate = "2026-01-01"'),
        ("size = 1", "size = "),
    ],
)
def test_bad_files_are_refused(old, new):
    text = Manifest(**LEAST).to_toml()
    assert old in text
    with pytest.raises(ManifestError):
        parse(text.replace(old, new))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="got no readable"):
        read(tmp_path)
