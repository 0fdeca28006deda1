import pytest

from compliance.pii.errors import RulePackError
from compliance.pii.rules_pack import check_text, load_pack, shipped_rules

FORBIDDEN = {
    "zh.promise.principal": (
        "这款产品保本保息", "您的本金绝对安全无忧", "我们保证您不会亏", "绝对不会亏损", "亏了我们来补", "银行兜底，放心买",
        "只赚不赔",
    ),
    "zh.promise.return": (
        "保证年化收益8%", "稳赚", "一定能赚", "零风险高收益", "收益有保障", "和存款一样安全", "一年就翻倍", "闭眼买",
        "包您获得10%的回报",
    ),
    "zh.promise.credit": ("百分百下款", "不看征信", "我们可以帮您修复征信", "肯定能批下来"),
    "zh.pressure": (
        "现在就买，否则就没有名额了", "最后一天，赶紧抢购", "不要犹豫", "不要告诉家人", "不买保险就不能放款",
        "必须购买本行理财才能贷款",
    ),
    "zh.secret": ("请提供您的验证码", "把密码发给我", "您的CVV是多少", "把钱转到安全账户"),
    "en.promise.principal": (
        "Your principal is guaranteed.", "You can't lose.", "This is a risk-free investment.",
        "We will cover any losses.", "There is no risk at all.",
    ),
    "en.promise.return": (
        "We offer a guaranteed return of 8 %.", "We guarantee you 10 percent.", "You will definitely make money.",
        "It always goes up.", "Double your money in a year!", "It is as safe as a deposit.",
    ),
    "en.promise.credit": ("Guaranteed approval!", "You will definitely be approved.", "No credit check needed."),
    "en.pressure": ("Buy now or you will regret it.", "Only 3 spots left!", "Don't tell your family.", "You must buy our insurance to get the loan."),
    "en.secret": ("Please tell me your password.", "What is your PIN?", "Send us the verification code.", "Transfer your money to a safe account."),
}  # fmt: skip
ALLOWED = (
    "本产品不保本，可能亏损。", "理财产品不承诺保本保收益。", "任何声称稳赚不赔的都是诈骗。", "请问这款产品保本吗？",
    "我行不会向您索要密码或验证码。", "请勿向任何人提供验证码。", "请在手机银行页面输入验证码。", "存款保险最高偿付限额为人民币50万元。",
    "您可以随时赎回，T+1到账。", "现在购买还是以后购买，由您自己决定。", "信用卡审批需要2个工作日，结果以审批为准。",
    "我们会保证您的信息安全。", "如果有人让您把钱转到安全账户，那是骗子。", "提前还款不收手续费。",
    "Returns are not guaranteed and you may lose money.", "We never ask for your password or PIN.",
    "Anyone who promises a guaranteed return is a scam.", "Past performance is no promise.",
    "You can reset your password in the app.", "Approval depends on a credit check.",
    "Deposits are insured up to 500,000 yuan.", "We cannot guarantee approval.",
    "Take your time and read the terms before you buy.", "Enter the code in the app, never tell anyone.",
    "The card arrives in 5 working days.", "Your money is available the next day.",
)  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(r, t) for r, ts in FORBIDDEN.items() for t in ts])
def test_forbidden(rule, text):
    assert rule in {hit.rule.id for hit in check_text(text, shipped_rules())}


@pytest.mark.parametrize("text", ALLOWED)
def test_allowed(text):
    assert [h.rule.id for h in check_text(text, shipped_rules())] == []


def test_every_rule_cites_its_law():
    assert all(rule.citation for rule in shipped_rules())
    assert len({rule.id for rule in shipped_rules()}) == len(shipped_rules())


def test_spans_are_of_the_raw_text():
    (hit,) = check_text("这款\u200b稳\u200b赚", shipped_rules())
    assert (hit.start, hit.end) == (3, 6)


@pytest.mark.parametrize(
    "pack",
    [
        "[", "version: 2\nrules: []", "version: 1\nrules: [{id: a}]",
        "version: 1\nrules: [{id: a, kind: promise, action: block, any: ['x']}]",
        "version: 1\nrules: [{id: a, kind: promise, action: block, any: ['('], citation: {law: l, article: a, text: t}}]",
        "version: 1\nrules: [{id: a, kind: promise, action: append, any: ['x'], citation: {law: l, article: a, text: t}}]",
    ],
)  # fmt: skip
def test_malformed_packs_are_refused(pack):
    with pytest.raises(RulePackError):
        load_pack(pack)
