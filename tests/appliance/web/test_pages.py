"""The front door, content security, languages, and faults that say what to do."""

import re

import pytest
from django.test import Client

from appliance.config import ROOT
from audit.models import LoggedEvent
from tests.people import person_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(as_role):
    def make(*roles):
        with as_role("operator"):
            account = person_with(*roles)
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.mark.parametrize("path", ["/", "/chat/", "/widget/", "/widget/demo/", "/login/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_open_pages_come_in_both_languages_and_with_nothing_inline(client, path, language):
    client.cookies["django_language"] = language
    answer = client.get(path)
    text = re.sub(r"<pre>.*?</pre>", "", answer.content.decode(), flags=re.DOTALL)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in text
    assert not re.search(r"<[^>]+\s(?:style|on[a-z]+)=", text)
    assert not re.search(r"<style|<script(?![^>]*(?:\ssrc=|application/json))", text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_only_the_widget_may_be_framed(client):
    assert "frame-ancestors 'self'" in client.get("/widget/")["Content-Security-Policy"]
    assert "X-Frame-Options" not in client.get("/widget/").headers
    assert "frame-ancestors 'none'" in client.get("/chat/")["Content-Security-Policy"]


def test_the_loader_is_one_script_that_names_no_other_host(client):
    answer = client.get("/widget.js")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/javascript")
    assert set(re.findall(r"https?://[A-Za-z0-9.]+", text)) <= {"https://BOX", "http://www.w3.org"}
    assert "eval(" not in text
    assert "innerHTML" not in text


@pytest.mark.parametrize("code", ["fr", "zh", "../x"])
def test_unknown_languages_are_not_found(client, code):
    assert client.get(f"/language/{code}/").status_code == 404


def test_the_chosen_language_is_kept_and_leads_back(client):
    answer = client.get("/language/en/?next=/chat/")
    assert (answer.status_code, answer["Location"]) == (302, "/chat/")
    assert b'<html lang="en"' in client.get("/chat/").content


def test_the_address_chooses_the_widgets_language(client):
    client.cookies["django_language"] = "zh-hans"
    assert b'<html lang="en"' in client.get("/widget/?lang=en").content


@pytest.mark.parametrize(
    ("role", "room"), [("agent", "/desk/"), ("auditor", "/audit/"), ("system_admin", "/ops/")]
)
def test_each_role_finds_its_room_and_no_other(signed_in, role, room):
    client = signed_in(role)
    home = client.get("/").content.decode()
    rooms = {"/desk/", "/audit/", "/ops/"}
    assert {path for path in rooms if f'href="{path}"' in home} == {room}
    assert client.get(room).status_code == 200
    for other in rooms - {room}:
        before = LoggedEvent.objects.filter(kind="accounts:access:refused").count()
        assert client.get(other).status_code == 403
        assert LoggedEvent.objects.filter(kind="accounts:access:refused").count() == before + 1


def test_a_page_that_is_not_there_says_what_to_do(client):
    client.cookies["django_language"] = "en"
    answer = client.get("/nowhere/张伟")
    assert answer.status_code == 404
    assert "start again from the home page" in answer.content.decode()
    assert "张伟" not in answer.content.decode()


def test_a_failing_page_needs_no_database_to_say_so(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("appliance.web.views.render", lambda *_: 1 / 0)
    monkeypatch.setattr("appliance.web.context.rooms_for", lambda _: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert b"ZeroDivisionError" not in answer.content


def test_vendored_files_are_those_of_the_lock():
    import json

    web = ROOT / "appliance" / "web"
    wanted = json.loads((web / "vendor.json").read_text())
    lock = json.loads((web / "package-lock.json").read_text())["packages"]
    for source in wanted:
        package = "/".join(source.split("/")[: 2 if source.startswith("@") else 1])
        assert f"node_modules/{package}" in lock
    assert "resolved" not in (web / "package-lock.json").read_text()
