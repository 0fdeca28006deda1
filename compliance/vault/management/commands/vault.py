"""`vault status`, `vault selftest`, `vault rotate`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from audit.actions import append
from audit.events import KeyRotated
from compliance.vault.current import settings, vault
from compliance.vault.errors import (
    DamagedKeyError,
    KeyStoreFileError,
    SelfTestError,
    VaultError,
    WrongRootKeyError,
)
from compliance.vault.selftest import selftest

# What a check found wrong; any other fault is one of set-up.
_DOES_NOT_HOLD = (SelfTestError, DamagedKeyError, WrongRootKeyError, KeyStoreFileError)


class Command(BaseCommand):
    help = "Report on the key store, run the known-answer tests, or renew the key-encryption key."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of three words, and --json."""
        parser.add_argument("action", choices=("status", "selftest", "rotate"))
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: object, action: str, as_json: bool, **_options: Any) -> None:
        """Exit 1 where a check does not hold, 2 where the vault cannot be used."""
        actions = {"status": _status, "selftest": _selftest, "rotate": _rotate}
        try:
            report = actions[action]()
        except VaultError as fault:
            code = 1 if isinstance(fault, _DOES_NOT_HOLD) else 2
            raise CommandError(str(fault), returncode=code) from fault
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for name, value in report.items():
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            self.stdout.write(f"{name}: {shown}")


def _status() -> dict[str, object]:
    keyring = vault().keyring
    keyring.store.check()
    counts = keyring.store.counts()
    keks = keyring.store.keks()
    return {
        "state": "ok",
        "suite": settings().suite,
        "schema_version": counts.schema_version,
        "subject_keys": counts.subject_keys,
        "store_keys": counts.store_keys,
        "destroyed_keys": counts.destroyed,
        "unwrapped_keys": keyring.check(),
        "kek_version": keks[-1].version,
        "kek_created_at": keks[-1].created_at,
        "keys_under_older_kek": sum(
            number
            for version, number in counts.live_by_version.items()
            if version < keks[-1].version
        ),
    }


def _selftest() -> dict[str, object]:
    return {"state": "ok", "held": list(selftest())}


def _rotate() -> dict[str, object]:
    done = vault().rotate()
    with transaction.atomic():
        append(
            KeyRotated(
                actor="service:vault",
                origin="cli",
                object=f"kek:{done.version}",
                key=done.kek_id,
                rewrapped=done.rewrapped,
            )
        )
    return {"state": "ok", "kek_version": done.version, "rewrapped": done.rewrapped}
