"""How customers have asked the demo bank: the training questions by article."""

import json
from collections import defaultdict
from dataclasses import replace

from appliance.config import ROOT
from appliance.knowledge.actions import Draft

_QUESTIONS = ROOT / "models" / "demo" / "data"


def with_wordings(drafts: list[Draft]) -> list[Draft]:
    """The drafts, each with the training questions written for it; never a development one."""
    asked: dict[str, list[str]] = defaultdict(list)
    for path in sorted(_QUESTIONS.glob("questions-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            held = json.loads(line)
            if held["slug"] is not None and held["split"] == "train":
                asked[held["slug"]].append(held["question"])
    return [replace(draft, wordings=tuple(asked[draft.slug])) for draft in drafts]
