"""The installation itself, and what its services say of themselves."""

from django.db import models as tables

from audit.ids import uuid7


class Installation(tables.Model):
    """One row: this box."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = tables.DateTimeField()

    class Meta:
        db_table = "ops_installation"

    def __str__(self) -> str:
        return str(self.id)


class Heartbeat(tables.Model):
    """The last sign of life of a service, with a few numbers about it."""

    service = tables.CharField(max_length=16, primary_key=True)
    at = tables.DateTimeField()
    state = tables.JSONField(default=dict)

    class Meta:
        db_table = "ops_heartbeat"

    def __str__(self) -> str:
        return self.service
