"""The word lists behind Chinese names, read once from `data/names_zh.txt`."""

from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class NameWords:
    """Characters and words by section of the file."""

    common_surnames: frozenset[str]
    surnames: frozenset[str]
    compound_surnames: tuple[str, ...]
    given: frozenset[str]
    not_given: frozenset[str]
    not_names: frozenset[str]
    titles: tuple[str, ...]
    transliteration: frozenset[str]


def sections(name: str) -> dict[str, str]:
    raw = resources.files("compliance.pii").joinpath("data", name).read_text("utf-8")
    sections: dict[str, str] = {}
    heading = ""
    for line in raw.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("["):
            heading = line.strip("[]")
            sections[heading] = ""
        else:
            sections[heading] += line + " "
    return sections


@cache
def name_words() -> NameWords:
    parts = sections("names_zh.txt")

    def characters(section: str) -> frozenset[str]:
        return frozenset(parts[section].replace(" ", ""))

    common = characters("surnames-common")
    not_given = characters("not-given")
    return NameWords(
        common_surnames=common,
        surnames=characters("surnames") | common,
        compound_surnames=tuple(parts["surnames-compound"].split()),
        given=characters("given") - not_given | frozenset("之以"),
        not_given=not_given - frozenset("之以正才"),
        not_names=frozenset(parts["not-names"].split()),
        titles=tuple(sorted(parts["titles"].split(), key=len, reverse=True)),
        transliteration=characters("transliteration"),
    )
