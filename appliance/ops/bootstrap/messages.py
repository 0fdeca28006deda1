"""Translations from text to what gettext reads; runs inside the environment, which has polib."""

import sys
from pathlib import Path

import polib


def compile_messages(source: Path) -> None:
    target = source.with_suffix(".mo")
    incoming = target.with_suffix(".mo.incoming")
    polib.pofile(str(source)).save_as_mofile(str(incoming))
    incoming.replace(target)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compile_messages(Path(name))
