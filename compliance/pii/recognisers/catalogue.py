"""Every recogniser of the product, in the order they are asked."""

from compliance.pii.recognisers.adopted import AdoptedRecogniser, SgNricRecogniser
from compliance.pii.recognisers.base import Recogniser
from compliance.pii.recognisers.cn.address import CnAddressRecogniser
from compliance.pii.recognisers.cn.documents import (
    CnServiceDocumentRecogniser,
    CnTravelDocumentRecogniser,
)
from compliance.pii.recognisers.cn.hongkong import HkIdRecogniser
from compliance.pii.recognisers.cn.id_card import CnIdCardRecogniser
from compliance.pii.recognisers.cn.messenger import MessengerRecogniser
from compliance.pii.recognisers.cn.person import CnPersonRecogniser
from compliance.pii.recognisers.cn.phone import CnPhoneRecogniser
from compliance.pii.recognisers.cn.plate import CnVehiclePlateRecogniser
from compliance.pii.recognisers.cn.uscc import CnUsccRecogniser
from compliance.pii.recognisers.eu.numbers import EuNumberRecogniser
from compliance.pii.recognisers.generic.account import AccountNumberRecogniser
from compliance.pii.recognisers.generic.address_en import EnglishAddressRecogniser
from compliance.pii.recognisers.generic.bank_card import BankCardRecogniser
from compliance.pii.recognisers.generic.birth_date import BirthDateRecogniser
from compliance.pii.recognisers.generic.email import EmailRecogniser
from compliance.pii.recognisers.generic.iban import IbanRecogniser
from compliance.pii.recognisers.generic.ip_address import IpAddressRecogniser
from compliance.pii.recognisers.generic.person_en import LatinPersonRecogniser
from compliance.pii.recognisers.generic.phone import ForeignPhoneRecogniser
from compliance.pii.recognisers.generic.secret import SecretRecogniser
from compliance.pii.recognisers.uk.numbers import UkNinoRecogniser, UkSortCodeRecogniser
from compliance.pii.recognisers.us.numbers import UsBankNumberRecogniser, UsSsnRecogniser


def all_recognisers() -> tuple[Recogniser, ...]:
    """New instances; they hold no state and may be shared between threads."""
    return (
        SecretRecogniser(),
        CnIdCardRecogniser(),
        BankCardRecogniser(),
        CnPhoneRecogniser(),
        ForeignPhoneRecogniser(),
        EmailRecogniser(),
        AccountNumberRecogniser(),
        CnTravelDocumentRecogniser(),
        CnServiceDocumentRecogniser(),
        CnVehiclePlateRecogniser(),
        CnUsccRecogniser(),
        MessengerRecogniser(),
        HkIdRecogniser(),
        IbanRecogniser(),
        UkNinoRecogniser(),
        UkSortCodeRecogniser(),
        UsSsnRecogniser(),
        UsBankNumberRecogniser(),
        EuNumberRecogniser(),
        SgNricRecogniser(),
        AdoptedRecogniser(),
        BirthDateRecogniser(),
        IpAddressRecogniser(),
        CnAddressRecogniser(),
        EnglishAddressRecogniser(),
        CnPersonRecogniser(),
        LatinPersonRecogniser(),
    )
