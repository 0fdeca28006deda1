"""The small models of understanding, trained on this box in seconds where they are missing."""

from appliance.config import Config


def train_understanding(config: Config) -> bool:
    """Returns whether there was something to train."""
    try:
        from models.understanding.understand import train_if_missing
    except ImportError:
        return False
    return bool(train_if_missing(config.trained / "understanding"))
