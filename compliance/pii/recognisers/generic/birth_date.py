"""Date of birth: a date that the words around it make someone's birth.

Format: ISO, day first, month first, Chinese (`1990年3月7日`, 农历), eight digits. A date
without such words is the date of an event and is left alone.
Examples (invented): 出生日期1990-03-07, born on 7 March 1990, DOB 03/07/1990.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, Candidate, Recogniser
from compliance.pii.view import Has, View

_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_YEAR = r"(?:19|20)\d{2}"
_DATE = re.compile(
    rf"(?<!\d)(?:{_YEAR} ?年 ?(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}}) ?月 ?(?:(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}}) ?[日号]?)?"
    rf"|{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12]\d|3[01]|0?[1-9])(?!\d)"
    rf"|(?:[12]\d|3[01]|0?[1-9])[-/.](?:[12]\d|3[01]|0?[1-9])[-/.](?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:[012]\d|3[01])(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\.?,? {_YEAR}"
    rf"|(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}"
    rf"|{_YEAR}年(?=出?生)"
    rf"|\d{{2}}年\d{{1,2}}月(?:\d{{1,2}}[日号])?"
    rf"|(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})月(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号])"
)
_BEFORE = re.compile(
    r"出生(?:日期|年月日?|时间|于)?|生日|生于|诞生|birth ?day|birth_?date|date of birth|\bborn\b|\bdob\b|\bd\.o\.b"
)
_AFTER = re.compile(
    r"^[ ,，]{0,2}(?:出生|生日|生的|生人|生(?=[,，。 ]|$)|\(?dob|is my (?:birthday|date of birth))"
)
_DETACHED = re.compile(r"[。!?！？;；\n]")


class BirthDateRecogniser(Recogniser):
    TYPES = ("BIRTH_DATE",)
    NEEDS = Has.NOTHING

    def candidates(self, view: View) -> Iterator[Candidate]:
        if not (_BEFORE.search(view.lower) or "生" in view.text):
            return
        for match in _DATE.finditer(view.lower):
            start, end = match.span()
            distance = view.label_distance(start, _BEFORE, 20)
            if distance is not None and _DETACHED.search(view.text[start - distance : start]):
                distance = None
            if distance is None and not _AFTER.match(view.lower[end : end + 24]):
                continue
            why = "date beside a word of birth"
            yield Candidate(start, end, "BIRTH_DATE", LABELLED, why, self.name, distance)
