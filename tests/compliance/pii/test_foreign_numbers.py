"""Numbers of other countries and of everywhere. Rows without a mark are look-alikes."""

import pytest

from tests.compliance.pii.tables import assert_row

ROWS = {
    "email": "write to ⟦EMAIL_ADDRESS:zhang.wei@example.com⟧.",
    "email-in-chinese": "邮箱⟦EMAIL_ADDRESS:li_na@example.cn⟧谢谢",
    "email-full-width": "邮箱⟦EMAIL_ADDRESS:lina＠example．com⟧",
    "email-none": "meet @ 5 pm, price @3.50",
    "iban": "pay ⟦IBAN_CODE:DE89 3704 0044 0532 0130 00⟧ now",
    "iban-plain": "⟦IBAN_CODE:GB29NWBK60161331926819⟧",
    "iban-bad": "code DE88370400440532013000",
    "ssn": "my SSN is ⟦US_SSN:219-09-9999⟧",
    "ssn-plain": "social security number: ⟦US_SSN:219099999⟧",
    "ssn-never-issued": "666-09-9999",
    "nino": "National Insurance ⟦UK_NINO:AB 12 34 56 C⟧",
    "nino-forbidden": "ZZ 12 34 56 C",
    "sort-code": "sort code ⟦UK_SORT_CODE:12-34-56⟧",
    "sort-code-date": "on 12-11-26 we met",
    "routing": "routing number ⟦US_BANK_NUMBER:021000021⟧",
    "tax-id": "Steuer-ID ⟦DE_TAX_ID:86095742719⟧",
    "nif": "DNI ⟦ES_NIF:12345678Z⟧",
    "nif-wrong-letter": "DNI 12345678A",
    "fiscal-code": "codice fiscale ⟦IT_FISCAL_CODE:RSSMRA85T10A562S⟧",
    "pesel": "PESEL ⟦PL_PESEL:44051401359⟧",
    "nir": "numéro de sécurité sociale ⟦FR_NIR:1 84 12 76 451 089 46⟧",
    "bsn": "BSN ⟦NL_BSN:111222333⟧",
    "nric": "NRIC ⟦SG_NRIC:S1234567D⟧",
    "ip": "from ⟦IP_ADDRESS:203.0.113.7⟧",
    "ip6": "from ⟦IP_ADDRESS:2001:db8::1⟧",
    "ip-loopback": "on 127.0.0.1",
    "ip-version": "firmware version 10.4.2.1",
    "time": "open from 09:00:00 to 17:00:00",
    "phone-us": "call ⟦PHONE_NUMBER:(202) 555-0143⟧",
    "phone-uk": "ring ⟦PHONE_NUMBER:+44 20 7946 0958⟧",
    "phone-toll-free": "call 1-800-555-0199",
    "account": "account number ⟦ACCOUNT_NUMBER:12345678⟧",
    "last4": "card ending in ⟦CARD_LAST4:4321⟧",
    "birth": "born on ⟦BIRTH_DATE:7 March 1990⟧",
    "deadline": "due on 7 March 2026",
    "amount": "a fee of 1,000,000.00 yuan and 12 months",
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_row(row):
    assert_row(row)
