"""Where a sealed value lives."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Place:
    """Where a sealed value lives; part of what its tag vouches for.

    Without a subject, the key is that of the store, that is, of `table`.
    """

    table: str
    column: str
    row_id: UUID
    subject_id: UUID | None
