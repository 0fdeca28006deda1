"""Articles: drafted, published by a second person, found, superseded, expired, withdrawn."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from appliance.accounts.models import Person
from appliance.knowledge.actions import (
    Draft,
    draft_article,
    publish_version,
    submit_version,
    withdraw_article,
)
from appliance.knowledge.errors import BadArticleError, NotInStateError, SamePersonError
from appliance.knowledge.imports import read_drafts
from appliance.knowledge.models import Passage, Version
from appliance.knowledge.queries import search
from appliance.knowledge.terms import terms
from audit.ids import uuid7
from audit.models import LoggedEvent
from tests.people import person_with

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DRAFT = Draft(
    slug="vault-box-en",
    language="en",
    topic="branches",
    title="Renting a deposit box",
    sentences=("A small deposit box costs 300 yuan a year.", "Bring an identity document."),
    questions=("How much is a deposit box?",),
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(monkeypatch, tmp_path):
    from appliance.config import config
    from appliance.knowledge import space

    elsewhere = config().model_copy(update={"var": tmp_path})
    monkeypatch.setattr(space, "config", lambda: elsewhere)
    space.space.cache_clear()
    yield tuple(Person.objects.order_by("id")[:2])
    space.space.cache_clear()


@pytest.fixture(autouse=True)
def _two_people(superuser):
    """Committed, since the web role may read people but not make them; taken away afterwards."""
    superuser.execute("DELETE FROM accounts_person")
    for _ in range(2):
        superuser.execute(
            "INSERT INTO accounts_person (id, created_at) VALUES (%s, now())", [uuid7()]
        )


def published(draft, pair, now=NOW):
    author, approver = pair
    version = draft_article(draft, author=author, origin="test", now=now)
    submit_version(version, by=author, origin="test")
    publish_version(version, by=approver, origin="test", now=now)
    return version


def found(text, now=NOW, language="en", audiences=("public",)):
    return [
        passage.slug for passage in search(text, language=language, audiences=audiences, now=now)
    ]


def test_a_published_article_is_found_with_the_ranges_of_its_sentences(pair):
    version = published(DRAFT, pair)
    (passage,) = search("price of a deposit box", language="en", audiences=["public"], now=NOW)
    assert [one.text for one in passage.sentences] == list(DRAFT.sentences)
    for one in passage.sentences:
        assert version.text[one.start : one.end] == one.text
    assert passage.words > 0
    kinds = list(LoggedEvent.objects.order_by("id").values_list("kind", flat=True))[-3:]
    assert kinds == [
        "knowledge:article:drafted",
        "knowledge:version:submitted",
        "knowledge:version:published",
    ]


def test_what_is_not_published_in_date_or_allowed_is_not_found(pair):
    author, _ = pair
    version = draft_article(DRAFT, author=author, origin="test", now=NOW)
    assert found("deposit box") == []
    submit_version(version, by=author, origin="test")
    assert found("deposit box") == []
    later = NOW + timedelta(days=1)
    published(
        replace(DRAFT, slug="dated", effective_at=later, expires_at=later + timedelta(days=1)), pair
    )
    assert found("deposit box") == []
    assert found("deposit box", now=later) == ["dated"]
    assert found("deposit box", now=later + timedelta(days=1)) == []
    published(replace(DRAFT, slug="inside", audience="staff"), pair)
    assert found("deposit box") == []
    assert found("deposit box", audiences=("public", "staff")) == ["inside"]
    assert found("deposit box", language="zh", audiences=("public", "staff")) == []


def test_a_new_version_takes_the_old_one_s_place(pair):
    first = published(DRAFT, pair)
    second = published(replace(DRAFT, sentences=("A deposit box costs 400 yuan.",)), pair)
    first.refresh_from_db()
    assert (first.state, second.number) == ("retired", 2)
    (passage,) = search("deposit box", language="en", audiences=["public"], now=NOW)
    assert passage.version_id == second.pk
    assert not Passage.objects.filter(version=first).exists()


def test_four_eyes_hold_in_the_action_and_in_the_database(pair):
    author, _ = pair
    version = draft_article(DRAFT, author=author, origin="test", now=NOW)
    submit_version(version, by=author, origin="test")
    with pytest.raises(SamePersonError):
        publish_version(version, by=author, origin="test", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(approved_by=author)


def test_steps_come_in_order_and_once(pair):
    author, approver = pair
    version = draft_article(DRAFT, author=author, origin="test", now=NOW)
    with pytest.raises(NotInStateError), transaction.atomic():
        publish_version(version, by=approver, origin="test", now=NOW)
    submit_version(version, by=author, origin="test")
    with pytest.raises(NotInStateError):
        submit_version(version, by=author, origin="test")


def test_a_withdrawn_article_is_gone_at_once(pair):
    version = published(DRAFT, pair)
    withdraw_article(version.article, by=pair[1], origin="test")
    assert found("deposit box") == []
    with pytest.raises(NotInStateError):
        withdraw_article(version.article, by=pair[1], origin="test")


@pytest.mark.parametrize(
    "change",
    [
        {"sentences": ()},
        {"sentences": ("",)},
        {"sentences": ("x" * 1001,)},
        {"sentences": ("null \x00",)},
        {"effective_at": NOW, "expires_at": NOW},
    ],
    ids=["none", "empty", "endless", "null", "never"],
)
def test_a_draft_that_cannot_be_shown_is_refused(pair, change):
    with pytest.raises(BadArticleError):
        draft_article(replace(DRAFT, **change), author=pair[0], origin="test", now=NOW)


def test_any_question_can_be_asked(pair):
    published(DRAFT, pair)
    for text in ("", "   ", "的", "' OR 1=1 --", "\u202e", "?" * 4000, "box " * 1000):
        search(text, language="en", audiences=["public"], now=NOW)


def test_a_bad_line_names_its_place_and_changes_nothing(tmp_path):
    good = json.dumps({"slug": "a", "lang": "en", "topic": "t", "title": "T", "sentences": ["S."]})
    file = tmp_path / "articles.jsonl"
    file.write_text(good + "\n{broken\n", encoding="utf-8")
    with pytest.raises(BadArticleError, match="line 2"):
        list(read_drafts([file]))
    with pytest.raises(CommandError) as refused:
        call_command("knowledge", "import", str(file), stdout=StringIO())
    assert refused.value.returncode == 2


def test_terms_of_both_languages():
    assert terms("Cards charged") == {"card": 1, "charg": 1}
    assert terms("ＣＡＲＤ fees") == {"card": 1, "fee": 1}
    assert {"银行", "行卡", "卡"} <= set(terms("银行卡"))
    assert not terms("the of 的了")


def test_people_are_made_by_the_operator_alone(as_role):
    with pytest.raises(Exception, match="permission denied"):
        person_with("agent")
