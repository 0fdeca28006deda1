"""What people do with their accounts: sign in, sign out."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

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

    The account's row is locked while the password is checked, so that many attempts at once
    count as many.
    Raises: SignInRefusedError, after the refusal has been recorded.
    """
    password = password[:_LONGEST_PASSWORD]
    with transaction.atomic():
        account = (
            Account.objects.select_for_update(of=("self",))
            .filter(username=username.replace("\x00", ""), is_active=True)
            .first()
        )
        if account is not None:
            refused = _judged(account, password, now)
            _record(account, refused, origin)
    if account is None:
        # The same work as for a name that exists.
        make_password(password)
        append_refusal(SessionRefused(actor="anonymous", origin=origin, reason="unknown_name"))
        raise SignInRefusedError("unknown_name")
    if refused:
        raise SignInRefusedError(refused)
    return account


def _judged(account: Account, password: str, now: datetime) -> str:
    """Why the sign-in is refused, or nothing; counts failures and locks."""
    is_right = account.check_password(password)
    if account.is_locked(now):
        return "locked"
    if is_right:
        if account.failures or account.locked_until:
            account.failures, account.locked_until = 0, None
            account.save(update_fields=["failures", "locked_until"])
        return ""
    account.failures += 1
    if account.failures >= MOST_FAILURES:
        account.failures, account.locked_until = 0, now + LOCKED_FOR
    account.save(update_fields=["failures", "locked_until"])
    return "locked_now" if account.is_locked(now) else "wrong_password"


def _record(account: Account, refused: str, origin: str) -> None:
    actor = f"person:{account.person_id}"
    if refused:
        append(SessionRefused(actor=actor, origin=origin, reason=refused))
    else:
        append(SessionOpened(actor=actor, origin=origin))


@transaction.atomic
def close_session(actor: str, *, origin: str) -> None:
    append(SessionClosed(actor=actor, origin=origin))
