"""What the demo bank begins with: knowledge, trained small models, weights."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from django.db import transaction

from appliance.config import ROOT, Config
from appliance.knowledge.models import Version
from appliance.ops.first_run.keys import load_model_key
from appliance.ops.first_run.people import first_person
from models.registry import files, manifest
from models.registry.actions import import_model
from models.registry.errors import NameTakenError, NoModelError
from models.registry.files import Stated

ARTICLES = ROOT / "appliance" / "knowledge" / "demo"
_ORIGIN = "cli:first_run"
DEMO_WEIGHTS = ROOT / "models" / "demo" / "harbour-demo.gguf"


def load_knowledge(now: datetime) -> bool:
    """Publish the demo articles on a box that has none. Returns whether it did.

    In one transaction: the vector space is fitted on all of them together.
    """
    if Version.objects.exists():
        return False
    # Here, because a later start need not wait for the libraries behind it.
    from appliance.knowledge.demo.wordings import with_wordings
    from appliance.knowledge.imports import import_articles, read_drafts

    drafts = with_wordings(list(read_drafts(sorted(ARTICLES.glob("*.jsonl")))))
    with transaction.atomic():
        made: Iterator[Version] = import_articles(
            drafts,
            author=first_person("knowledge-editor-1"),
            approver=first_person("knowledge-approver-1"),
            now=now,
        )
        return sum(1 for _ in made) > 0


def take_first_weights(config: Config) -> bool:
    """Import, approve and select the first weights on a box that uses no model yet.

    Returns whether it did: without weights the box serves FAQ, rules and people.
    Raises:  RegistryError.
    """
    try:
        files.selected(config.weights)
    except NoModelError:
        pass
    else:
        return False
    weights = config.first_model or DEMO_WEIGHTS
    if not weights.is_file():
        return False
    model = _imported(config, weights)
    files.approve(model, load_model_key(config))
    files.select(config.weights, model)
    return True


def _imported(config: Config, weights: Path) -> Path:
    # What the manifest beside the weights or the file itself says.
    stated = Stated(version="")
    try:
        made = import_model(
            weights, config.weights, stated=stated, actor="service:first_run", origin=_ORIGIN
        )
    except NameTakenError:
        return _taken_in(config, weights)
    return config.weights / made.folder_name


def _taken_in(config: Config, weights: Path) -> Path:
    """What a run imported that was interrupted before the approval. Raises: NameTakenError."""
    with weights.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    for model in files.list_models(config.weights):
        if manifest.read(model).sha256 == digest:
            return model
    raise NameTakenError(f"got other weights under the name of {weights.name}, want them alone")
