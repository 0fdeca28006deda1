"""What the demo bank begins with: knowledge, trained small models, weights."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction

from appliance.config import ROOT, Config
from appliance.knowledge.models import Version
from appliance.ops.first_run.keys import load_model_key
from appliance.ops.first_run.people import first_person
from models.registry import files
from models.registry.actions import import_model
from models.registry.errors import NameTakenError, NoModelError
from models.registry.files import Stated

ARTICLES = ROOT / "appliance" / "knowledge" / "demo"
DEMO_WEIGHTS = ROOT / "models" / "demo" / "harbour-demo.gguf"
_DEMO = Stated(
    name="harbour-demo",
    version="1",
    licence="Apache-2.0",
    source="models/demo",
    training_data="models/demo/data",
    languages=("zh", "en"),
)


def load_knowledge(now: datetime) -> bool:
    """Publish the demo articles on a box that has none. Returns whether it did.

    In one transaction: the vector space is fitted on all of them together.
    """
    if Version.objects.exists():
        return False
    # Here, because a later start need not wait for the libraries behind it.
    from appliance.knowledge.imports import import_articles, read_drafts

    drafts = list(read_drafts(sorted(ARTICLES.glob("*.jsonl"))))
    with transaction.atomic():
        made: Iterator[Version] = import_articles(
            drafts,
            author=first_person("knowledge-editor-1"),
            approver=first_person("knowledge-approver-1"),
            now=now,
        )
        return sum(1 for _ in made) > 0


def take_demo_weights(config: Config) -> bool:
    """Import, approve and select the demo weights on a box that uses no model yet."""
    try:
        files.selected(config.weights)
    except NoModelError:
        pass
    else:
        return False
    if not DEMO_WEIGHTS.is_file():
        return False
    model = _imported(config, DEMO_WEIGHTS)
    files.approve(model, load_model_key(config))
    files.select(config.weights, model)
    return True


def _imported(config: Config, weights: Path) -> Path:
    try:
        made = import_model(
            weights,
            config.weights,
            stated=_DEMO,
            actor="service:first_run",
            origin="cli:first_run",
        )
    except NameTakenError:
        # Imported by a run that was interrupted before the approval.
        return files.find(config.weights, _DEMO.name)
    return config.weights / made.folder_name
