"""WeChat ids and QQ numbers.

Issuer: Tencent. WeChat: 6-20 characters, a letter first, then letters, digits, `_`, `-`.
QQ: 5 to 11 digits, none leading zero. Both mean nothing without their label.
Examples (invented): 微信号 wxid_example01, QQ 123456789.
"""

import re

from compliance.pii.recognisers.labelled import Form, LabelledRecogniser
from compliance.pii.view import Has

_WECHAT_LABEL = re.compile(
    r"(?:微信 ?(?:号码?|id|账号|联系方式)?|wechat(?: ?id)?|weixin|\bwx|\bv信|薇信|加v|威信|\bvx)[是为:：( 叫]{0,4}(?:is )?$"
)
_QQ_LABEL = re.compile(
    r"(?:qq|扣扣|企鹅号) ?(?:号码?|联系方式|账号|邮箱号)?[是为:：( #]{0,4}(?:number |no\.? )?(?:is |: )?$"
)


class MessengerRecogniser(LabelledRecogniser):
    TYPES = ("WECHAT_ID", "QQ_ID")
    NEEDS = Has.NOTHING
    FORMS = (
        Form(
            "WECHAT_ID",
            re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,19}"),
            _WECHAT_LABEL,
            "WeChat id",
            reach=16,
        ),
        Form("WECHAT_ID", re.compile(r"1[3-9]\d{9}"), _WECHAT_LABEL, "WeChat id that is a mobile"),
        Form(
            "QQ_ID", re.compile(r"(?<![\d.])[1-9]\d{4,10}(?![\d.]*\d)(?!@)"), _QQ_LABEL, "QQ number"
        ),
    )
