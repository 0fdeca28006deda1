"""What the assistant says in its own name; everything else comes from approved articles."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from appliance.assistant.stages import Outcome

_CODES = {"zh": "zh-hans", "en": "en"}


def notice(outcome: Outcome | str, language: str) -> str:
    """The sentence for an outcome, in the customer's language."""
    with override(_CODES.get(language, "zh-hans")):
        return {
            "refused": _(
                "I have no approved answer to that. You can put it in other words, or talk to"
                " a person."
            ),
            "withheld": _("I may not answer that. A person can help you."),
            "handover": _(
                "A colleague will take over. You keep your place in the line, and nothing needs"
                " to be said twice."
            ),
            "greeting": _("Hello! Ask me about cards, accounts, transfers, loans and more."),
        }[outcome]
