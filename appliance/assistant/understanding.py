"""What a customer wants, by the small models trained on this box."""

from collections.abc import Sequence

from appliance.config import config
from compliance.pii.types import MaskedText
from models.understanding.reader import Understanding
from models.understanding.store import understanding


def understand(text: MaskedText, *, earlier: Sequence[MaskedText] = ()) -> Understanding:
    return understanding(config().trained / "understanding").understand(text, earlier=earlier)
