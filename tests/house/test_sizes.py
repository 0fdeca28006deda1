"""What ruff does not count: lines of functions and modules; and names that say nothing.

An exception carries its reason: `# size: REASON` on the `def` line or a module's first lines.
"""

import ast
from pathlib import Path

import pytest

from appliance.config import ROOT

FUNCTION_LINES = 40
MODULE_LINES = 400
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
PACKAGES = ("appliance", "models", "compliance", "audit", "tests")
_EXCUSE = "# size: "
_HEAD_LINES = 5


def _modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts and "migrations" not in path.parts:
                yield path


MODULES = list(_modules())


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _body_lines(node, lines):
    """Lines of code and comment of a body, without its docstring and blank lines."""
    body = node.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if not body:
        return 0
    return sum(1 for line in lines[body[0].lineno - 1 : node.end_lineno] if line.strip())


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_functions_and_modules_stay_small(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MODULE_LINES or any(_EXCUSE in line for line in lines[:_HEAD_LINES])
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = _body_lines(node, lines)
            excused = _EXCUSE in lines[node.lineno - 1]
            assert size <= FUNCTION_LINES or excused, f"{node.name}: {size} lines"


def test_every_name_says_something():
    found = [_name(path) for path in MODULES if FORBIDDEN & {path.stem, *path.parent.parts}]
    assert found == []


def test_only_one_module_reads_the_environment():
    """The set-up runs before there is a configuration; entries only give defaults."""
    allowed = {"appliance/config.py", "appliance/wsgi.py"}
    found = []
    for path in MODULES:
        name = _name(path)
        if name.startswith(("tests/", "appliance/ops/bootstrap/")) or name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            if reads and isinstance(node.value, ast.Name) and node.value.id == "os":
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_nothing_is_pickled():
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if {name.split(".")[0] for name in names} & {"pickle", "joblib", "dill", "marshal"}:
                found.append(f"{_name(path)}:{node.lineno}")
    assert found == []
