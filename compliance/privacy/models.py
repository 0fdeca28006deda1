"""The data subject: an id that keys hang on, and nothing about the person."""

from django.db import models as tables

from audit.ids import uuid7


class DataSubject(tables.Model):
    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = tables.DateTimeField()
    erased_at = tables.DateTimeField(null=True)

    class Meta:
        db_table = "privacy_subject"

    def __str__(self) -> str:
        return str(self.id)
