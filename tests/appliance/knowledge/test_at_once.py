"""Two people publish two versions of one article at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from appliance.knowledge import actions
from appliance.knowledge.actions import draft_article, publish_version, submit_version
from appliance.knowledge.models import Passage, Version
from tests.appliance.knowledge.test_articles import DRAFT
from tests.people import person_with

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_the_later_one_supersedes_the_earlier(box, as_role, monkeypatch):
    with as_role("operator"):
        author, approver = (person_with("knowledge_editor", username=f"e{n}").person for n in "12")
    versions = []
    for title in ("One", "Two"):
        made = draft_article(replace(DRAFT, title=title), author=author, origin="test", now=NOW)
        submit_version(made, by=author, origin="test")
        versions.append(made)
    both, index = Barrier(2), actions.index_version

    def publish(version):
        try:
            publish_version(version, by=approver, origin="test", now=NOW)
        finally:
            connection.close()

    def slowly(version):
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        index(version)

    monkeypatch.setattr(actions, "index_version", slowly)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(publish, versions)) == [None, None]
    live = Version.objects.get(state="published")
    assert Version.objects.filter(state="retired").count() == 1
    assert set(Passage.objects.values_list("version", flat=True)) == {live.pk}
