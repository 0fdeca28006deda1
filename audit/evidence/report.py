"""The two reports of a pack: for people, and for spreadsheets.

Both say only what entries say. `report.csv` is checked by `verify_pack.py`
against the entries, row by row; `report.html` is for reading.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from audit.evidence.verify_pack import COLUMNS, csv_row

# Chinese and English side by side: one file serves both readers.
_HEADINGS = {
    "index": "序号 Index",
    "at": "时间 (UTC) Time",
    "kind": "事件 Event",
    "actor": "操作者 Actor",
    "origin": "来源 Origin",
    "purpose": "目的 Purpose",
    "outcome": "结果 Outcome",
    "subject": "数据主体 Data subject",
    "object": "对象 Object",
    "id": "编号 Id",
    "data": "附加 Details",
}
_FILTER_NAMES = {
    "from": "起 From",
    "to": "止（不含） To (exclusive)",
    "actor": "操作者 Actor",
    "subject": "数据主体 Data subject",
    "kind": "事件 Event",
    "object": "对象 Object",
}
_ALL = "全部 all"


@dataclass(frozen=True)
class Heading:
    """What a report says above its table."""

    origin: str
    created: str
    size: int
    root: str
    fingerprint: str
    filters: Mapping[str, str]


def csv_heading() -> bytes:
    """First row; the mark at the start tells spreadsheets that this is UTF-8."""
    return b"\xef\xbb\xbf" + _csv_line(["index", *COLUMNS, "data"])


def csv_line(index: int, entry: dict[str, Any]) -> bytes:
    """One entry; cells that a spreadsheet would compute begin with a quote."""
    return _csv_line(csv_row(index, entry))


def html_heading(heading: Heading) -> bytes:
    """Everything above the first row."""
    rows = [
        ("日志 Log", heading.origin),
        ("导出时间 (UTC) Exported", heading.created),
        ("日志条目总数 Entries in the log", str(heading.size)),
        ("根 Root", heading.root),
        ("签名密钥指纹 Fingerprint of the signing keys", heading.fingerprint),
        *((_FILTER_NAMES[name], value) for name, value in heading.filters.items()),
        *([] if heading.filters else [("筛选 Filter", _ALL)]),
    ]
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    columns = "".join(f"<th>{escape(name)}</th>" for name in _HEADINGS.values())
    return _TOP.substitute(facts=facts, columns=columns).encode()


def html_line(index: int, entry: dict[str, Any]) -> bytes:
    """One entry."""
    cells = csv_row(index, entry)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n".encode()


def html_end(count: int) -> bytes:
    """Everything below the last row."""
    return _END.substitute(count=count).encode()


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


_TOP, _END = (
    Template(part)
    for part in (Path(__file__).parent / "report.html")
    .read_text(encoding="utf-8")
    .split("<!-- rows -->\n")
)
