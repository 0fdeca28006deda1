"""What people do with their accounts: sign in, sign out."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

from appliance.accounts.errors import SignInRefusedError
from appliance.accounts.models import Account
from audit.actions import append, append_refusal
from audit.events import SessionClosed, SessionOpened, SessionRefused

# MLPS 2.0 level 3, 8.1.4.1 b): limit failed sign-ins, end the attempt.
MOST_FAILURES: Final = 8
LOCKED_FOR: Final = timedelta(minutes=30)
_LONGEST_PASSWORD: Final = 1024


def open_session(username: str, password: str, *, origin: str, now: datetime) -> Account:
    """The account that this name and password open, recorded as signed in.

    An attempt is counted before its password is checked, so that many at once count as many;
    the check itself, which is slow on purpose, holds neither lock nor connection.
    Raises: SignInRefusedError, after the refusal has been recorded.
    """
    account, reason = _counted(username.replace("\x00", ""), now)
    # The same work for a name that does not exist, and for an account that is locked.
    is_right = _matches(account, password[:_LONGEST_PASSWORD])
    if account is None:
        append_refusal(SessionRefused(actor="anonymous", origin=origin, reason=reason))
    else:
        reason = _concluded(account, reason, is_right=is_right, origin=origin, now=now)
    if account is None or reason:
        raise SignInRefusedError(reason)
    return account


def _counted(username: str, now: datetime) -> tuple[Account | None, str]:
    """The account with one more attempt on it, and why it cannot open now, if so."""
    with transaction.atomic():
        account = (
            Account.objects.select_for_update(of=("self",))
            .filter(username=username, is_active=True)
            .first()
        )
        if account is None:
            return None, "unknown_name"
        if account.is_locked(now):
            return account, "locked"
        account.failures += 1
        if account.failures > MOST_FAILURES:
            _lock(account, now)
            return account, "locked_now"
        account.save(update_fields=["failures"])
    return account, ""


def _matches(account: Account | None, password: str) -> bool:
    connection.close()
    if account is None:
        make_password(password)
        return False
    # Not `check_password` of the account: that one may write a new hash.
    return check_password(password, account.password)


@transaction.atomic
def _concluded(account: Account, reason: str, *, is_right: bool, origin: str, now: datetime) -> str:
    """Clear or lock the account, and record what came of the attempt. Returns why not, if so."""
    held = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if not reason and is_right:
        if held.failures or held.locked_until:
            held.failures, held.locked_until = 0, None
            held.save(update_fields=["failures", "locked_until"])
    elif not reason:
        reason = "wrong_password"
        if held.failures >= MOST_FAILURES and not held.is_locked(now):
            _lock(held, now)
            reason = "locked_now"
    _record(account, reason, origin)
    return reason


def _lock(account: Account, now: datetime) -> None:
    account.failures, account.locked_until = 0, now + LOCKED_FOR
    account.save(update_fields=["failures", "locked_until"])


def _record(account: Account, refused: str, origin: str) -> None:
    actor = f"person:{account.person_id}"
    if refused:
        append(SessionRefused(actor=actor, origin=origin, reason=refused))
    else:
        append(SessionOpened(actor=actor, origin=origin))


@transaction.atomic
def close_session(actor: str, *, origin: str) -> None:
    append(SessionClosed(actor=actor, origin=origin))
