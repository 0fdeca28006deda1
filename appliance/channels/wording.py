"""What the chat's script says, in the language of the page."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Key to sentence; %n% and %s% are put in by the script."""
    return _talk() | _lines() | _faults()


def _talk() -> dict[str, str]:
    return {
        "you": _("You"),
        "assistant": _("Assistant"),
        "ai_label": _("AI-generated"),
        "agent": _("Colleague"),
        "agent_label": _("A person"),
        "system": _("Notice"),
        "sources": _("Rests on %n% approved articles"),
        "source": _("Rests on an approved article"),
        "version": _("version %n%"),
        "helpful": _("This helped"),
        "unhelpful": _("This did not help"),
        "thanks_feedback": _("Thank you, noted."),
        "typing": _("The assistant is looking for the answer"),
        "dropped": _(
            "You typed a secret (%s%). It was removed before anything was stored."
            " Nobody here ever asks for it."
        ),
        "secret_PASSWORD": _("password"),
        "secret_PIN": _("PIN"),
        "secret_OTP": _("one-time code"),
        "secret_CVV": _("card security code"),
        "secret_CARD_EXPIRY": _("card expiry date"),
        "secret_TRACK_DATA": _("card track data"),
        "list_and": _(", "),
    }


def _lines() -> dict[str, str]:
    return {
        "waiting": _(
            "A person will answer here. You are number %n% in the line and can go on writing."
        ),
        "waiting_soon": _("A person will answer here soon. You can go on writing."),
        "with_person": _("You are talking to a person."),
        "lost": _("Connection lost. What you typed is kept; trying again."),
        "restored": _("Connected again."),
        "sending": _("Sending"),
        "degraded": _(
            "Part of the service is being repaired. Answers may be short; a person can help."
        ),
        "other_language": _(
            "Answers in this conversation stay in its first language. End it to begin in another."
        ),
        "ended": _("The conversation has ended."),
        "left": _("%n% characters left"),
        "over": _("%n% characters too many"),
        "thanks_survey": _("Thank you. Your answer helps us get better."),
    }


def _faults() -> dict[str, str]:
    return {
        "unsent": _("Not sent. Your text is kept."),
        "again": _("Send again"),
        "failed": _("That did not work. Try again in a moment."),
        "offline": _("The service cannot be reached. Check your connection and try again."),
        "empty": _("Write something first."),
        "too_long": _("Shorten the message to %n% characters."),
        "gone": _("This conversation can no longer be read here. Begin a new one."),
        "end_sure": _("End the conversation?"),
    }
