"""Two readings of overlapping spans: which one stands, and what became of the other.

`110101199003072316` passes the ID card's check digit and Luhn. The order of arguments:
secrets before anything; then the score (check digit and label, check digit, label, form);
then the nearer label; then the type whose form says more; then the longer span.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.pii.recognisers.base import Candidate
from compliance.pii.types import SECRET_TYPES, Rejected

# How much a form says by itself: a region, a date and a check digit more than a length.
_SPECIFICITY = {
    "TRACK_DATA": 9, "CN_ID_CARD": 8, "CN_FOREIGN_PR_CARD": 8, "CN_USCC": 8, "IBAN_CODE": 8,
    "IT_FISCAL_CODE": 8, "FR_NIR": 7, "EMAIL_ADDRESS": 7, "SG_NRIC": 7, "HK_ID": 7,
    "PL_PESEL": 7, "DE_TAX_ID": 7, "ES_NIF": 7, "NL_BSN": 7, "US_SSN": 7, "UK_NINO": 7,
    "US_BANK_NUMBER": 7, "UK_SORT_CODE": 7, "CN_PASSPORT": 7, "CN_HKMO_PERMIT": 7,
    "CN_TW_PERMIT": 7, "CN_MILITARY_ID": 6, "CN_DRIVER_LICENSE": 6, "CN_SOCIAL_INSURANCE": 6,
    "VEHICLE_PLATE": 6, "BIRTH_DATE": 6, "BANK_CARD": 5, "WECHAT_ID": 5, "QQ_ID": 5,
    "PHONE_NUMBER": 4, "IP_ADDRESS": 4, "ADDRESS": 4, "CARD_LAST4": 3, "ACCOUNT_NUMBER": 3,
    "PERSON": 2, "LICENSE_OR_POLICY_NO": 1,
}  # fmt: skip
_FAR = 99


@dataclass(slots=True)
class Standing:
    """A reading that stands, with those it beat."""

    winner: Candidate
    lost: list[Rejected]


def _rank(found: Candidate) -> tuple[bool, float, int, int, int, int]:
    return (
        found.type in SECRET_TYPES,
        found.score,
        -(_FAR if found.label_distance is None else found.label_distance),
        _SPECIFICITY.get(found.type, 0),
        found.end - found.start,
        -found.start,
    )


def settle(candidates: Iterable[Candidate]) -> list[Standing]:
    """Readings that do not overlap, by start; each keeps the readings it displaced."""
    standing: list[Standing] = []
    for found in sorted(candidates, key=_rank, reverse=True):
        rival = next((s for s in standing if _overlap(s.winner, found)), None)
        if rival is None:
            standing.append(Standing(found, []))
        elif _is_other_reading(rival.winner, found):
            rival.lost.append(_rejected(found, rival.winner))
    standing.sort(key=lambda s: s.winner.start)
    return standing


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.start < other.end and other.start < one.end


def _is_other_reading(winner: Candidate, found: Candidate) -> bool:
    return (winner.start, winner.end, winner.type) != (found.start, found.end, found.type)


def _rejected(found: Candidate, winner: Candidate) -> Rejected:
    reasons = ("secrets come first", "higher score", "nearer label", "more specific form")
    pairs = zip(reasons, _rank(winner), _rank(found), strict=False)
    because = next((reason for reason, ours, theirs in pairs if ours != theirs), "longer span")
    return Rejected(
        found.type,
        found.start,
        found.end,
        found.score,
        found.recogniser,
        f"{winner.type}: {because}",
    )
