"""What is said at the end is kept as carefully as what was said before."""

import pytest
from django.test import Client

from appliance.desk.models import Survey
from appliance.desk.sealing import open_comment
from audit.models import LoggedEvent
from tests.appliance.channels.test_conversation import post

pytestmark = pytest.mark.django_db(transaction=True)


def comment_after(text):
    client = Client()
    post(client, "conversations", {"language": "en"})
    answer = post(client, "survey", {"score": 2, "comment": text})
    assert answer.status_code == 204
    held = Survey.objects.select_related("conversation").get()
    subject = held.conversation.subject_id
    return open_comment(bytes(held.comment), survey=held.pk, subject=subject)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("I even gave my card's CVV 731 and nobody helped", "731"),
        ("my password is hunter2-Zq9 and it still fails", "hunter2-Zq9"),
        ("验证码是482913,还是登不上", "482913"),
    ],
    ids=["cvv", "password", "code"],
)
def test_a_secret_in_the_comment_is_dropped_before_anything_is_stored(box, text, secret):
    kept = comment_after(text)
    assert secret not in kept
    assert "[" in kept
    assert LoggedEvent.objects.filter(kind="assistant:secret:dropped").count() == 1


def test_a_comment_without_one_is_kept_word_for_word(box):
    assert comment_after("Quick and friendly. 谢谢!") == "Quick and friendly. 谢谢!"
    assert not LoggedEvent.objects.filter(kind="assistant:secret:dropped").exists()
