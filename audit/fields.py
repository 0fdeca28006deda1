"""PostgreSQL's transaction ids as a column. Migrations import this module: extend, never change."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _IntegerField = models.Field[int, int]
    _AnyField = models.Field[Any, Any]
else:
    _IntegerField = _AnyField = models.Field


class TransactionIdField(_IntegerField):
    """`xid8`: a transaction's 64-bit id, never wrapped."""

    def db_type(self, connection: object) -> str:
        """Name the column type."""
        del connection
        return "xid8"

    def from_db_value(self, value: str | None, *_: object) -> int | None:
        """Psycopg hands the type over as text."""
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        """Text, which PostgreSQL casts; an expression stays one."""
        return str(value) if isinstance(value, int) else value


class CurrentTransactionId(models.Func):
    """`pg_current_xact_id()`: the id of the top-level transaction."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    arity = 0
    output_field: _AnyField = TransactionIdField()
