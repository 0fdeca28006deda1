"""The box itself: room, time, certificate, keys, and that nothing goes out."""

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _

from appliance.assistant.engine import engine
from appliance.config import Config
from appliance.ops.certificates import RENEW_BEFORE, read_certificate
from appliance.ops.health import network
from appliance.ops.health.checks import Check, State
from appliance.ops.supervisor import status
from audit.keys import FILE_NAMES
from audit.models import LoggedEvent
from compliance.vault.current import vault
from compliance.vault.errors import VaultError
from models.engine.client import EngineError

_GB: Final = 10**9
_DISK_WARN, _DISK_FAIL = 2 * _GB, _GB // 4
_CLOCK_SLACK: Final = timedelta(seconds=5)
# systemd-timesyncd leaves this file once it has heard from its servers.
_SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")


def disk(config: Config, _now: datetime) -> Iterator[Check]:
    found = shutil.disk_usage(config.var)
    state: State = "ok"
    if found.free < _DISK_WARN:
        state = "fail" if found.free < _DISK_FAIL else "warn"
    detail = _("%(free).1f GB of %(total).1f GB free") % {
        "free": found.free / _GB, "total": found.total / _GB,
    }  # fmt: skip
    todo = _("Make room or enlarge the disk: %(path)s") % {"path": config.var}
    yield Check("disk", state, detail, todo if state != "ok" else "")


def clock(_config: Config, now: datetime) -> Iterator[Check]:
    """A clock that was set back would date new events before old ones."""
    newest = LoggedEvent.objects.aggregate(newest=Max("at"))["newest"]
    if newest is not None and newest > now + _CLOCK_SLACK:
        yield Check(
            "clock",
            "fail",
            _("behind the newest event in the log by %(seconds).0f s")
            % {"seconds": (newest - now).total_seconds()},
            _("Set the clock right; the log keeps the times that it was given."),
        )
        return
    kept = _("kept by a time service") if _SYNCHRONISED.exists() else _("not known to be kept")
    yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC, {kept}")


def certificate(config: Config, now: datetime) -> Iterator[Check]:
    if config.is_loopback:
        yield Check(
            "certificate", "ok", _("none needed: %(bind)s is local") % {"bind": config.bind}
        )
        return
    left = read_certificate(config.certificate_file).not_valid_after_utc - now
    state: State = "ok" if left > RENEW_BEFORE else "warn"
    if left < timedelta():
        state = "fail"
    todo = _("Put a new one in place and restart") if config.certificate else _("Restart the box")
    detail = _("valid for %(days)d days") % {"days": left.days}
    yield Check("certificate", state, detail, todo if state != "ok" else "")


def keys(config: Config, _now: datetime) -> Iterator[Check]:
    """Each key file is there and its owner's alone, and the root key opens the key store."""
    wanted = [config.root_key, *(config.keys / name for name in FILE_NAMES.values())]
    missing = [path.name for path in wanted if not path.exists()]
    if missing:
        yield Check(
            "key",
            "fail",
            _("missing: %(names)s") % {"names": ", ".join(missing)},
            _("Restore them from the key backup: nothing else opens what they closed."),
        )
        return
    shared = [path.name for path in wanted if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if shared:
        yield Check(
            "key",
            "fail",
            _("readable by others: %(names)s") % {"names": ", ".join(shared)},
            _("chmod 600, then find out who has read them."),
        )
        return
    try:
        vault()
    except VaultError as fault:
        yield Check(
            "key",
            "fail",
            _("the key store does not open: %(fault)s") % {"fault": type(fault).__name__},
            _("Restore root key and key store from the same backup."),
        )
        return
    yield Check("key", "ok", _("%(count)d key files, key store open") % {"count": len(wanted)})


def egress(config: Config, _now: datetime) -> Iterator[Check]:
    """What our processes are connected to, by the kernel's own tables; and the engine's network."""
    said = status.read(config.run) or {"services": {}}
    pids = {name: one["pid"] for name, one in said["services"].items() if one["pid"]}
    outside = sorted({peer for pid in pids.values() for peer in network.peers(pid, config.port)})
    if outside:
        yield Check(
            "egress",
            "fail",
            _("connected to %(peers)s, want nobody") % {"peers": ", ".join(outside)},
            _("Find out what this is; no service has a reason to call out."),
        )
        return
    if not _engine_is_isolated():
        yield Check(
            "egress",
            "warn",
            _("nothing calls out, but the inference service shares the machine's network"),
            _("Its kernel forbids user namespaces here: allow them, or use the appliance image."),
        )
        return
    yield Check("egress", "ok", _("nothing calls out, and no address is allowed to be called"))


def _engine_is_isolated() -> bool:
    """True as well where it does not run: what is not there calls nobody."""
    try:
        return engine().health().is_isolated
    except EngineError:
        return True
