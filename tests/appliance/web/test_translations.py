"""Every string that a person can read stands in both languages."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from appliance.config import ROOT

CATALOGUES = ROOT / "appliance" / "locale"
NAMES = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
HELD = re.compile(r"%\([a-z_]+\)[0-9.]*[a-z]|%[ns]%")


def sources():
    for folder in ("appliance", "compliance", "models", "audit"):
        for path in (ROOT / folder).rglob("*"):
            if "node_modules" not in path.parts and path.suffix in {".py", ".html"}:
                yield path


def said_in(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        if "{% load" not in text or "/templates/" not in str(path):
            return set()
        text = templatize(text, origin=str(path))
        found = re.findall(r"""gettext\((u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")""", text)
        return {ast.literal_eval(one) for one in found}
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in NAMES
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and "gettext" in text
    }


@pytest.fixture(scope="module")
def used():
    return {said for path in sources() for said in said_in(path)}


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_nothing_is_left_untranslated(used, language):
    held = {
        entry.msgid: entry.msgstr or entry.msgstr_plural.get(0, "")
        for entry in polib.pofile(str(CATALOGUES / language / "LC_MESSAGES" / "django.po"))
    }
    missing = sorted(said for said in used if not held.get(said))
    # Templates name their variables %(n)s in the catalogue.
    assert len(used) > 250
    assert missing == []


def test_translations_keep_what_is_put_in():
    for entry in polib.pofile(str(CATALOGUES / "zh_Hans" / "LC_MESSAGES" / "django.po")):
        given = entry.msgid_plural or entry.msgid
        told = entry.msgstr or entry.msgstr_plural.get(0, "")
        assert sorted(HELD.findall(given)) == sorted(HELD.findall(told)), entry.msgid


def test_chinese_is_chinese():
    allowed = {"PIN"}
    for entry in polib.pofile(str(CATALOGUES / "zh_Hans" / "LC_MESSAGES" / "django.po")):
        told = entry.msgstr or entry.msgstr_plural.get(0, "")
        is_chinese = re.search(r"[\u3000-\u9fff\uff00-\uffef]", told)
        assert is_chinese or entry.msgid in allowed, entry.msgid


def test_templates_hold_no_bare_words():
    """Text between tags goes through translate, except names and marks."""
    allowed = {"Strongroom", "中文", "English", "EN", "PACK.zip", "Enter", "Ctrl", "Esc"}
    for path in (path for path in sources() if path.parts[-3] == "templates"):
        text = re.sub(
            r"{% block(?: room|translate).*?{% endblock(?:translate)? %}|{%.*?%}|{{.*?}}|{#.*?#}",
            " ",
            path.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        text = re.sub(r"<(script|style|pre)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL)
        bare = re.sub(r"<[^>]*>", "\n", text).split("\n")
        words = {line.strip(" ·+?#();:–") for line in bare}
        left = {word for word in words if re.search(r"[A-Za-z\u4e00-\u9fff]{2}", word)} - allowed
        assert left <= {"doctype html"}, (Path(path).name, left)
