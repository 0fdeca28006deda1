"""An auditor searches the trail, sees an entry proved, and checks a pack on another machine."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from appliance.desk.actions import Actor, begin_conversation
from audit import wiring
from audit.evidence import verify_pack
from audit.keys import fingerprint
from audit.models import LoggedEvent
from compliance.privacy.actions import create_subject
from tests.e2e.conftest import DESKTOP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORDS = {
    "en": {
        "begun": "Began a conversation",
        "holds": "Recomputed in your browser",
        "none": "Nothing found",
    },
    "zh-hans": {"begun": "开始会话", "holds": "已在您的浏览器中重新计算", "none": "没有找到"},
}


@pytest.fixture
def happened(house, integrate):
    """Some conversations, integrated into the tree."""
    now = timezone.now()
    made = []
    for number in range(9):
        subject = create_subject(now=now, actor="service:web", origin="web:/chat/")
        made.append(
            begin_conversation(
                subject,
                channel="web",
                language="en",
                is_identified=False,
                actor=Actor(f"customer:{subject.pk}", "web:/chat/"),
                now=now + timedelta(seconds=number),
            )
        )
    integrate()
    return made


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_search_prove_export_verify(visitor, staff, happened, integrate, shot, tmp_path, language):
    words = WORDS[language]
    auditor = staff("auditor")
    window = visitor(language, DESKTOP, accept_downloads=True, dark=language == "zh-hans")
    page = window.sign_in(auditor, "/audit/")
    page.select_option("select[name=kind]", "desk:conversation:begun")
    page.click(".filters button[type=submit]")
    page.wait_for_url("**/audit/?*kind=desk*")
    assert page.locator(".trail tbody tr").count() == len(happened)
    assert words["begun"] in page.locator(".trail tbody tr").first.inner_text()
    shot(page, f"audit-trail-{language}")

    page.locator(".trail a").nth(3).click()
    page.wait_for_selector('#verdict[data-recomputed="true"]')
    assert words["holds"] in page.locator("#verdict").inner_text()
    shot(page, f"audit-entry-{language}")

    page.goto(f"{window.base}/audit/export/")
    shot(page, f"audit-export-{language}")
    with page.expect_download() as waiting:
        page.click(".export button[type=submit]")
    pack = tmp_path / "pack.zip"
    waiting.value.save_as(pack)
    verdict = checked(pack, fingerprint(wiring.current().keys))
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert len(entries(pack)) >= len(happened)
    taken = LoggedEvent.objects.get(kind="audit:pack:exported")
    assert taken.actor == f"person:{auditor.person_id}"

    page.goto(f"{window.base}/audit/?actor=person:nobody")
    assert words["none"] in page.locator(".empty").inner_text()
    kinds = LoggedEvent.objects.filter(actor=f"person:{auditor.person_id}")
    assert {"audit:trail:searched", "audit:entry:viewed", "audit:pack:exported"} <= set(
        kinds.values_list("kind", flat=True)
    )


def checked(pack, key):
    """The checker of the source tree, not the one inside the pack."""
    words = [sys.executable, "-I", verify_pack.__file__, str(pack), "--key", key]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def entries(pack):
    with zipfile.ZipFile(pack) as held:
        return [json.loads(line) for line in held.read("entries.jsonl").splitlines()]
