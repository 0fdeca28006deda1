"""Runs a table row: a text in which `⟦TYPE:value⟧` marks what must be found, and nothing else."""

import re

from compliance.pii.engine import detector

_MARK = re.compile(r"⟦([A-Z_0-9]+):(.+?)⟧")


def unmark(marked):
    """The plain text and its spans."""
    text, spans, done = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[done : match.start()]
        spans.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        done = match.end()
    return text + marked[done:], spans


def assert_row(marked, *, types=None):
    """types: look at these types only; None: at all."""
    text, spans = unmark(marked)
    found = [(f.start, f.end, f.type) for f in detector().find(text)]
    if types is not None:
        found = [f for f in found if f[2] in types]
    assert found == spans, [(text[s:e], t) for s, e, t in found]
