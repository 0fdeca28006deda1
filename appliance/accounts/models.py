"""People, the accounts that they sign in with, and the roles that they hold."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models as tables
from django.db.models import Q

from appliance.accounts.roles import EXCLUSIVE, ROLES
from audit.ids import uuid7


class Person(tables.Model):
    """A human being; four eyes are counted here, whatever the number of accounts."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = tables.DateTimeField()

    class Meta:
        db_table = "accounts_person"

    def __str__(self) -> str:
        return str(self.id)


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.select_related("person").get(username=username)


class Account(AbstractBaseUser):
    """A way to sign in. The sign-in name is the only thing about a person kept here."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = tables.ForeignKey(Person, on_delete=tables.PROTECT, related_name="accounts")
    username = tables.CharField(max_length=64, unique=True)
    is_active = tables.BooleanField(default=True)
    created_at = tables.DateTimeField()
    failures = tables.PositiveSmallIntegerField(default=0)
    locked_until = tables.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    objects = AccountManager()

    class Meta:
        db_table = "accounts_account"

    @property
    def roles(self) -> frozenset[str]:
        """The person's roles, read once a request."""
        if not hasattr(self, "_roles"):
            held = RoleAssignment.objects.filter(person_id=self.person_id)
            self._roles = frozenset(held.values_list("role", flat=True))
        return self._roles

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and self.locked_until > now


class RoleAssignment(tables.Model):
    """One role of one person."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = tables.ForeignKey(Person, on_delete=tables.PROTECT, related_name="assignments")
    role = tables.CharField(max_length=32, choices=[(role, role) for role in ROLES])
    granted_at = tables.DateTimeField()

    class Meta:
        db_table = "accounts_role_assignment"
        constraints = (
            tables.UniqueConstraint(fields=["person", "role"], name="a_role_is_held_once"),
            tables.UniqueConstraint(
                fields=["person"],
                condition=Q(role__in=EXCLUSIVE),
                name="one_administration_a_person",
            ),
            tables.CheckConstraint(condition=Q(role__in=ROLES), name="role_is_listed"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"
