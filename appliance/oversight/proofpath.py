"""An inclusion proof as steps that a person can follow, and that a page can draw.

Pure. Source: RFC 9162 s.2.1.3.2, "Verifying an Inclusion Proof".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.merkle import leaf_hash, node_hash


@dataclass(frozen=True)
class Step:
    """One level: our node, its sibling from the proof, and the node above that they make."""

    mine_hex: str
    sibling_hex: str
    sibling_is_left: bool
    made_hex: str


def steps(index: int, size: int, entry: bytes, proof: Sequence[bytes]) -> list[Step]:
    """From the leaf upwards; the last step's `made_hex` is the root if the proof holds."""
    found: list[Step] = []
    mine, place, last = leaf_hash(entry), index, size - 1
    for sibling in proof:
        is_left = bool(place & 1) or place == last
        made = node_hash(sibling, mine) if is_left else node_hash(mine, sibling)
        found.append(Step(mine.hex(), sibling.hex(), is_left, made.hex()))
        while is_left and not place & 1 and place:
            place, last = place >> 1, last >> 1
        mine, place, last = made, place >> 1, last >> 1
    return found


@dataclass(frozen=True)
class Box:
    """A node of the drawing: centre and label, in SVG units; kind is a CSS class."""

    x: int
    y: int
    label: str
    kind: str

    @property
    def left(self) -> int:
        return self.x - BOX_WIDTH // 2

    @property
    def top(self) -> int:
        return self.y - BOX_HEIGHT // 2

    @property
    def baseline(self) -> int:
        return self.y + 5


@dataclass(frozen=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int
    kind: str


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


BOX_WIDTH, BOX_HEIGHT = 132, 34
_STEP, _MARGIN, _REACH = 66, 30, 92


def drawing(leaf_hex: str, path: Sequence[Step]) -> Drawing:
    """The path drawn upwards: ours zigzags by the side that it lies on, siblings beside it."""
    height = 2 * _MARGIN + len(path) * _STEP
    boxes: list[Box] = []
    lines: list[Line] = []
    x, y = 0, height - _MARGIN
    boxes.append(Box(x, y, short(leaf_hex), "leaf" if path else "root"))
    for number, step in enumerate(path):
        side = -1 if step.sibling_is_left else 1
        beside, above = x + side * 2 * _REACH, x + side * _REACH
        # Swings back towards the middle so that a long path stays narrow.
        boxes.append(Box(beside, y, short(step.sibling_hex), "sibling"))
        up = y - _STEP
        lines.append(Line(x, y - BOX_HEIGHT // 2, above, up + BOX_HEIGHT // 2, "ours"))
        lines.append(Line(beside, y - BOX_HEIGHT // 2, above, up + BOX_HEIGHT // 2, "given"))
        kind = "root" if number == len(path) - 1 else "ours"
        boxes.append(Box(above, up, short(step.made_hex), kind))
        x, y = above, up
    return _shifted(boxes, lines, height)


def _shifted(boxes: list[Box], lines: list[Line], height: int) -> Drawing:
    least = min(box.x for box in boxes) - BOX_WIDTH // 2 - 4
    most = max(box.x for box in boxes) + BOX_WIDTH // 2 + 4
    return Drawing(
        most - least,
        height,
        tuple(Box(box.x - least, box.y, box.label, box.kind) for box in boxes),
        tuple(
            Line(line.x1 - least, line.y1, line.x2 - least, line.y2, line.kind) for line in lines
        ),
    )


def short(digest_hex: str) -> str:
    return f"{digest_hex[:6]}…{digest_hex[-4:]}"
