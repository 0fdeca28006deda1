"""Who is at the other end of a conversation on the web, and how much they may send."""

from django.db import models as tables

from appliance.desk.models import Conversation
from audit.ids import uuid7
from compliance.privacy.models import DataSubject


class BrowserSession(tables.Model):
    """The one browser that may read a conversation. Only digests of its tokens are kept."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = tables.OneToOneField(
        Conversation, on_delete=tables.PROTECT, related_name="browser"
    )
    token = tables.BinaryField(unique=True)
    # The token before the last rotation, good until the present one has come back once.
    former = tables.BinaryField(null=True, db_index=True)
    rotated_at = tables.DateTimeField()
    # When the present token came back first: only then has the browser certainly got it.
    confirmed_at = tables.DateTimeField(null=True)
    # SHA-256 of the Idempotency-Key that began it, and of what was asked for with it. The
    # latter goes with the first use of the first token: from then on nothing was lost.
    begun_with = tables.BinaryField(unique=True)
    begun_as = tables.BinaryField(null=True)

    class Meta:
        db_table = "channels_browser_session"

    def __str__(self) -> str:
        return str(self.id)


class UsedClaim(tables.Model):
    """An identity token's id, so that each opens one conversation at most."""

    digest = tables.BinaryField(primary_key=True)
    expires_at = tables.DateTimeField()

    class Meta:
        db_table = "channels_used_claim"

    def __str__(self) -> str:
        return self.digest.hex()


class Customer(tables.Model):
    """A customer of the bank's site: a keyed digest of their number there, and their subject."""

    index = tables.BinaryField(primary_key=True)
    subject = tables.OneToOneField(DataSubject, on_delete=tables.PROTECT)

    class Meta:
        db_table = "channels_customer"

    def __str__(self) -> str:
        return str(self.subject_id)


class Budget(tables.Model):
    """How much one address, or all together, has sent in one minute.

    The key is a keyed digest: an address is personal data. The table is UNLOGGED (see the
    migration): it is worth nothing after a crash and must not reach the WAL.
    """

    key = tables.BinaryField(primary_key=True)
    minute = tables.DateTimeField(db_index=True)
    spent = tables.PositiveIntegerField()

    class Meta:
        db_table = "channels_budget"

    def __str__(self) -> str:
        return self.key.hex()
