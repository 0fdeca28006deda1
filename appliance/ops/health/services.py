"""The five services, the model in use, and whether the log keeps up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from appliance.assistant.engine import engine
from appliance.config import Config
from appliance.ops.health.checks import Check, State
from appliance.ops.models import Heartbeat
from appliance.ops.supervisor import status
from audit.queries import lag
from models.engine.client import EngineError, Health

NAMES: Final = ("postgresql", "web", "worker", "sequencer", "inference")
_BEATING: Final = {"worker": timedelta(seconds=20), "sequencer": timedelta(seconds=40)}
_STATUS_LIFE: Final = timedelta(seconds=10)
# The design promises one second; a checkpoint is signed and synced within it.
_LAG_WARN_S, _LAG_FAIL_S = 3.0, 30.0


def services(config: Config, now: datetime) -> Iterator[Check]:
    """The supervisor's word for each, and the services' own signs of life."""
    said = status.read(config.run)
    is_fresh = said is not None and now - datetime.fromisoformat(said["at"]) < _STATUS_LIFE
    if not is_fresh or said is None:
        yield Check("supervisor", "fail", _("no sign of life"), _("Start the box: `make run`."))
        said = {"services": {}}
    for name in NAMES:
        yield _service(name, said["services"].get(name) if is_fresh else None, now)


def _service(name: str, said: dict[str, Any] | None, now: datetime) -> Check:
    degraded: State = "warn" if name == "inference" else "fail"
    hint = _("Its log says why: %(path)s") % {"path": f"var/logs/{name}.out"}
    if said is None:
        return Check(name, degraded, _("not running"), _("Start the box: `make run`."))
    if said["state"] != "up":
        words = _("%(state)s, last end: %(end)s") % {
            "state": said["state"], "end": said["last_exit"] or "-",
        }  # fmt: skip
        return Check(name, degraded, words, hint)
    if name == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    if name in _BEATING:
        beat = Heartbeat.objects.filter(service=name).first()
        if beat is None or now - beat.at > _BEATING[name]:
            return Check(name, "fail", _("running, but without a sign of life"), hint)
    up = _("up, restarts since start: %(count)d") % {"count": said["restarts"]}
    return Check(name, "ok", up)


def model(_config: Config, _now: datetime) -> Iterator[Check]:
    try:
        found = engine().health()
    except EngineError as fault:
        yield Check(
            "model",
            "warn",
            _("the inference service does not answer: %(fault)s") % {"fault": type(fault).__name__},
            _("The box serves FAQ, rules and people meanwhile."),
        )
        return
    yield _model_check(found)


def _model_check(found: Health) -> Check:
    if found.has_model:
        name = found.model.get("name") or found.model.get("id") or "-"
        return Check("model", "ok", _("%(name)s answers") % {"name": name})
    if found.status == "refused":
        return Check(
            "model",
            "fail",
            _("refused: %(reason)s") % {"reason": found.reason},
            _("`manage.py model verify` says more; `manage.py model rollback` takes the last one."),
        )
    return Check(
        "model",
        "warn",
        _("no model: FAQ, rules and people only"),
        _("Import one: `manage.py model import FILE`, then approve and promote it."),
    )


def log_tree(_config: Config, _now: datetime) -> Iterator[Check]:
    waiting = lag(datetime.now(UTC))
    state: State = "ok"
    if waiting.oldest_s > _LAG_WARN_S:
        state = "fail" if waiting.oldest_s > _LAG_FAIL_S else "warn"
    detail = _("%(count)d events wait for the tree, the oldest for %(seconds).1f s") % {
        "count": waiting.pending, "seconds": waiting.oldest_s,
    }  # fmt: skip
    todo = _("See the sequencer's log: var/logs/sequencer.log") if state != "ok" else ""
    yield Check("log", state, detail, todo)
