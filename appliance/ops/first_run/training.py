"""The small models of understanding, trained on this box in seconds where they are missing."""

from pathlib import Path

from appliance.config import Config
from models.understanding.store import open_or_train


def train_understanding(config: Config) -> None:
    """Trains again where the shipped examples have changed. Raises: UnderstandingError."""
    folder: Path = config.trained / "understanding"
    open_or_train(folder)
