"""Postal addresses in Chinese, the whole span.

Form, from large to small: province, city, district or county, town or street office, road
and number, compound, building, unit, room (GB/T 23705). A span counts when it goes down to a
house or room, or to a road or compound after a label; `北京市朝阳区` alone says too little.
The bank's branches and companies' offices are no one's home.
Examples (invented): 北京市朝阳区建国路88号3号楼2单元501室, 杭州西湖区文三路阳光小区5栋302.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, LIKELY, SHAPED, Candidate, Recogniser
from compliance.pii.recognisers.cn.names_data import sections
from compliance.pii.view import Has, View

_PLACES = sections("cities_zh.txt")
_PROVINCE = "|".join(sorted(_PLACES["provinces"].split(), key=len, reverse=True))
_CITY = "|".join(sorted(_PLACES["cities"].split(), key=len, reverse=True))
# Characters no place name holds: pronouns, particles, verbs of living and sending.
_STOP = "的是在我你您他她了给到寄请从把为至住们送址搬于跟就很都说叫改换"
_H = rf"(?:(?![{_STOP}])[\u4e00-\u9fff])"
_HX = rf"(?:(?![{_STOP}])[\u4e00-\u9fffA-Za-z0-9])"
_N = r"(?:\d{1,5}(?:[-之]\d{1,4})?|[一二三四五六七八九十百零〇两]{1,5}|[甲乙丙丁东西南北中])"
_NOT_CITY = r"(?![区县路街道镇乡村巷弄大])"
_TOP = (
    rf"(?:(?:中国)?(?:{_PROVINCE})(?:省|市|(?:壮族|回族|维吾尔|特别)?(?:自治区|行政区)|{_NOT_CITY})[ ,，]?)?"
    rf"(?:(?:{_CITY})(?:市|地区|{_NOT_CITY})[ ,，]?|{_H}{{2,6}}?(?:自治州|地区|盟|市)[ ,，]?)?"
)
_MIDDLE = (
    rf"(?:{_H}{{1,8}}?(?:自治县|区|县|旗|市)[ ,，]?){{0,3}}"
    rf"(?:{_H}{{1,7}}?(?:街道办事处|街道|镇|乡|苏木|开发区|高新区|工业园|园区|新区)[ ,，]?){{0,2}}"
)
_ROAD = (
    rf"(?:{_HX}{{1,9}}?(?:路|大街|大道|街|巷|胡同|弄|公路|环路|条|道|里|港|段|坊|沿|塘)"
    rf"(?:[东西南北中](?:路|街|段|里)?|[一二三四五六七八九十\d]+段)?(?:{_N}(?:弄|巷|支路|里))?)"
)
_NUMBER = rf"(?:{_N} ?号(?:楼|院|大院|弄)?(?:之{_N}|附{_N}号?)?)"
_COMPOUND = (
    rf"(?:(?:{_HX}|·){{1,12}}?(?:小区|花园|大厦|广场|公寓|家园|新村|社区|花苑|名苑|雅苑|苑|城|中心|写字楼|宿舍|"
    r"公馆|府邸|国际(?:广场|大厦|中心|公寓|城)?|府|湾|庭|阁|轩|居|园|邸|山庄|别墅|新城|新苑|大院|家属院|村|屯|庄|寨|组|大楼|商厦|科技园|软件园|产业园|学校|大学))"
    r"(?:[一二三四五六七八九十东西南北\d]+(?:期|区|苑|组|队))?"
)
_UNIT = (
    r"(?:[ ,，-]?(?:第)?(?:[A-Za-z]?\d{1,5}[A-Za-z]?|[A-Za-z]|[一二三四五六七八九十百零〇]{1,5}|[甲乙丙丁东西南北])(?:-\d{1,4})?"
    r"(?:号楼|号院|栋|幢|座|塔|单元|楼|层|室|房间|房|户|门|号|组|队|梯|斋))"
)
_TAIL_ROOM = r"(?:[ ,，-]?\d{3,5}(?:室|房|号)?(?!\d))?"
_ADDRESS = re.compile(
    f"(?P<top>{_TOP})(?P<middle>{_MIDDLE})(?P<road>{_ROAD})?(?P<number>{_NUMBER})?"
    f"(?P<compound>(?:{_COMPOUND}){{0,3}})(?P<units>{_UNIT}{{0,6}})(?P<room>{_TAIL_ROOM})"
)
_MARK = re.compile(r"[区县镇乡路街道巷弄村号栋室楼园苑城厦州市]")
_GAZETTEER = re.compile(rf"(?=(?:中国)?(?:{_PROVINCE}|{_CITY}))")
_LEVEL = r"(?:市|区|县|镇|乡|州|街道|路|街|道|巷|胡同|村|小区|花园|公寓|苑|城|大厦|家园)"
_OPENING = re.compile(
    rf"(?:^|(?<=[\s,，。;；:：、!！?？(（\[【“\"'是为住在到至址寄送搬家于了]))(?={_H}{{1,8}}?{_LEVEL})"
)
_LABEL = re.compile(
    r"地址|住址|住在|家住|住处|居住|收货|寄到|寄往|送到|送至|邮寄|快递|搬到|搬家|户籍|籍贯|家在|老家|现居|租住|户口|住(?:的)?(?:地方)?|位于|到达|上门|房产|房子"
)
_PUBLIC = re.compile(
    r"(?:公司|企业|机构|银行|支行|分行|总行|网点|营业厅|营业部|门店|商场|总部|办事处|法院|医院|学校|单位|办公|注册|海湾)[\u4e00-\u9fff]{0,3}(?:地址|位于|地点|在|设在)[是为:： ]{0,3}$"
)
_PUBLIC_TAIL = re.compile(
    r"^[\u4e00-\u9fff]{0,6}(?:支行|分行|总行|网点|营业部|营业厅|派出所|法院|公司|ATM|atm|自助银行)"
)


_SHORTEST, _ONE_UNIT = 6, 3


class CnAddressRecogniser(Recogniser):
    TYPES = ("ADDRESS",)
    NEEDS = Has.HAN

    def candidates(self, view: View) -> Iterator[Candidate]:
        if not _MARK.search(view.text):
            return
        named = {m.start() for m in _GAZETTEER.finditer(view.text)}
        openings = {m.start() for m in _OPENING.finditer(view.text)}
        # "例如杭州市": the words before a known place are not part of it.
        starts = named | {s for s in openings if not any(s < n <= s + 5 for n in named)}
        done = 0
        for start in sorted(starts):
            if start < done:
                continue
            match = _ADDRESS.match(view.text, start)
            if match is None or match.end() - match.start() < _SHORTEST:
                continue
            found = self._judge(view, match)
            if found:
                yield found
            if found or _PUBLIC.search(view.text[max(0, start - 14) : start]):
                done = match.end()

    def _judge(self, view: View, match: re.Match[str]) -> Candidate | None:
        start = match.start()
        before = view.text[max(0, start - 14) : start]
        after = view.text[match.end() : match.end() + 10]
        if _PUBLIC.search(before) or _PUBLIC_TAIL.match(after) or "海湾银行" in before:
            return None
        is_labelled = view.label_distance(start, _LABEL, 14) is not None
        score, why = _depth(match, is_labelled=is_labelled)
        if not score:
            return None
        end = match.end()
        while view.text[end - 1] in " ,，-":
            end -= 1
        return Candidate(start, end, "ADDRESS", score, why, self.name)


def _depth(match: re.Match[str], *, is_labelled: bool) -> tuple[float, str]:
    """How far down the span goes; 0 when it says no more than a district."""
    part = match.groupdict(default="")
    has_place = bool(part["top"] or part["middle"])
    has_house = bool(part["number"] or part["units"]) or bool(part["room"] and part["compound"])
    has_way = bool(part["road"] or part["compound"])
    if has_place and has_house and (has_way or part["middle"]):
        return (LABELLED if is_labelled else SHAPED), "region down to a house"
    if has_house and has_way and (is_labelled or len(part["units"]) > _ONE_UNIT):
        return LABELLED if is_labelled else LIKELY, "street or compound and house"
    if is_labelled and has_place and has_way:
        return LIKELY, "labelled region and street"
    if is_labelled and part["top"] and part["middle"]:
        return LIKELY, "labelled region and district"
    return 0.0, ""
