"""The closed list of types, and what a detection looks like."""

from dataclasses import dataclass, field
from typing import NewType

RawText = NewType("RawText", str)
"""What a person typed. Lives in memory and sealed envelopes only."""

MaskedText = NewType("MaskedText", str)
"""Holds placeholders such as `[PERSON_1]`; the only text a model may see."""

SECRET_TYPES = frozenset({"PASSWORD", "PIN", "OTP", "CVV", "CARD_EXPIRY", "TRACK_DATA"})
"""Dropped before storage (PCI DSS 4.0.1 s.3.3, JR/T 0171-2020 class C3)."""

PII_TYPES = frozenset(
    [
        "PERSON",
        "PHONE_NUMBER",
        "EMAIL_ADDRESS",
        "ADDRESS",
        "BIRTH_DATE",
        "IP_ADDRESS",
        "CN_ID_CARD",
        "BANK_CARD",
        "ACCOUNT_NUMBER",
        "CARD_LAST4",
        "CN_PASSPORT",
        "CN_HKMO_PERMIT",
        "CN_TW_PERMIT",
        "CN_FOREIGN_PR_CARD",
        "CN_MILITARY_ID",
        "CN_DRIVER_LICENSE",
        "VEHICLE_PLATE",
        "CN_USCC",
        "CN_SOCIAL_INSURANCE",
        "WECHAT_ID",
        "QQ_ID",
        "LICENSE_OR_POLICY_NO",
        "IBAN_CODE",
        "UK_NINO",
        "UK_SORT_CODE",
        "US_SSN",
        "US_BANK_NUMBER",
        "DE_TAX_ID",
        "ES_NIF",
        "IT_FISCAL_CODE",
        "PL_PESEL",
        "FR_NIR",
        "NL_BSN",
        "SG_NRIC",
        "HK_ID",
    ]
)

ALL_TYPES = PII_TYPES | SECRET_TYPES


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reading that lost, kept for the explanation."""

    type: str
    start: int
    end: int
    score: float
    recogniser: str
    because: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A half-open span `[start, end)` of the text given, without the text itself.

    `why` names pattern, check digit and context label classes, never a value.
    """

    start: int
    end: int
    type: str
    score: float
    recogniser: str
    why: str
    lost: tuple[Rejected, ...] = field(default=(), compare=False)
