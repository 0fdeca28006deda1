"""What an auditor needs to re-derive an answer, sealed under the customer's key."""

from django.db import models as tables

from appliance.desk.models import Message
from audit.ids import uuid7


class Evidence(tables.Model):
    """The evidence record of one answer; its digest is in the audit tree."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = tables.OneToOneField(Message, on_delete=tables.PROTECT, related_name="evidence")
    record = tables.BinaryField()
    digest = tables.BinaryField()
    at = tables.DateTimeField()

    class Meta:
        db_table = "assistant_evidence"

    def __str__(self) -> str:
        return str(self.id)
