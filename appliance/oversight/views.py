"""The auditor's pages: the trail, one entry with its proof, the tree, and what to take away."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appliance.accounts.doors import door
from appliance.oversight import queries
from appliance.oversight.actions import fingerprint_of_keys, take_checkpoint, take_pack
from appliance.oversight.errors import CannotExportError
from appliance.oversight.forms import ExportForm, TrailForm
from appliance.oversight.proofpath import BOX_HEIGHT, BOX_WIDTH, drawing, steps
from appliance.oversight.wording import kind_words
from appliance.web.requests import actor_of, origin_of
from audit.actions import append
from audit.entries import decode
from audit.errors import BadCursorError, CanonicalError, NotInTreeError
from audit.events import EntryViewed, TrailSearched
from audit.merkle import leaf_hash
from audit.queries import Filter, Page, ProvedEntry, entry_with_proof, lag, search, tree_state

_PAGE = 50


@door("auditor", "audit_admin", leaves_event=True)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Search: by time, actor, subject, kind and object; newest first, a page at a time."""
    form = TrailForm(request.GET or None)
    cursor = request.GET.get("cursor") or None
    content: dict[str, Any] = {"form": form, "tree": tree_state(), "lag": lag(timezone.now())}
    if form.is_bound and not form.is_valid():
        _record_search(request, [], 0)
        return render(request, "oversight/trail.html", content, status=400)
    wanted = form.wanted() if form.is_bound else Filter()
    try:
        page: Page = search(wanted, cursor=cursor, limit=_PAGE)
    except BadCursorError as fault:
        raise Http404 from fault
    _record_search(request, list(wanted.described()), len(page.found))
    content |= {"rows": queries.rows(page.found), "filters": wanted.described()}
    if page.cursor:
        kept = {name: value for name, value in request.GET.items() if value and name != "cursor"}
        content["older"] = urlencode(kept | {"cursor": page.cursor})
    return render(request, "oversight/trail.html", content)


@transaction.atomic
def _record_search(request: HttpRequest, filters: list[str], results: int) -> None:
    append(
        TrailSearched(
            actor=actor_of(request),
            origin=origin_of(request),
            purpose="audit",
            filters=tuple(filters),
            results=results,
        )
    )


@door("auditor", "audit_admin", leaves_event=True)
@require_safe
def entry(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One entry, its bytes, and the path from it to the signed root."""
    try:
        proved = entry_with_proof(event_id)
    except NotInTreeError:
        return _not_yet(request, event_id)
    _record_view(request, event_id, proved.index)
    return render(request, "oversight/entry.html", {"event_id": event_id} | _proof(proved))


@transaction.atomic
def _record_view(request: HttpRequest, event_id: UUID, index: int | None) -> None:
    append(
        EntryViewed(
            actor=actor_of(request),
            origin=origin_of(request),
            purpose="audit",
            object=f"event:{event_id}",
            index=index,
        )
    )


def _not_yet(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Unknown, or younger than the sequencer's last look: one cannot tell from here."""
    _record_view(request, event_id, None)
    return render(request, "oversight/not_yet.html", status=404)


def _proof(proved: ProvedEntry) -> dict[str, object]:
    path = steps(proved.index, proved.size, proved.entry, proved.proof)
    leaf, root = leaf_hash(proved.entry).hex(), proved.root.hex()
    raw = proved.entry.decode(errors="replace")
    return _told(proved.entry) | {
        "proved": proved,
        "raw": raw,
        "leaf": leaf,
        "root": root,
        "holds": (path[-1].made_hex if path else leaf) == root,
        "steps": path,
        "drawing": drawing(leaf, path),
        "box": {"width": BOX_WIDTH, "height": BOX_HEIGHT},
        "data": {
            "entry": raw,
            "root": root,
            "steps": [[step.sibling_hex, step.sibling_is_left] for step in path],
        },
    }


def _told(entry_bytes: bytes) -> dict[str, object]:
    """The entry's fields; none where somebody wrote past us and the bytes are no entry."""
    try:
        held = decode(entry_bytes)
    except CanonicalError:
        return {"words": _("Unreadable entry"), "kind": "", "who": "", "fields": []}
    actor = str(held.get("actor", ""))
    return {
        "words": kind_words(str(held["kind"])),
        "kind": held["kind"],
        "who": queries.sign_in_names([actor]).get(actor, ""),
        "fields": queries.fields(held),
    }


@door("auditor", "audit_admin")
@require_safe
def export_page(request: HttpRequest) -> HttpResponse:
    """The form for an evidence pack, and how to check one on one's own machine."""
    return _export_form(request, ExportForm(initial=_last_day()))


def _last_day() -> dict[str, object]:
    now = timezone.now().replace(microsecond=0)
    return {"start": now - timedelta(days=1), "end": now + timedelta(minutes=1)}


def _export_form(
    request: HttpRequest, form: ExportForm, *, status: int = 200, fault: bool = False
) -> HttpResponse:
    content = {
        "form": form,
        "tree": tree_state(),
        "fingerprint": fingerprint_of_keys(),
        "cannot": fault,
    }
    return render(request, "oversight/export.html", content, status=status)


@door("auditor", "audit_admin", leaves_event=True)
@require_POST
def export_pack(request: HttpRequest) -> HttpResponseBase:
    """The pack as a download. What could not be exported leaves a refused event."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        _record_search(request, ["export_refused"], 0)
        return _export_form(request, form, status=400)
    now = timezone.now()
    try:
        pack = take_pack(form.wanted(), actor=actor_of(request), origin=origin_of(request), now=now)
    except CannotExportError:
        _record_search(request, ["export_failed"], 0)
        return _export_form(request, form, status=503, fault=True)
    name = f"strongroom-evidence-{now:%Y%m%dT%H%M%SZ}.zip"
    response = FileResponse(
        pack.file, as_attachment=True, filename=name, content_type="application/zip"
    )
    response["X-Pack-Entries"] = str(pack.report.entries)
    return response


@door("auditor", "audit_admin", leaves_event=True)
@require_POST
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as a file, to be kept elsewhere and compared later."""
    try:
        note = take_checkpoint(actor=actor_of(request), origin=origin_of(request))
    except CannotExportError:
        _record_search(request, ["checkpoint_failed"], 0)
        return _export_form(request, ExportForm(initial=_last_day()), status=503, fault=True)
    response = HttpResponse(note, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="checkpoint.txt"'
    return response
