import pytest

from compliance.pii.secrets import screen
from tests.compliance.pii.tables import unmark

SAID = {
    "otp-zh": "验证码是⟦OTP:482913⟧",
    "otp-zh-colon": "短信验证码：⟦OTP:4829⟧",
    "otp-zh-before": "⟦OTP:482913⟧是我的验证码",
    "otp-zh-spelt": "验证码⟦OTP:四八二九一三⟧",
    "otp-zh-full-width": "驗證碼是⟦OTP:４８２９１３⟧",
    "otp-zh-zero-width": "验证码是⟦OTP:482\u200b913⟧",
    "otp-zh-spaced": "验证码 ⟦OTP:4 8 2 9 1 3⟧",
    "otp-en": "my code is ⟦OTP:482913⟧",
    "otp-en-before": "⟦OTP:482913⟧ is my verification code",
    "otp-en-otp": "OTP: ⟦OTP:991823⟧",
    "otp-en-passcode": "the one-time passcode is ⟦OTP:55120⟧",
    "pin-zh": "取款密码是⟦PIN:251899⟧",
    "pin-en": "my PIN is ⟦PIN:4821⟧",
    "pin-en-of": "the pin for my card is ⟦PIN:4821⟧",
    "cvv": "cvv ⟦CVV:123⟧",
    "cvv-mixed": "我的CVV是⟦CVV:731⟧",
    "cvv-mixed-space": "卡背面cvv ⟦CVV:731⟧",
    "otp-mixed": "我的otp是⟦OTP:482913⟧",
    "pin-mixed": "我的PIN是⟦PIN:4821⟧",
    "password-mixed": "我的password是⟦PASSWORD:hunter22⟧",
    "cvv-zh": "背面三位数是⟦CVV:832⟧",
    "cvv-code": "security code ⟦CVV:832⟧",
    "cvv-back": "the three digits on the back are ⟦CVV:832⟧",
    "expiry": "卡有效期⟦CARD_EXPIRY:12/27⟧",
    "expiry-en": "expiry date ⟦CARD_EXPIRY:09/2028⟧",
    "password-zh": "登录密码是⟦PASSWORD:abc12345⟧",
    "password-zh-mark": "密码：⟦PASSWORD:Hello@2026⟧",
    "password-en": "my password is ⟦PASSWORD:Tr0ub4dor⟧",
    "password-en-word": "password: ⟦PASSWORD:sunshine⟧",
    "track-2": "⟦TRACK_DATA:;6222021234567890128=27121010000012345678?⟧",
    "track-1": "⟦TRACK_DATA:%B4111111111111111^SMITH/JOHN^27121010000000000000?⟧",
    "all": "卡6222021234567890128 有效期⟦CARD_EXPIRY:12/27⟧ cvv⟦CVV:753⟧ 密码⟦PASSWORD:qwe789⟧",
}
NOTHING = (
    "I forgot my password",
    "我忘记密码了",
    "密码错误怎么办",
    "my password is not working",
    "my password is wrong, please reset it",
    "验证码收不到",
    "验证码5分钟内有效",
    "the code is valid for 10 minutes",
    "the postal code is 100000",
    "sort code 123456",
    "error code 4031",
    "promo code 482913",
    "验证码是95588发的吗",
    "PIN码是几位数",
    "如何修改取款密码",
    "护照有效期2030-01-01",
    "password must have 8 characters",
    "my card was declined 3 times",
    "请问密码重置需要多久",
    "I never share my PIN",
    "身份证有效期到2030年",
    "my social security number is 219-09-9999",
)
TURNS = {
    "waiting": (["my code is"], "482913", ("OTP",)),
    "waiting-zh": (["验证码是"], "482913", ("OTP",)),
    "asked-zh": (["请告诉我收到的验证码"], "482913", ("OTP",)),
    "asked-en": (["What is the code on the back?"], "832", ("CVV",)),
    "politely": (["What's your PIN?"], "ok, 4821", ("PIN",)),
    "spaced": (["code:"], "482 913", ("OTP",)),
    "two-back": (["my password is", "wait"], "Tr0ub4dor", ("PASSWORD",)),
    "password-word": (["密码是"], "abc12345", ("PASSWORD",)),
    "forgotten": (["I forgot my password"], "20000", ()),
    "not-received": (["我没收到验证码"], "13800138000", ()),
    "said-already": (["my code is 482913"], "482914", ()),
    "amount": (["How much do you want to transfer?"], "5000", ()),
    "sentence": (["my code is"], "I will tell you later in branch 12", ()),
    "years-ago": (["my code is", "a", "b", "c", "d"], "482913", ()),
    "warned": (["请勿向任何人提供验证码"], "500000", ()),
}


@pytest.mark.parametrize("row", SAID.values(), ids=SAID.keys())
def test_secret_is_dropped_with_a_visible_marker(row):
    text, spans = unmark(row)
    screened = screen(text)
    assert [(s.start, s.end, s.type) for s in screened.spans] == spans
    assert screened.dropped == tuple(t for _, _, t in spans)
    for start, end, kind in spans:
        assert text[start:end] not in screened.text
        assert f"[{kind}]" in screened.text


@pytest.mark.parametrize("text", NOTHING)
def test_talk_about_secrets_drops_nothing(text):
    assert screen(text).dropped == ()
    assert screen(text).text == text


@pytest.mark.parametrize(("earlier", "text", "dropped"), TURNS.values(), ids=TURNS.keys())
def test_secret_in_the_next_message(earlier, text, dropped):
    assert screen(text, earlier).dropped == dropped


def test_repr_shows_neither_the_secret_nor_the_text():
    shown = repr(screen("my code is 482913 for 13800138000"))
    assert "482913" not in shown
    assert "13800138000" not in shown
