"""Vehicle registration plate.

Issuer: provincial traffic police, GA 36-2018. Format: province character, issuing office
letter, five characters without I and O (six for new-energy cars, D/F first or last); police,
trainer, embassy and cross-border plates carry a final character.
Examples (invented): 京A12345, 粤B·D12345, 沪AD00001, 粤Z1234港.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, SHAPED, Candidate, Recogniser
from compliance.pii.view import Has, View

_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领学][ ]?[A-HJ-NP-Za-hj-np-z][ ·.\-•]?"
    r"(?:[DFdf][A-HJ-NP-Za-hj-np-z0-9]\d{4}|\d{5}[DFdf]|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳]"
    r"|[A-HJ-NP-Za-hj-np-z0-9]{5})(?![A-Za-z0-9])"
)
_MILITARY = re.compile(
    r"(?:WJ[\u4e00-\u9fff]?[A-Z]?\d{4,5}[A-Z]?|[VKHBSLJNGCZ][A-Z]\d{5})(?![A-Za-z0-9])"
)
_FEWEST_DIGITS = 2
_LABEL = re.compile(r"车牌|车辆|号牌|牌照|plate|汽车|车主|行驶证|违章|etc|驾驶|停车")


class CnVehiclePlateRecogniser(Recogniser):
    TYPES = ("VEHICLE_PLATE",)
    NEEDS = Has.DIGIT

    def candidates(self, view: View) -> Iterator[Candidate]:
        for match in _PLATE.finditer(view.text):
            if sum(c.isdigit() for c in match.group()) < _FEWEST_DIGITS:
                continue
            distance = view.label_distance(match.start(), _LABEL)
            score = SHAPED if distance is None else LABELLED
            yield Candidate(
                *match.span(), "VEHICLE_PLATE", score, "GA 36 form", self.name, distance
            )
        for match in _MILITARY.finditer(view.text):
            distance = view.label_distance(match.start(), _LABEL, 10)
            if distance is not None and view.is_free(*match.span()):
                why = "military plate, labelled"
                yield Candidate(*match.span(), "VEHICLE_PLATE", LABELLED, why, self.name, distance)
