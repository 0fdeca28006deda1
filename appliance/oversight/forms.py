"""What an auditor may ask for, checked. Nothing here accepts free text."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from appliance.oversight.wording import kind_choices
from audit.queries import Filter

# Without anchors, as HTML wants it; the slash is escaped for the browsers' "v" flag.
_NAME: Final = r"[A-Za-z0-9_.:\/<>+=,*\-]{1,200}"


class Moment(forms.DateTimeField):
    """A time of the page's date and time field, in UTC."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%Y-%m-%dT%H:%M:%S") if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError as fault:
            raise forms.ValidationError(_("Write a date and time, as 2026-01-31T09:00.")) from fault
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _name(label: Any, example: str) -> forms.RegexField:
    return forms.RegexField(
        regex=re.compile(rf"\A{_NAME}\Z"),
        label=label,
        required=False,
        error_messages={"invalid": _("Write an id as the trail shows it, without spaces.")},
        widget=forms.TextInput(
            attrs={"placeholder": example, "pattern": _NAME, "spellcheck": "false"}
        ),
    )


class TrailForm(forms.Form):
    """The filters of the trail, all optional; they hold together."""

    start = Moment(label=_("From (UTC)"), required=False)
    end = Moment(label=_("To (UTC)"), required=False)
    kind = forms.ChoiceField(label=_("What happened"), required=False, choices=kind_choices)
    actor = _name(_("Who"), "person:…")
    object = _name(_("To what"), "conversation:…")
    subject = forms.UUIDField(
        label=_("Customer (subject id)"),
        required=False,
        error_messages={"invalid": _("Write a subject id as the trail shows it.")},
        widget=forms.TextInput(attrs={"placeholder": "0193…", "spellcheck": "false"}),
    )

    def wanted(self) -> Filter:
        """The filter. Call it on a valid form."""
        given = self.cleaned_data
        subject = given.get("subject")
        assert subject is None or isinstance(subject, UUID)
        return Filter(
            start=given.get("start"),
            end=given.get("end"),
            actor=given.get("actor") or None,
            subject=subject,
            kind=given.get("kind") or None,
            object=given.get("object") or None,
        )


class ExportForm(TrailForm):
    """The same filters for a pack; a pack names the stretch of time that it covers."""

    start = Moment(label=_("From (UTC)"))
    end = Moment(label=_("To (UTC)"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and end <= start:
            raise forms.ValidationError(_("“To” must lie after “From”."))
        return given
