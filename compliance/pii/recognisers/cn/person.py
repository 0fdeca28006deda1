"""Chinese personal names.

Form: surname (one of ~450, or ~40 compound) and one or two given characters; names of
minorities and foreigners as transliterated parts joined by a middle dot. No list of names
exists, so evidence is added up: what stands before (a label, "I am", a verb of giving), how
usual the given characters are, what stands after (a title, a boundary, a function word).
A surname with a title alone (张先生) names no one and is left.
Examples (invented): 我叫王小明, 户名：欧阳娜娜, 尊敬的李伟先生, 阿卜杜拉·买买提.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, LIKELY, SHAPED, Candidate, Recogniser
from compliance.pii.recognisers.cn.names_data import name_words
from compliance.pii.view import Has, View

_WORDS = name_words()
_SURNAME = re.compile(
    "(?=(" + "|".join(_WORDS.compound_surnames) + "|[" + "".join(sorted(_WORDS.surnames)) + "]))"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LABEL = re.compile(
    r"(?:姓名|名字|户名|账户名|真名|开户名|持卡人|收款人|付款人|收款方|汇款人|联系人|收件人|寄件人|开户人|"
    r"申请人|投保人|被保险人|受益人|法人|法定代表人|代表人|负责人|经办人|监护人|借款人|担保人|户主|代理人|委托人|"
    r"客户经理|理财经理|署名|签名|称呼|尊敬的|亲爱的|敬爱的|name)(?:姓名|名称|名字|信息|本人|填写的|登记的)?"
    r"(?:应该|应)?(?:是|为|叫|改为|改成|更正为|写成|填)?[是为叫:：\s\"“'「【(（《<,，=-]{0,3}$"
    r"|(?:业主|车主|店主|房东|租客|旅客|乘客|患者|病人|学生|校友|员工|会员|候选人|当事人|存款人|客户|用户|顾客|储户)"
    r"(?:姓名|是|为|叫|[:：\s\"“'「【(（《<,，=-]){1,3}$"
)
_ROLE = re.compile(
    r"(?:业主|车主|店主|房东|租客|旅客|乘客|患者|病人|学生|校友|员工|会员|候选人|当事人|存款人|客户|用户|顾客|储户|户主|"
    r"收款人|付款人|汇款人|联系人|持卡人|申请人|投保人|被保险人|受益人|代理人|委托人|经办人)$"
)
_INTRODUCED = re.compile(
    r"(?:我叫|我是|叫做|名叫|我姓名|本人|我的名字是|名字叫|这里是|在下|鄙人|人叫|的叫|是叫|姓名是|你好我是|全名是?)[:： ]?$"
)
_RELATION = re.compile(
    r"(?:我?(?:老公|老婆|丈夫|妻子|爱人|父亲|母亲|爸爸|妈妈|爸|妈|儿子|女儿|哥哥|姐姐|弟弟|妹妹|哥|姐|弟|妹|"
    r"爷爷|奶奶|外公|外婆|朋友|同事|同学|室友|邻居|亲戚|孩子|女婿|儿媳|表哥|表姐|堂弟|老板|经理|柜员|坐席|客服|专员|老师|医生|律师|先生|太太)"
    r"(?:是|叫|名叫)?|转给|汇给|打给|寄给|借给|还给|付给|交给|发给|欠|转账给|汇款给|转到|打到|打入|携带|转入|汇入|收到|联系|通知|提供|填写|帮|替|给|和|跟|与|同|向|找|由|让|被|叫|问|请|代|为|是|、|至|及|于|将|对|把|经|姓)[ ]?$"
)
_BOUNDARY_BEFORE = re.compile(r"(?:^|[\s,，。;；:：、!！?？(（\[【《<“\"'‘「/|>\-—])$")
_AFTER_WORD = re.compile(
    r"^ ?(?:的|在|是|和|与|跟|说|于|已|把|向|对|将|转|申请|存|也|有|没|要|想|要求|绑定|登记|之|账户|身份证|身份|手机|电话|"
    r"您|你|欠|被|给|从|收|今天|昨天|明天|前天|刚|还|就|都|会|能|可|去|来|打|用|开|办|提供|信息|提交|因|为|去世|名下|本人|"
    r"这个|那个|他|她|我|了|吗|呢|吧|以|出生|先|正|曾|借|帮|通过|到|住|联系|告诉|让|请|同意|授权|所|及|或|并|不|卡|护照|生日|办理|预约|投诉|反映|档案|名字|一起|付|汇)"
)
_BOUNDARY_AFTER = re.compile(r"^(?:$|[^\u4e00-\u9fff])")
_TITLE_AFTER = re.compile("^ ?(?:" + "|".join(_WORDS.titles) + ")")
_DOTTED = re.compile(
    r"[\u4e00-\u9fff]{1,8}(?:[·•・‧∙][\u4e00-\u9fff]{1,10}|[·•・‧∙](?=[\u4e00-\u9fff])[\u4e00-\u9fff]{1,10})+"
)
_DOTTED_TAIL = re.compile(
    r"(?:先生|女士|小姐|的|在|是|和|与|要|想|说|您|你|我|转|给|今|昨|申请|办理|来|去|名下|提供)"
)
_ORGANISATION = re.compile(
    r"^[\u4e00-\u9fff]{0,4}(?:公司|银行|集团|有限|支行|分行|医院|大学|学校|路|街|市|县|区|省|镇|村|号|店|大厦|广场|小区|花园)"
)
# Surnames that are everyday words: 于 "at", 时 "when", 钱 "money".
_TRICKY_SURNAMES = frozenset(
    "于和由何应时单方钱金章全曾向安常任高成连白水万程平明文江温游车路都经能相计公关管易包查储米花幸支国干但利那来要权"
)
_FENCES = frozenset(" \"'“”‘’「」【】()[]<>《》")
_NEVER_GIVEN = frozenset("的是了您你我他她吗呢吧请码号")
# Evidence that a label, a role, a function word gives; sums from _THRESHOLD are names.
_NAMED, _ROLE_BEFORE, _FUNCTION_WORD, _PLAIN = 3.0, 2.2, 0.9, 4.0
_SHORTEST_DOTTED = 3
_THRESHOLD = 3.0


class CnPersonRecogniser(Recogniser):
    TYPES = ("PERSON",)
    NEEDS = Has.HAN

    def candidates(self, view: View) -> Iterator[Candidate]:
        yield from self._dotted(view)
        done = 0
        for match in _SURNAME.finditer(view.text):
            if match.start() < done:
                continue
            found = self._named(view, match.start(), match.group(1))
            if found:
                done = found.end
                yield found

    def _named(self, view: View, start: int, surname: str) -> Candidate | None:
        text = view.text
        left = _left_evidence(text[max(0, start - 16) : start])
        best, best_end, best_score = None, 0, _THRESHOLD - 0.01
        for given_length in (1, 2):
            end = start + len(surname) + given_length
            score = _evidence(text, start, surname, end=end, left=left)
            if score >= best_score:
                best, best_end, best_score = score, end, score
        if best is None:
            return None
        if left >= _NAMED:
            rank, why = LABELLED, "surname and given name after a label"
        elif best >= _PLAIN:
            rank, why = SHAPED, "surname, usual given name and context"
        else:
            rank, why = LIKELY, "surname and given name between boundaries"
        return Candidate(start, best_end, "PERSON", rank, why, self.name)

    def _dotted(self, view: View) -> Iterator[Candidate]:
        if not any(dot in view.text for dot in "·•・‧∙"):
            return
        for match in _DOTTED.finditer(view.text):
            start, end = _trim_dotted(match)
            if start is not None and end - start >= _SHORTEST_DOTTED:
                why = "transliterated parts joined by a dot"
                yield Candidate(start, end, "PERSON", SHAPED, why, self.name)


def _trim_dotted(match: re.Match[str]) -> tuple[int | None, int]:
    """The part whose characters transliterate, outwards from the first and last dot."""
    value = match.group()
    dots = [i for i, c in enumerate(value) if c in "·•・‧∙"]
    start = dots[0]
    while start > 0 and value[start - 1] in _WORDS.transliteration:
        start -= 1
    end = dots[-1] + 1
    while end < len(value) and value[end] in _WORDS.transliteration:
        end += 1
    if start == dots[0] or end == dots[-1] + 1:
        return None, 0
    return match.start() + start, match.start() + end


def _left_evidence(before: str) -> float:
    if _ROLE.search(before):
        return _ROLE_BEFORE
    if _LABEL.search(before) or _INTRODUCED.search(before):
        return _NAMED
    if _RELATION.search(before):
        return 1.5
    if not before or _BOUNDARY_BEFORE.search(before):
        return 1.0
    return 0.0


def _evidence(text: str, start: int, surname: str, *, end: int, left: float) -> float:
    """The sum of what speaks for `[start, end)` being a name; negative: it cannot be."""
    given = text[start + len(surname) : end]
    if end > len(text) or not all(_HAN.match(c) for c in given):
        return -1.0
    right = _right_evidence(text[end : end + 8], is_labelled=left >= _NAMED)
    # "姓名 彭于晏，": between a label and a boundary even 于 and 如 are names.
    is_apart = _is_apart(text, start, end)
    is_enclosed = (left >= _NAMED and right == 1.0) or is_apart
    is_enclosed = is_enclosed and not set(given) & _NEVER_GIVEN
    if any(c in _WORDS.not_given for c in given) and not is_enclosed:
        return -1.0
    if right < 0 or (left < _NAMED and _is_word(text, start, end)):
        return -1.0
    total = left + right + (0.8 if is_apart else 0.0)
    unusual = -0.3 if left >= 1 and right >= _FUNCTION_WORD else -0.6
    usual = [1.0 if c in _WORDS.given else unusual for c in given]
    total += sum(usual) if given[1:] else usual[0] * 1.2
    if surname[1:]:
        total += 1.0
    elif surname in _TRICKY_SURNAMES:
        total -= 1.2 if left < _ROLE_BEFORE else 0.5
    elif surname in _WORDS.common_surnames:
        total += 0.5 if left else -0.3
    else:
        total -= 0.5
    return total


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether spaces or quotes stand on both sides, as forms and logs write a name."""
    return text[start - 1 : start] in _FENCES and text[end : end + 1] in _FENCES and start > 0


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether the span opens with, holds, or is cut out of an everyday word."""
    if text[start : start + 3] in _WORDS.not_names:
        return True
    return any(text[i : i + 2] in _WORDS.not_names for i in range(max(0, start - 1), end))


def _right_evidence(after: str, *, is_labelled: bool) -> float:
    if _TITLE_AFTER.match(after):
        return 2.5
    if _ORGANISATION.match(after):
        return -1.0
    if _BOUNDARY_AFTER.match(after):
        return 1.0
    if _AFTER_WORD.match(after):
        return _FUNCTION_WORD
    return 0.0 if is_labelled else -1.0
