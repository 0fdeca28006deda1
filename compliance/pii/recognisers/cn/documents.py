"""Travel and service documents: known by their label and form, no public check digit.

Passport (E/EA-EZ, G, D, S, P series), permits to and from Hong Kong, Macau and Taiwan, the
foreigners' permanent residence card, officers' cards, driving licence, social insurance.
Read: Exit and Entry Administration Law; GA/T 704; MPS order 172 on the 2023 card (18 digits
from 9, GB 11643 check digit).
Examples (invented): E12345678, C12345678, H1234567890, 军字第2001988号.
"""

import re

from compliance.pii.checkdigits import is_gb11643
from compliance.pii.recognisers.base import CHECKED
from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has


class CnTravelDocumentRecogniser(LabelledRecogniser):
    TYPES = ("CN_PASSPORT", "CN_HKMO_PERMIT", "CN_TW_PERMIT", "CN_FOREIGN_PR_CARD")
    NEEDS = Has.DIGIT
    FORMS = (
        Form(
            "CN_PASSPORT",
            re.compile(r"(?i)(?:E[A-HJ-NP-Z]\d{7}|[EGDSPHMK]\d{8}|1[45]\d{7}|(?:PE|SE|DE|MA|KJ)\d{7})"),
            re.compile(r"护照|passport"),
            "passport",
        ),
        Form(
            "CN_HKMO_PERMIT",
            re.compile(r"(?i)(?:C[A-Z]?\d{7,8}|W\d{8}|[HM](?:\d{10}|\d{8}))"),
            re.compile(r"港澳|通行证|回乡证|home ?return|permit|hk(?:mo)?|macau|hong kong"),
            "permit to or from Hong Kong and Macau",
        ),
        Form(
            "CN_TW_PERMIT",
            re.compile(r"(?i)(?:[TL]\d{8}|\d{10}\([A-Z]\)|\d{8})"),
            re.compile(r"台胞|台湾|大陆居民往来|来往大陆|taiwan|mtp\b|台(?:湾)?通行证"),
            "permit to or from Taiwan",
        ),
        Form(
            "CN_FOREIGN_PR_CARD",
            re.compile(r"(?i)[A-Z]{3}\d{12}"),
            re.compile(r"永久居留|居留证|永居|五星卡|permanent resident|green card|\bpr card"),
            "permanent residence card, 2004 form",
        ),
        Form(
            "CN_FOREIGN_PR_CARD",
            re.compile(r"9\d{2}[1-9]\d{2}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"),
            re.compile(r"永久居留|居留|永居|五星卡|permanent resident|\bpr card|证件|身份"),
            "permanent residence card, 2023 form",
            check=is_gb11643,
            bare=CHECKED,
        ),
    )  # fmt: skip


class CnServiceDocumentRecogniser(LabelledRecogniser):
    TYPES = ("CN_MILITARY_ID", "CN_DRIVER_LICENSE", "CN_SOCIAL_INSURANCE", "LICENSE_OR_POLICY_NO")
    NEEDS = Has.DIGIT
    FORMS = (
        Form(
            "CN_MILITARY_ID",
            re.compile(
                r"[北南东西沈兰济广成空海火武政参联后装国防科]{0,2}[军兵士文职官警消][\u4e00-\u9fff]{0,1}字?第?(?:[(（])?\d{6,8}(?:[)）])?号?"
            ),
            re.compile(r"军官证|士兵证|警官证|文职|军人|证件|现役|证号|military"),
            "officer's or soldier's card",
            bare=0.75,
            reach=12,
        ),
        Form(
            "CN_MILITARY_ID",
            re.compile(r"(?<!\d)\d{7,8}(?!\d)"),
            re.compile(r"军官证|士兵证|警官证|军人证|文职干部证|military id"),
            "officer's card, number alone",
        ),
        Form(
            "CN_DRIVER_LICENSE",
            re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{12}|\d{15})(?!\d)"),
            re.compile(r"驾驶证|驾照|驾驶执照|license_no|driv(?:er'?s?|ing) licen[cs]e|档案编号"),
            "driving licence",
            reach=14,
        ),
        Form(
            "CN_SOCIAL_INSURANCE",
            re.compile(r"(?i)(?<!\d)(?:[A-Z]{1,3}\d{7,9}|\d{8,12}|\d{17}[\dX])(?![\dA-Z])"),
            re.compile(r"社保(?:编号|卡号|号|账号|个人编号)?|社会保障(?:号码?|卡号?)?|医保(?:卡号?|编号|号)?|公积金(?:账号|号)|social (?:insurance|security) (?:no|number|card)"),
            "social insurance number",
            reach=14,
        ),
        Form(
            "LICENSE_OR_POLICY_NO",
            re.compile(r"(?i)(?=[A-Z\-]*\d)[A-Z0-9][A-Z0-9\-]{6,24}[A-Z0-9]"),
            re.compile(
                r"(?:保单|保险单|合同|许可证|执业证|资格证|营业执照|批单|投保单)(?:编号|号码|号)?[是为:： ]{0,4}$"
                r"|(?:policy|licen[cs]e|contract|certificate) ?(?:no|number|num|#|id)?\.?[ :#]*(?:is )?$"
            ),
            "policy, licence or contract number",
            reach=20,
        ),
    )  # fmt: skip
