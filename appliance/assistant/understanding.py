"""What a customer wants, by the small models trained on this box."""

from collections.abc import Sequence

from appliance.config import config
from compliance.pii.types import MaskedText
from models.understanding.intents import Intent, catalogue
from models.understanding.understand import Understanding, understanding


def understand(text: MaskedText, *, earlier: Sequence[MaskedText] = ()) -> Understanding:
    return understanding(config().trained / "understanding").understand(text, earlier=earlier)


def intents() -> dict[str | None, Intent]:
    """The bank's intents by name; None is "none of these"."""
    return catalogue()
