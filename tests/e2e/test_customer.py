"""A customer asks, reads where the answer comes from, gets a person, and says how it was."""

import pytest

from appliance.desk.models import Conversation, Feedback, Message, Survey
from audit.models import LoggedEvent
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORDS = {
    "en": {
        "ai": "AI-generated",
        "ask": "What does a replacement card cost?",
        "answer": "15 yuan",
        "person": "You are talking to a person",
        "line": "number 1 in the line",
        "thanks": "Thank you",
        "warned": "card security code",
        "secret": "my cvv is 731",
    },
    "zh-hans": {
        "ai": "AI 生成",
        "ask": "补办一张银行卡要多少钱？",
        "answer": "15",
        "person": "正在为您服务的是人工",
        "line": "第 1 位",
        "thanks": "感谢",
        "warned": "安全码",
        "secret": "我的安全码是731",
    },
}
# What the journey leaves in the trail, among others.
LEFT = {
    "desk:conversation:begun",
    "desk:message:received",
    "assistant:secret:dropped",
    "desk:handover:requested",
    "desk:survey:answered",
}


def begin(window):
    page = window.go("/chat/")
    page.wait_for_selector("#begin:enabled")
    return page


def say(page, text):
    page.fill("#text", text)
    page.press("#text", "Enter")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_whole_journey(visitor, shot, language):
    words = WORDS[language]
    window = visitor(language, PHONE, dark=language == "zh-hans", device_scale_factor=2)
    page = begin(window)
    # The disclosure stands there before anything was said or stored.
    assert page.locator(".promises li").count() == 3
    assert not Conversation.objects.exists()
    shot(page, f"chat-welcome-{language}")
    page.click("#begin")
    page.wait_for_selector("#text:focus")
    say(page, words["ask"])
    answer = page.locator("li.assistant[data-id]").first
    answer.wait_for()
    assert words["ai"] in answer.inner_text()
    assert words["answer"] in answer.locator(".said").inner_text()
    answer.locator("summary").click()
    assert words["answer"] in answer.locator("mark").first.inner_text()
    shot(page, f"chat-answer-{language}")
    answer.locator(".thumbs button").first.click()
    page.wait_for_selector('.thumbs [aria-pressed="true"]')
    assert Feedback.objects.get().is_helpful

    say(page, words["secret"])
    warned = page.locator(".warned")
    warned.wait_for()
    assert words["warned"] in warned.inner_text()
    page.wait_for_function(
        "() => !document.querySelector('.customer:last-of-type .said')?.textContent.includes('731')"
    )

    page.click("#person")
    page.wait_for_function(
        "words => document.getElementById('line-place').innerText.includes(words)",
        arg=words["line"],
    )
    shot(page, f"chat-waiting-{language}")
    ended_and_judged(page, words, f"chat-survey-{language}", shot)
    assert set(LoggedEvent.objects.values_list("kind", flat=True)) >= LEFT


def ended_and_judged(page, words, name, shot):
    page.click("#end")
    page.click("#ask button[value=yes]")
    page.wait_for_selector("#survey:not([hidden])")
    page.locator("#star-1").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.fill("#survey textarea", "ok")
    shot(page, name)
    page.click("#survey-form button")
    page.wait_for_selector("#survey-thanks:not([hidden])")
    assert words["thanks"] in page.locator("#survey-thanks").inner_text()
    assert Survey.objects.get().score == 4
    stored = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    assert page.evaluate(stored) == "[[],[]]"


def test_an_agent_answers_and_the_customer_reads_it_at_once(visitor, staff, shot):
    customer = visitor("en", PHONE)
    page = begin(customer)
    page.click("#begin-person")
    page.wait_for_selector("#line-place:not([hidden])")
    say(page, "My card 6222 0212 3456 7894 was swallowed, I am Zhang Wei, 13812345678")
    page.wait_for_selector("li.customer[data-id]")

    agent = visitor("en", DESKTOP)
    desk = agent.sign_in(staff("agent"), "/desk/")
    shot(desk, "desk-line")
    desk.wait_for_selector(".desk-row-waiting")
    desk.keyboard.press("j")
    # The line is drawn anew whenever it changes; the row that was chosen stays chosen.
    desk.evaluate("() => window.htmx.trigger(document.body, 'line-changed')")
    desk.wait_for_timeout(500)
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#case")
    assert "6222 0212 3456 7894" not in desk.locator("#turns").inner_text()
    shot(desk, "desk-masked")
    desk.keyboard.press("t")
    desk.wait_for_selector("#reply-text")
    desk.keyboard.press("r")
    desk.keyboard.type("I have ordered a new one for you.")
    desk.keyboard.press("Control+Enter")
    page.wait_for_selector("li.agent .said")
    assert "ordered a new one" in page.locator("li.agent .said").inner_text()
    assert page.locator("#line-place").inner_text().strip() == "You are talking to a person."
    desk.wait_for_selector(".turn-agent")
    desk.wait_for_function("() => document.getElementById('reply-text').value === ''")
    # What the agent is writing outlives what comes in meanwhile.
    desk.fill("#reply-text", "Anything el")
    say(page, "thank you")
    desk.wait_for_function("() => document.querySelectorAll('.turn-customer').length === 2")
    assert desk.input_value("#reply-text") == "Anything el"
    shot(desk, "desk-open")
    shot(page, "chat-agent")
    assert Message.objects.filter(author="agent").count() == 1


def test_what_cannot_be_sent_is_kept(visitor):
    page = begin(visitor("en", PHONE))
    page.click("#begin")
    page.wait_for_selector("#text:focus")
    page.fill("#text", "x" * 4001)
    page.press("#text", "Enter")
    page.wait_for_selector("#fault:not([hidden])")
    assert "4000" in page.locator("#fault").inner_text()
    assert len(page.input_value("#text")) == 4001
    page.context.set_offline(True)
    page.fill("#text", "Is the branch open on Saturday?")
    page.press("#text", "Enter")
    page.wait_for_selector(".unsent")
    page.context.set_offline(False)
    page.wait_for_selector("li.assistant[data-id]", timeout=15_000)
    assert Message.objects.filter(author="customer").count() == 1


def test_a_reload_shows_the_conversation_again_and_a_stranger_sees_nothing(visitor):
    window = visitor("en", PHONE)
    page = begin(window)
    page.click("#begin")
    page.wait_for_selector("#text:focus")
    say(page, "What does a replacement card cost?")
    page.wait_for_selector("li.assistant[data-id]")
    page.reload()
    page.wait_for_selector("li.assistant[data-id]")
    assert page.locator("li.customer").count() == 1
    assert page.locator("li.assistant").count() == 1
    stranger = begin(visitor("en", PHONE))
    assert stranger.locator("#messages li").count() == 0


def test_markup_and_directions_are_shown_as_text(visitor):
    page = begin(visitor("en", PHONE))
    page.click("#begin")
    page.wait_for_selector("#text:focus")
    say(page, "<img src=x onerror=alert(1)> <b>card</b> 💳")
    page.wait_for_selector("li.customer[data-id]")
    assert page.locator("li.customer img, li.customer b").count() == 0
    assert "<b>card</b>" in page.locator("li.customer .said").inner_text()


def test_the_language_and_large_text_can_be_changed(visitor):
    page = begin(visitor("zh-hans", PHONE))
    assert page.get_attribute("html", "lang") == "zh-hans"
    page.click('.top-tools a[hreflang="en"]')
    page.wait_for_selector("#begin:enabled")
    assert page.get_attribute("html", "lang") == "en"
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.click('[data-does="large"]')
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > before
    page.reload()
    assert page.get_attribute('[data-does="large"]', "aria-pressed") == "true"


def test_the_widget_opens_in_a_foreign_page_and_folds(visitor, shot):
    window = visitor("en", DESKTOP)
    page = window.go("/widget/demo/")
    page.click('button[aria-label="Open the chat"]')
    frame = page.frame_locator("iframe")
    frame.locator("#begin:enabled").click()
    frame.locator("#text").fill("What does a replacement card cost?")
    frame.locator("#text").press("Enter")
    frame.locator("li.assistant[data-id]").wait_for()
    shot(page, "widget")
    assert Conversation.objects.get().channel == "widget"
    frame.locator("#fold").click()
    page.wait_for_selector('button[aria-expanded="false"]')
