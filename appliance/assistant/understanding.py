"""What a customer wants, by the small models trained on this box."""

from collections.abc import Sequence

from appliance.config import config
from compliance.pii.types import MaskedText
from models.understanding.reader import Understanding
from models.understanding.store import understanding

# The right intent is among the first three of seven questions in ten, the first of five.
_LIKELY = 3


def likely_intents(understood: Understanding) -> list[str]:
    """What the customer may want, likeliest first."""
    first = [understood.intent] if understood.intent else []
    return [*first, *understood.alternatives][:_LIKELY]


def understand(text: MaskedText, *, earlier: Sequence[MaskedText] = ()) -> Understanding:
    return understanding(config().trained / "understanding").understand(text, earlier=earlier)
