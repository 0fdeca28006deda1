"""A wording that was published is never changed, not even by the tables' owner."""

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from appliance.accounts.models import Person
from appliance.knowledge.actions import draft_article, publish_version, submit_version
from appliance.knowledge.models import Version
from tests.appliance.knowledge.test_articles import DRAFT, NOW

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = [
    {"title": "Another"},
    {"text": Concat(F("text"), Value("!"))},
    {"sentences": [[0, 1]]},
    {"digest": bytes(32)},
    {"state": "draft"},
]


@pytest.fixture
def version(box, as_role, monkeypatch, tmp_path):
    from appliance.config import config
    from appliance.knowledge import space

    elsewhere = config().model_copy(update={"var": tmp_path})
    monkeypatch.setattr(space, "config", lambda: elsewhere)
    space.space.cache_clear()
    with as_role("operator"):
        author, approver = (Person.objects.create(created_at=NOW) for _ in range(2))
        made = draft_article(DRAFT, author=author, origin="test", now=NOW)
        submit_version(made, by=author, origin="test")
        publish_version(made, by=approver, origin="test", now=NOW)
    yield made
    space.space.cache_clear()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
@pytest.mark.parametrize("state", ["published", "retired"])
def test_what_was_published_stays(version, as_role, change, state):
    with as_role("migrator"):
        row = Version.objects.filter(pk=version.pk)
        row.update(state=state)
        with pytest.raises(DatabaseError, match="published wording"), transaction.atomic():
            row.update(**change)


@pytest.mark.parametrize("change", CHANGES[:4], ids=lambda change: next(iter(change)))
def test_a_service_may_not_even_try(version, change):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(**change)
