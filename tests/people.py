"""The least valid people: one account a role, made as the first run makes them."""

from datetime import UTC, datetime

from appliance.accounts.models import Account, Person, RoleAssignment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def person_with(*roles, username=None):
    """An account whose person holds these roles."""
    person = Person.objects.create(created_at=NOW)
    account = Account(
        person=person, username=username or f"{'-'.join(roles) or 'nobody'}-1", created_at=NOW
    )
    account.set_unusable_password()
    account.save()
    for role in roles:
        RoleAssignment.objects.create(person=person, role=role, granted_at=NOW)
    return account
