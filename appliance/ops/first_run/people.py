"""The first people: one per role, two where four eyes are needed; their passwords in a file.

The file is written before the accounts are made: after a crash in between, the accounts still
get the passwords that the owner has read.
"""

from collections.abc import Iterator
from datetime import datetime
from secrets import choice
from typing import Final

from django.db import transaction

from appliance.accounts.models import Account, Person, RoleAssignment
from appliance.accounts.roles import STAFF
from appliance.config import Config
from appliance.ops.folders import write_private
from audit.actions import append
from audit.events import PersonCreated

# Roles whose work somebody else must confirm, by the same role or by a second reader.
PAIRED: Final = frozenset(
    {
        "agent",
        "supervisor",
        "knowledge_editor",
        "knowledge_approver",
        "quality_reviewer",
        "compliance_officer",
        "privacy_officer",
        "security_admin",
        "model_steward",
    }
)
# Without the characters that people mistake for one another.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PASSWORD_LENGTH: Final = 20
_ORIGIN: Final = "cli:first_run"
_HEAD: Final = (
    "# First sign-in of each role. Every password was drawn at random on this machine.\n"
    "# 各角色的首次登录密码，均在本机随机生成。\n"
    "# Hand each line to its owner, then delete this file. 请分发给本人后删除本文件。\n"
    f"{'# role':<22}{'sign-in name':<26}password\n"
)


def names() -> Iterator[tuple[str, str]]:
    """(role, sign-in name) of everyone."""
    for role in STAFF:
        for number in (1, 2) if role in PAIRED else (1,):
            yield role, f"{role.replace('_', '-')}-{number}"


def make_people(config: Config, now: datetime) -> None:
    present = set(Account.objects.values_list("username", flat=True))
    missing = [(role, name) for role, name in names() if name not in present]
    if not missing:
        return
    known = _written(config)
    drawn = {name: known.get(name) or _password() for _, name in missing}
    lines = [f"{role:<22}{name:<26}{drawn[name]}" for role, name in missing]
    kept = [
        f"{role:<22}{name:<26}{known[name]}"
        for role, name in names()
        if name in known and name not in drawn
    ]
    write_private(config.first_login, (_HEAD + "\n".join([*kept, *lines]) + "\n").encode())
    for role, name in missing:
        _make(role, name, drawn[name], now)


def first_person(name: str) -> Person:
    """Whoever signs in by this name."""
    return Account.objects.get_by_natural_key(name).person


@transaction.atomic
def _make(role: str, name: str, password: str, now: datetime) -> None:
    person = Person.objects.create(created_at=now)
    account = Account(person=person, username=name, created_at=now)
    account.set_password(password)
    account.save(force_insert=True)
    RoleAssignment.objects.create(person=person, role=role, granted_at=now)
    append(
        PersonCreated(
            actor="service:first_run",
            origin=_ORIGIN,
            object=f"person:{person.pk}",
            roles=(role,),
        )
    )


def _password() -> str:
    return "".join(choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))


def _written(config: Config) -> dict[str, str]:
    """Sign-in name → password, as an earlier run wrote them."""
    if not config.first_login.exists():
        return {}
    lines = config.first_login.read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: password for _, name, password in words}
