"""Postal addresses in English.

Form: house number, street name and type, then unit, town, state or county, postcode (USPS
publication 28, Royal Mail). Also `Flat 3, 12 High Street`, `P.O. Box 123`.
Examples (invented): 221 Elm Street, Apt 4B, Springfield, IL 62701; 10 High St, Leeds LS1 4AP.
"""

import re
from collections.abc import Iterator

from compliance.pii.recognisers.base import LABELLED, LIKELY, SHAPED, Candidate, Recogniser
from compliance.pii.view import Has, View

_TYPE = (
    r"(?:street|st|road|rd|avenue|ave|av|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|"
    r"ter|way|parkway|pkwy|circle|cir|crescent|cres|close|gardens|gdns|grove|highway|hwy|row|walk|mews|hill|"
    r"trail|trl|loop|alley|plaza|quay|wharf|path|pike|run|ridge|view|strasse|straße|rue)"
)
_NAME = r"(?:[A-Z0-9À-Þ][\w'’.-]*|of|the|de|la|du|am|an|der)"
_UNIT = r"(?:(?:apt|apartment|suite|ste|unit|flat|room|rm|floor|fl|#)\.? ?#?[A-Za-z0-9-]{1,6})"
_ZIP = r"(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4,6})"
_STATE = r"(?:[A-Z]{2}\b|[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
_PLACE = r"(?:[A-ZÀ-Þ][^\W\d_]*(?:['’.-][^\W\d_]+)*(?:[ -](?:[A-ZÀ-Þ][^\W\d_]+(?!\w)\.?|upon|on|le|of)){0,3})"
_STREET = re.compile(
    rf"(?<![\w#$£€.-])(?:(?i:{_UNIT}),? )?(?P<no>\d{{1,5}}[A-Za-z]?(?:-\d{{1,4}})?),? "
    rf"(?:{_NAME} ){{1,5}}?(?i:{_TYPE})\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\b\.?)?"
    rf"(?:,? ?(?i:{_UNIT}))?"
    rf"(?P<tail>(?:[,\n][ \n]?(?i:{_UNIT}))?(?:[,\n]\s?{_PLACE}){{0,2}}(?:,?\s{_STATE})?(?:,?\s{_ZIP}(?![\w-]))?(?:[,\n]\s?(?:USA|UK|US|United Kingdom|United States|Canada|Australia|Ireland|China|Germany|France))?)"
)
_BOX = re.compile(
    rf"(?i:\bp\.? ?o\.? box) \d{{1,6}}(?:,\s?{_PLACE}(?:,?\s{_STATE})?(?:\s{_ZIP})?)?"
)
_PLAIN = re.compile(
    rf"(?<![\w#$£€.-])\d{{1,5}}[A-Za-z]? (?:[a-z'-]+ ){{1,3}}{_TYPE}\b(?! (?:days?|people))"
)
_UNIT_SEEN = re.compile(
    r"(?<![\w#$£€.-])\d{1,5}[A-Za-z]?[ ,]{1,2}(?:[\w.'’-]+ ){1,6}?(?:\d{1,4}\.?)?[,\s]{0,3}"
    r"(?i:apt|apartment|suite|ste|unit|flat)\.? ?\d+\w?"
    rf"(?:[,\n ]{{1,4}}{_PLACE}){{0,3}}(?:[,\s]{{1,3}}\d{{4,6}}(?!\d))?"
)
_TOLD = re.compile(
    r"(?i:address(?:es)?(?: is| to| with|:|, here they are:| below:?)[:\s]{1,3})"
    r"((?=[^\n]*\d)[\w.'’-]+[ ,\n](?:[\w.'’-]+[ ,\n]{1,3}){1,14}?\d{4,6})(?![\d-])"
)
_LABEL = re.compile(
    r"address|\blives?\b|\bliving\b|reside|moved|moving|located|deliver|ship|send|mail|home|house|post\b|\bat\b"
)
_PUBLIC = re.compile(
    r"(?:branch|office|headquarters|bank|store|atm)(?: address)?(?: is| at| on|:)[^.]{0,12}$"
)


class EnglishAddressRecogniser(Recogniser):
    TYPES = ("ADDRESS",)
    NEEDS = Has.DIGIT | Has.LATIN

    def candidates(self, view: View) -> Iterator[Candidate]:
        for match in _STREET.finditer(view.text):
            yield from self._judge(view, match, "house number and street")
        for match in _UNIT_SEEN.finditer(view.text):
            yield from self._judge(view, match, "house number and unit")
        for match in _TOLD.finditer(view.text):
            yield Candidate(
                *match.span(1), "ADDRESS", LIKELY, "told as an address, to the postcode", self.name
            )
        if "box" in view.lower:
            for match in _BOX.finditer(view.text):
                yield from self._judge(view, match, "post office box")
        for match in _PLAIN.finditer(view.lower):
            if view.label_distance(match.start(), _LABEL, 30) is not None:
                yield from self._judge(view, match, "labelled house number and street")

    def _judge(self, view: View, match: re.Match[str], why: str) -> Iterator[Candidate]:
        start, end = match.span()
        if _PUBLIC.search(view.lower[max(0, start - 40) : start]):
            return
        while view.text[end - 1] in " ,\n":
            end -= 1
        distance = view.label_distance(start, _LABEL, 40)
        score = SHAPED if distance is None else LABELLED
        yield Candidate(start, end, "ADDRESS", score, why, self.name)
