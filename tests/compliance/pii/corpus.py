"""Bank messages in Chinese and English with planted values, made from a seed.

The values are drawn here, never copied from people: names from two short lists, numbers from
the generator with right check digits. `{KIND}` in a template becomes a value and its span.
"""

import random
import re

from compliance.pii.checkdigits import is_gb11643, is_luhn

ZH = (
    "你好，我是{PERSON}，手机号{PHONE_NUMBER}，想查一下余额",
    "我叫{PERSON}，身份证号{CN_ID_CARD}，帮我挂失银行卡{BANK_CARD}",
    "我的卡{BANK_CARD}被吞了，联系电话{PHONE_NUMBER}",
    "户名：{PERSON}，账号{ACCOUNT_NUMBER}，开户行在上海",
    "请把对账单寄到{ADDRESS}，收件人{PERSON}，电话{PHONE_NUMBER}",
    "我搬家了，新地址是{ADDRESS}，麻烦改一下",
    "给{PERSON}转账5000元没到账，怎么回事？",
    "邮箱改成{EMAIL_ADDRESS}可以吗",
    "我的护照号是{CN_PASSPORT}，能开户吗",
    "出生日期{BIRTH_DATE}，身份证{CN_ID_CARD}",
    "车牌{VEHICLE_PLATE}的ETC扣款不对",
    "尾号{CARD_LAST4}的信用卡年费怎么收",
    "加我微信{WECHAT_ID}，或者QQ号{QQ_ID}",
    "我老公{PERSON}的卡{BANK_CARD}也要一起办",
    "登录IP是{IP_ADDRESS}，不是我本人操作",
    "公司信用代码{CN_USCC}，法人{PERSON}",
    "海湾银行上海分行的电话是多少？热线400-000-0188打不通",
    "大额存单20万起存吗？三年期利率1.25%",
    "信用卡年费800元，满10万元免年费",
    "我忘记密码了，怎么重置",
    "2026年8月1日的那笔交易我不认识",
    "订单号202607211234567890什么时候发货",
    "手续费是0.1%，最低5元最高50元对吗",
    "验证码一直收不到",
)  # fmt: skip
EN = (
    "Hello, my name is {PERSON} and my phone number is {PHONE_NUMBER}.",
    "Please block card {BANK_CARD}, I lost it yesterday.",
    "My social security number is {US_SSN}.",
    "Can you send the statement to {EMAIL_ADDRESS}?",
    "I moved to {ADDRESS}.",
    "I want to pay {IBAN_CODE} every month.",
    "My National Insurance number is {UK_NINO} and my date of birth is {BIRTH_DATE}.",
    "The account holder is {PERSON}, account number {ACCOUNT_NUMBER}.",
    "Someone logged in from {IP_ADDRESS}.",
    "I am {PERSON}. My card ending in {CARD_LAST4} was declined.",
    "What is the annual fee of the Harbour Platinum Credit Card?",
    "How do I reset my password? I forgot it.",
    "Is branch 128 open on Saturday from 10:00 to 15:00?",
    "The fee is 0.1 %, minimum 50 yuan.",
    "Call the hotline 400-000-0188 before 12 March 2026.",
    "I never got the code, can you resend it?",
)  # fmt: skip

_ZH_NAMES = [
    "王小明",
    "李伟",
    "张丽华",
    "陈志强",
    "欧阳娜娜",
    "刘洋",
    "赵敏",
    "孙立军",
    "周杰",
    "吴秀英",
    "郑爽",
    "何建国",
    "林晓婷",
    "司马明",
    "郭雪芹",
    "罗永强",
]
_EN_NAMES = ("John Smith", "Mary O'Brien", "Sarah Johnson", "David Miller", "Anna Kowalski", "Priya Sharma", "Oliver Brown", "Emma Wilson")  # fmt: skip
_ZH_ADDRESSES = (
    "北京市朝阳区建国路88号3号楼2单元501室", "上海市浦东新区世纪大道1000号", "杭州市西湖区文三路阳光小区5栋302室",
    "四川省成都市武侯区人民南路四段27号", "广东省深圳市南山区科技园南路12号", "重庆市渝中区民生路8号",
)  # fmt: skip
_EN_ADDRESSES = ("221 Elm Street, Springfield, IL 62701", "10 High Street, Leeds LS1 4AP", "48 Oak Avenue, Apt 4B, Austin, TX 78701")  # fmt: skip


def _digits(dice, count):
    return "".join(dice.choice("0123456789") for _ in range(count))


def id_card(dice):
    body = f"440308{dice.randint(1950, 2005)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}{_digits(dice, 3)}"
    return next(body + c for c in "0123456789X" if is_gb11643(body + c))


def bank_card(dice, length=19):
    body = "622202" + _digits(dice, length - 7)
    return next(body + c for c in "0123456789" if is_luhn(body + c))


def mobile(dice):
    plain = dice.choice(("138", "159", "186", "177", "199", "150")) + _digits(dice, 8)
    forms = (plain, plain, f"{plain[:3]} {plain[3:7]} {plain[7:]}", f"{plain[:3]}-{plain[3:7]}-{plain[7:]}", f"+86 {plain}")  # fmt: skip
    return dice.choice(forms)


def _value(kind, dice, *, is_chinese):
    makers = {
        "PERSON": lambda: dice.choice(_ZH_NAMES if is_chinese else _EN_NAMES),
        "ADDRESS": lambda: dice.choice(_ZH_ADDRESSES if is_chinese else _EN_ADDRESSES),
        "PHONE_NUMBER": lambda: mobile(dice) if is_chinese else f"(202) 555-01{_digits(dice, 2)}",
        "CN_ID_CARD": lambda: id_card(dice),
        "BANK_CARD": lambda: bank_card(dice),
        "ACCOUNT_NUMBER": lambda: "31" + _digits(dice, 10),
        "EMAIL_ADDRESS": lambda: f"user{_digits(dice, 3)}@example.com",
        "CN_PASSPORT": lambda: "E" + _digits(dice, 8),
        "BIRTH_DATE": lambda: dice.choice(("1990-03-07", "1985-12-01", "1978-05-20")),
        "VEHICLE_PLATE": lambda: dice.choice(("京A12345", "粤BD12345", "沪C8K6M9")),
        "CARD_LAST4": lambda: _digits(dice, 4),
        "WECHAT_ID": lambda: f"wxid_{_digits(dice, 6)}",
        "QQ_ID": lambda: "1" + _digits(dice, 8),
        "IP_ADDRESS": lambda: f"203.0.113.{dice.randint(1, 254)}",
        "CN_USCC": lambda: "91110000600037341L",
        "US_SSN": lambda: "219-09-9999",
        "IBAN_CODE": lambda: "DE89 3704 0044 0532 0130 00",
        "UK_NINO": lambda: "AB 12 34 56 C",
    }
    return makers[kind]()


def fill(template, dice, *, is_chinese):
    """A message and its spans (start, end, kind)."""
    text, spans, done = "", [], 0
    for slot in re.finditer(r"\{([A-Z_0-9]+)\}", template):
        text += template[done : slot.start()]
        value = _value(slot[1], dice, is_chinese=is_chinese)
        spans.append((len(text), len(text) + len(value), slot[1]))
        text += value
        done = slot.end()
    return text + template[done:], spans


def messages(seed=7, rounds=8):
    """(text, spans, language) for every template, `rounds` times."""
    dice = random.Random(seed)
    for _ in range(rounds):
        for language, templates in (("zh", ZH), ("en", EN)):
            for template in templates:
                yield *fill(template, dice, is_chinese=language == "zh"), language
