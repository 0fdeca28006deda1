"""The operator's page: how the box is and what to do. The same checks as `doctor`."""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from appliance.accounts.doors import door
from appliance.ops.health import Check, report
from appliance.web.requests import actor_of, origin_of
from audit.actions import append
from audit.events import HealthViewed

_TITLES: dict[str, str | Promise] = {
    "supervisor": _("Supervisor"),
    "postgresql": _("Database"),
    "web": _("Web pages"),
    "worker": _("Background work"),
    "sequencer": _("Audit tree's writer"),
    "inference": _("Inference"),
    "services": _("Services"),
    "disk": _("Disk"),
    "clock": _("Clock"),
    "certificate": _("Certificate"),
    "key": _("Keys"),
    "model": _("Model"),
    "egress": _("Way out"),
    "log": _("Audit tree"),
}
_SERVICES = ("supervisor", "postgresql", "web", "worker", "sequencer", "inference", "services")


@dataclass(frozen=True)
class Shown:
    """A check with its name in words."""

    title: str | Promise
    check: Check


@door("system_admin", leaves_event=True)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx its changing part."""
    with transaction.atomic():
        append(HealthViewed(actor=actor_of(request), origin=origin_of(request), purpose="operate"))
    found = report()
    shown = [Shown(_TITLES.get(check.name, check.name), check) for check in found.checks]
    content = {
        "report": found,
        "todo": [one for one in shown if one.check.state != "ok"],
        "services": [one for one in shown if one.check.name in _SERVICES],
        "rest": [one for one in shown if one.check.name not in _SERVICES],
    }
    page = "ops/_health.html" if "HX-Request" in request.headers else "ops/health.html"
    return render(request, page, content)
