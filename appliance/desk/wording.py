"""What the desk calls things, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "asked": _("Asked for a person"),
    "no_answer": _("No approved answer"),
    "risk": _("Something risky was said"),
    "emotion": _("Upset"),
    "intent": _("A matter for people"),
    "degraded": _("The assistant is not at full strength"),
}
CHANNELS: dict[str, str | Promise] = {
    "web": _("Web page"),
    "widget": _("Widget"),
    "desk": _("Desk"),
    "email": _("E-mail"),
    "api": _("Interface"),
    "messaging": _("Messaging"),
    "voice": _("Voice"),
    "file": _("File"),
}
LANGUAGES: dict[str, str | Promise] = {"zh-hans": _("Chinese"), "en": _("English")}
AUTHORS: dict[str, str | Promise] = {
    "customer": _("Customer"),
    "assistant": _("Assistant"),
    "agent": _("Colleague"),
    "system": _("Notice"),
}
STATES: dict[str, str | Promise] = {
    "assistant": _("With the assistant"),
    "waiting": _("Waiting"),
    "person": _("With a person"),
    "closed": _("Closed"),
}
FORMS: dict[str, str | Promise] = {
    "raw": _("You see the original, because you are the one who answers."),
    "mask": _("Personal data is masked, as the policy says."),
    "placeholder": _("Personal data is replaced by placeholders, as the policy says."),
}
