import json
import re
from pathlib import Path

import pytest
import yaml

from compliance.grading import current
from compliance.grading.current import SHIPPED, checked, configure, packs
from compliance.grading.errors import PackError, PackFileError, PackSetError
from compliance.grading.pack import load, parse

REGULATIONS = Path(__file__).parents[4] / "shared" / "data" / "regulations"
PACKS = sorted(SHIPPED.glob("*.yaml"))


@pytest.fixture
def document():
    return yaml.safe_load((SHIPPED / "pipl-finance.yaml").read_text(encoding="utf-8"))


def parsed(document):
    return parse(yaml.safe_dump(document, allow_unicode=True).encode(), name="test")


def test_the_document_is_sound(document):
    assert parsed(document).name == "pipl-finance"


def drop(*path):
    def change(document):
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


def put(value, *path):
    def change(document):
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (drop("title"), "title: Field required"),
        (drop("content"), "content: got no grade"),
        (put(1, "surprise"), "surprise: Extra inputs"),
        (put("1", "version"), "version"),
        (put("overlay", "mode"), "effect allow in an overlay"),
        (drop("grades", 0), "got none for CARD_EXPIRY"),
        (put(["PERSON"], "grades", 0, "types"), "got PERSON twice"),
        (put(["SHOE_SIZE"], "grades", 0, "types"), "got type SHOE_SIZE"),
        (put({"jrt0171": "C3"}, "grades", 0, "grades"), "got schemes"),
        (put("C4", "grades", 0, "grades", "jrt0171"), "grade of jrt0171 C4"),
        (put("nowhere", "rules", 0, "source"), "got source nowhere"),
        (put(["king"], "rules", 0, "roles"), "got role king"),
        (put([], "rules", 0, "roles"), "got no role"),
        (put(["fun"], "rules", 0, "purposes"), "got purpose fun"),
        (put(["peek"], "rules", 0, "actions"), "got action peek"),
        (put(["fax"], "rules", 0, "channels"), "got channel fax"),
        (put(["SHOE_SIZE"], "rules", 0, "types"), "got type SHOE_SIZE"),
        (put({"jrt0171": ["C9"]}, "rules", 0, "grades"), "grade of jrt0171 C9"),
        (put("raw", "rules", 0, "form"), "form or needs with effect deny"),
        (put("any", "rules", 2, "roles"), "roles any with effect allow"),
        (drop("rules", 2, "form"), "got no form"),
        (drop("rules", 4, "form"), "neither form nor needs"),
        (put(["bribe"], "rules", 2, "needs"), "rules.2.needs.0"),
        (put("own-data", "rules", 0, "id"), "rule own-data: got the id twice"),
        (put(9, "combinations", 0, "at_least"), "got at_least 9 of 4"),
        (put([["SHOE_SIZE"], ["PERSON"]], "combinations", 0, "of"), "at_least 3 of 2"),
    ],
)
def test_faults_are_named(document, change, fault):
    change(document)
    with pytest.raises(PackError, match=re.escape(fault)):
        parsed(document)


def test_a_source_that_nobody_cites_is_named(document):
    document["sources"]["spare"] = {"law": "some law", "article": "1.1", "checked": False}
    with pytest.raises(PackError, match="source spare: got no rule that cites it"):
        parsed(document)


def test_yaml_faults_are_named():
    with pytest.raises(PackError, match="line 2"):
        parse(b"pack: a\n  - b: [", name="broken")
    with pytest.raises(PackError, match="got key 'pack' twice"):
        parse(b"pack: one\npack: two\n", name="twice")
    with pytest.raises(PackError):
        parse(b"!!python/object/apply:os.getcwd []", name="clever")
    with pytest.raises(PackFileError, match="FileNotFoundError"):
        load(SHIPPED / "absent.yaml")


def test_the_digest_is_that_of_the_file():
    from hashlib import sha256

    for path in PACKS:
        assert load(path).digest == sha256(path.read_bytes()).digest()


def test_pack_sets():
    assert [pack.name for pack in packs()] == list(current.DEFAULT)
    with pytest.raises(PackSetError, match="got no base pack in pci"):
        checked(["pci"])
    for wrong in (["unknown"], ["pci", "pci"], ["../pci"]):
        with pytest.raises(PackSetError, match="want some of"):
            configure(wrong)
    assert packs() is packs()


def test_another_set_takes_force(monkeypatch):
    monkeypatch.setattr(current, "_names", current.DEFAULT)
    try:
        configure(["pipl-finance"])
        assert [pack.name for pack in packs()] == ["pipl-finance"]
    finally:
        configure(current.DEFAULT)


@pytest.mark.skipif(not REGULATIONS.exists(), reason="regulations are not beside this checkout")
@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_checked_articles_exist_in_the_law(path):
    articles = set()
    for line in (REGULATIONS / "cn_articles.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        articles.add((article["law"], article["article"]))
    for line in (REGULATIONS / "gdpr_articles.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        articles.add(("GDPR", f"Art. {article['no']}"))
    for name, source in load(path).document.sources.items():
        if source.checked:
            article = re.sub(r"\(.*\)$", "", source.article)
            assert (source.law, article) in articles, name
