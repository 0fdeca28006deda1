"""How people write a password, PIN, one-time code, CVV, card expiry or track.

A secret is a label and a value beside it, in one clause. A label without a value ("I forgot
my password") is nothing; a value without a label is judged by what came before
(`secrets.screen`). Track data is known by its sentinels (ISO/IEC 7813).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretSpan:
    """Half-open, in the text given. `distance` is the label's, in characters."""

    start: int
    end: int
    type: str
    why: str
    distance: int


_IS_ZH = r"(?:也?就?是|为|应该是|改成了?|改为了?|设成了?|设为|设置为|设置成|填的?是|告诉你)?"
_GAP_ZH = (
    rf"[ ]{{0,2}}(?:码)?[ ]?{_IS_ZH}(?:我的?|生日|手机号){{0,2}}[ ]?[:：=,，]?[ ]?[“\"'「【\[(（]?"
)
_GAP_EN = r"(?:'s)?(?: ?(?:number|no\.?|value))?(?:,? (?:that |which )?(?:i|you|they|we|he|she) (?:just )?(?:received|got|have|was sent|were sent|sent|see|gave)(?: me| you)?)?(?: (?:for|of|on|to)(?: \w+){1,4}?)?(?: ?(?:is|was|are|will be|it's)| to| ?[:=#-]| as)?(?: ?[:=])?(?: (?:now|still|just|currently|set to|changed to))? ?[\"'“(]?"
_DIGITS = r"(?P<value>\d(?:[ -]?\d){%s})(?![ ./-]?\d|[ ]?(?:分钟|秒|天|小时|元|块|万|次|位|个|年|月|minutes?|hours?|days?|times?|yuan|digits?|tries))"
_VALUE = r"(?P<value>(?=[^\s]{4,64})(?=[!-~]*[A-Za-z0-9])[!-~]{3,63}[A-Za-z0-9!@#$%^&*_+=~?-])"

_OTP_ZH = r"(?:短信)?(?:动态)?(?:验证码|校验码|动态码|动态密码|动态口令|短信码|确认码|激活码|一次性密码|随机码|口令码|认证码)"
_OTP_EN = (
    r"(?:one[- ]?time (?:pass(?:word|code)|code|pin)|\botp(?![a-z])(?: code)?|(?:verification|auth(?:entication|orisation|orization)?|confirmation|"
    r"sms|text|login|access|2fa|two[- ]factor|tan|dynamic|activation|six[- ]digit|6[- ]digit) ?code|\bpasscode|\bsms-?tan\b"
    r"|(?:my|the|your|this|that|received|got(?: the| a)?|new) code|\bcode(?= ?(?:is|:|=)| \d{6}(?!\d)))"
)
_PIN_ZH = r"(?:(?:取款|取现|ATM|atm|交易|银行卡|卡片|卡|查询|电话银行|储蓄卡|信用卡)(?:的)?密码|pin ?码|PIN ?码|\bpin(?![a-z]))"
_PIN_EN = r"(?:(?:atm|card|debit|credit|bank)? ?\bpin\b(?: ?(?:code|number))?(?! ?(?:code)? (?:for|of) (?:zip|postal)))"
_CVV = (
    r"(?:\bcvv2?(?![a-z])|\bcvc2?(?![a-z])|\bcvn2?(?![a-z])|\bcid\b|安全码|校验三位|(?:卡片?)?(?:背面|背后|后面)(?:的)?(?:签名栏)?(?:的|后)?(?:三位|3位|末三位|后三位)(?:数字|数|码)?|卡背?三位(?:数|码)|签名条后三位"
    r"|card security code|(?<!social )security (?:code|number)|card verification (?:code|value|number)|verification value"
    r"|(?:three|3|four|4)[- ]digits?(?: (?:code|number))?(?: (?:on|at|from))? the (?:back|front|reverse)(?: of (?:my|the) card)?|(?:digits|number|code) on the back(?: of (?:my|the) card)?)"
)
_EXPIRY = r"(?:卡片?有效期|有效期(?:至|到|限)?|到期(?:日|时间|年月)?|过期(?:日|时间)?|expir(?:y|es|ation|ing|e)(?: ?(?:date|on|in|at|month))?|\bexp\b\.?(?: date)?|valid (?:thru|through|until|till|to)|good thru)"
_EXPIRY_VALUE = (
    r"(?P<value>(?:0[1-9]|1[0-2]) ?[/\-.] ?(?:20)?[2-4]\d(?![/\-.]?\d)|(?:0[1-9]|1[0-2])[2-4]\d(?!\d)"
    r"|(?:20)?[2-4]\d年(?:0?[1-9]|1[0-2])月(?!\d{1,2}日)|(?:0?[1-9]|1[0-2])月(?:20)?[2-4]\d年?|20[2-4]\d[/-](?:0[1-9]|1[0-2])(?![/\-.]?\d))"
)
_PHRASE_ZH = r"(?:(?:登录|登陆|支付|网银|手机银行|账户|账号|原|旧|新|我的|查询|转账|wifi|初始|U盾|邮箱)(?:的)?密码|密码|口令|passcode)"
_PHRASE_EN = r"(?:\bpass ?words?\b|\bpasswd\b|\bpwd\b|\bpassphrase\b|\bpass ?code\b|\bpass(?=[:=]))"
# A label of another thing that ends in "code", "pin" or "number".
_OTHER_CODE = re.compile(
    r"(?:postal|post|zip|area|country|sort|swift|branch|bank|error|product|promo(?:tion)?|discount|voucher|coupon|dress|source|qr|bar|"
    r"reference|booking|employee|staff|store|device|registration|customer|order|tracking|member|agent|dealer|merchant|fund|stock|tax|currency|iso|reason|status|referral|invitation|邮政|邮|区号|错误|产品|邀请|优惠|机构|代) ?-?$"
)

_CARD = r"(?<!\d)\d(?:[ -]?\d){12,18}"

_FORMS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("OTP", re.compile(f"(?ai){_OTP_ZH}{_GAP_ZH}" + _DIGITS % "3,7"), "one-time code after its label"),
    ("OTP", re.compile(f"(?ai){_OTP_EN}(?:{_GAP_ZH}|{_GAP_EN})" + _DIGITS % "3,7"), "one-time code after its label"),
    ("OTP", re.compile(rf"(?ai)(?<![\d.])(?P<value>\d{{4,8}})[ ,，]?(?:这?个?是|就是|这个|is|was|as)[ ]?(?:我的?|刚收到的|你要的|收到的|my |the |your )?(?:{_OTP_ZH}|{_OTP_EN}|code)"), "one-time code before its label"),
    ("CVV", re.compile(f"(?ai){_CVV}(?:{_GAP_ZH}|{_GAP_EN})" + _DIGITS % "2,3"), "card check value after its label"),
    ("CVV", re.compile(rf"(?ai)(?<![\d.])(?P<value>\d{{3,4}}) (?:is|are) (?:my|the) {_CVV}"), "card check value before its label"),
    ("CARD_EXPIRY", re.compile(f"(?ai){_EXPIRY}(?:{_GAP_ZH}|{_GAP_EN}){_EXPIRY_VALUE}"), "card expiry after its label"),
    ("PIN", re.compile(f"(?ai){_PIN_ZH}{_GAP_ZH}" + _DIGITS % "3,11"), "PIN after its label"),
    ("PIN", re.compile(f"(?ai){_PIN_EN}(?:{_GAP_ZH}|{_GAP_EN})" + _DIGITS % "3,11"), "PIN after its label"),
    ("PIN", re.compile(r"(?ai)(?<![\d.])(?P<value>\d{4,6}) (?:is|as) (?:my|the|a)(?: new| atm| card)? pin\b"), "PIN before its label"),
    ("CARD_EXPIRY", re.compile(rf"{_CARD}[ ,;/|]{{1,3}}(?P<value>(?:0[1-9]|1[0-2])/?(?:20)?[2-4]\d)(?!\d)"), "expiry after a card number"),
    ("CVV", re.compile(rf"{_CARD}[ ,;/|]{{1,3}}(?:0[1-9]|1[0-2])/?(?:20)?[2-4]\d[ ,;/|]{{1,3}}(?P<value>\d{{3,4}})(?!\d)"), "check value after card number and expiry"),
    ("PASSWORD", re.compile(rf"(?ai)(?:user ?name|user ?id|login|account|email)[: ]+\S{{2,40}}[ ,;/]+(?:and )?{_PHRASE_EN}[: ]+{_VALUE}"), "password beside a user name"),
    ("PASSWORD", re.compile(f"(?ai)(?:{_PHRASE_ZH}|{_PHRASE_EN}(?=[ ]?[\u4e00-\u9fff：])){_GAP_ZH}{_VALUE}"), "password after its label"),
    ("PASSWORD", re.compile(f"(?ai){_PHRASE_EN}(?P<gap>(?: (?:for|of|on|to)(?: \\w+){{1,4}}?)? ?(?:is|was|will be|:|=|to be|to|->|-(?= ))(?: (?:now|still|set to|changed to|simply|just))? ?[:=]?) ?[\"'“(]?{_VALUE}"), "password after its label"),
    ("PASSWORD", re.compile(f"(?ai){_PHRASE_EN},? [\"'“]?(?P<value>(?=[!-~]*\\d)(?=[!-~]*[A-Za-z])[!-~]{{5,63}}[A-Za-z0-9!@#$%^&*_+=~?-])"), "password beside its label"),
)  # fmt: skip
_TRACK = re.compile(
    r"%?[Bb]\d{12,19}\^[^\^\n]{2,30}\^\d{4}[0-9A-Za-z ]{3,40}\??|;\d{12,19}=\d{4}\d{3,25}\??"
)
_ANY_LABEL = re.compile(
    r"(?ai)码|密码|口令|有效期|到期|过期|背面|背后|三位|pass|pwd|\bpin|otp|code|cvv|cvc|cvn|\bcid\b|exp|valid|thru|digit|security|verification|tan\b"
    r"|\d[ ,;|]{1,3}(?:0[1-9]|1[0-2])/"
)
# Not a password but what people say about one.
_SAID_OF_PASSWORDS = frozenset(
    [
        "wrong",
        "incorrect",
        "not",
        "expired",
        "locked",
        "blocked",
        "invalid",
        "forgotten",
        "lost",
        "still",
        "no",
        "being",
        "the",
        "too",
        "weak",
        "required",
        "safe",
        "secure",
        "correct",
        "compromised",
        "working",
        "accepted",
        "rejected",
        "reset",
        "changed",
        "stolen",
        "hacked",
        "leaked",
        "needed",
        "asked",
        "asking",
        "unknown",
        "missing",
        "different",
        "same",
        "longer",
        "shorter",
        "case",
        "sensitive",
        "reset.",
        "login",
        "enter",
        "change",
        "update",
        "access",
        "recover",
        "unlock",
        "it",
        "my",
        "your",
        "a",
        "an",
        "to",
        "in",
        "on",
        "what",
        "that",
        "this",
        "never",
        "always",
        "ever",
        "something",
        "anything",
        "nothing",
        "requested",
        "sent",
        "given",
        "good",
        "bad",
        "fine",
        "okay",
        "strong",
        "unsafe",
        "remembered",
        "saved",
        "stored",
        "wrong.",
        "incorrect.",
        "expired.",
        "protected",
        "simple",
        "old",
        "new",
        "please",
        "help",
        "me",
        "i",
        "get",
        "log",
        "sign",
        "open",
        "view",
        "set",
        "use",
        "let",
        "make",
        "do",
        "be",
        "have",
        "see",
        "and",
        "or",
        "but",
        "for",
        "with",
        "please?",
        "temporary",
        "permanent",
        "hidden",
        "visible",
        "empty",
        "blank",
        "failing",
        "failed",
        "rejected.",
        "invalid.",
        "resetting",
        "changing",
        "there",
        "here",
        "all",
        "also",
        "only",
        "manager",
        "recovery",
        "policy",
        "rules",
        "problem",
        "issue",
    ]
)
_EXPIRY_OF_OTHERS = re.compile(
    r"(?:身份证|护照|证件|产品|活动|优惠|合同|保单|密码|链接|券|积分|存款|理财|额度|id|passport|offer|contract|policy|link|licen[cs]e|deposit|product)[\u4e00-\u9fff\w ']{0,8}$",
    re.IGNORECASE,
)
_SHORTEST_PASSWORD = 4
_HOTLINES = re.compile(r"^(?:95\d{3}|1\d{2}(?:\d{2})?|12\d{3}|100\d{2})$")


def secret_spans(text: str) -> Iterator[SecretSpan]:
    """Secrets of one normalised text, in no particular order; spans do not repeat."""
    for match in _TRACK.finditer(text):
        yield SecretSpan(match.start(), match.end(), "TRACK_DATA", "ISO/IEC 7813 sentinels", 0)
    if not _ANY_LABEL.search(text):
        return
    taken: list[tuple[int, int]] = []
    for kind, pattern, why in _FORMS:
        for match in pattern.finditer(text):
            start, end = match.span("value")
            if any(start < e and s < end for s, e in taken) or not _holds(text, kind, match):
                continue
            taken.append((start, end))
            yield SecretSpan(start, end, kind, why, max(0, start - match.start() - 2))


def _holds(text: str, kind: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 14) : match.start()].lower()
    value = match.group("value")
    if _OTHER_CODE.search(before):
        return False
    if kind == "PASSWORD":
        return _is_password(match, value)
    if kind == "CARD_EXPIRY":
        return not _EXPIRY_OF_OTHERS.search(before)
    after = text[match.end("value") : match.end("value") + 2]
    # "验证码是95588发的": who sent it, not what it says.
    is_sender = bool(after) and after[0] in "发的给" and _HOTLINES.match(value) is not None
    return not (kind == "OTP" and is_sender)


def _is_password(match: re.Match[str], value: str) -> bool:
    bare = value.strip("\"'”)(.,;:!?").lower()
    if bare in _SAID_OF_PASSWORDS or re.sub(r"'.*", "", bare) in _SAID_OF_PASSWORDS:
        return False
    if bare.startswith(("http", "www.", "[")) or len(bare) < _SHORTEST_PASSWORD:
        return False
    has_digit_or_mark = re.search(r"[^a-z]", bare) is not None
    if has_digit_or_mark:
        return not re.fullmatch(r"\d{1,2}(?:th|st|nd|rd)?|[a-z]+(?:'[a-z]+|-[a-z]+)?", bare)
    # A plain word is a password only where nothing follows it: "is sunshine." not "is sunshine daily".
    gap = match.groupdict().get("gap") or ""
    if match.re.groupindex.get("gap") and not re.search(r"\bis|\bwas|:|=", gap):
        return False
    if bare.endswith(("ed", "ing", "ly")) or value.endswith("?"):
        return False
    return (
        re.match(r"\s*(?:$|[.,;!\n])|\s+and\b|\s*[\u4e00-\u9fff，。]", match.string[match.end() :])
        is not None
    )
