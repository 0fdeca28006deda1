"""Names and addresses, where no check digit helps. Rows without a mark are look-alikes."""

import pytest

from tests.compliance.pii.tables import assert_row

NAMES = {
    "zh-introduced": "我叫⟦PERSON:王小明⟧",
    "zh-i-am": "你好，我是⟦PERSON:欧阳娜娜⟧，想办卡",
    "zh-label": "户名：⟦PERSON:陈志强⟧",
    "zh-unusual-in-form": "姓名 ⟦PERSON:彭于晏⟧ 电话",
    "zh-title": "尊敬的⟦PERSON:李伟⟧先生",
    "zh-relation": "给⟦PERSON:张丽华⟧转账5000元",
    "zh-dotted": "我是⟦PERSON:阿卜杜拉·买买提⟧",
    "zh-traditional": "我是⟦PERSON:張麗華⟧",
    "zh-bounded": "⟦PERSON:刘洋⟧，卡丢了",
    "zh-words": "余额查询，方便吗，高兴，周期是多少，任何时间，金额不对",
    "zh-tricky": "对方收到的钱怎么少了，何时到账，应当如何处理",
    "zh-title-alone": "张先生在吗",
    "zh-bank": "海湾银行上海分行在哪",
    "zh-thanks": "谢谢，感谢贵行",
    "en-introduced": "my name is ⟦PERSON:john smith⟧",
    "en-dear": "Dear Ms ⟦PERSON:Anne-Marie O'Neill⟧,",
    "en-full": "I sent it to ⟦PERSON:David Miller⟧ yesterday",
    "en-initial": "under ⟦PERSON:John A. Leiva⟧",
    "en-given": "⟦PERSON:Sarah⟧ lost her card",
    "en-accents": "I am ⟦PERSON:Krisztián Szöllösy⟧",
    "en-products": "What does the Harbour Platinum Credit Card cost?",
    "en-places": "Is the branch in Hong Kong open on Monday?",
    "en-words": "Will you mark my grace period in May?",
    "en-statement": "I am Unable to log in. I'm Locked out.",
}
PLACES = {
    "zh-full": "住在⟦ADDRESS:北京市朝阳区建国路88号3号楼2单元501室⟧。",
    "zh-compound": "快递寄到⟦ADDRESS:杭州西湖区文三路阳光小区5栋302⟧",
    "zh-example": "例如⟦ADDRESS:广东省深圳市南山区科技园南路12号⟧",
    "zh-numerals": "地址：⟦ADDRESS:四川省成都市武侯区人民南路四段二十七号⟧",
    "zh-district-only": "北京市朝阳区有网点吗",
    "zh-branch": "海湾银行网点地址在上海市浦东新区世纪大道1000号",
    "zh-office": "公司办公地址为湖南省长沙市岳麓区麓山南路932号",
    "zh-idiom": "上海的天气怎么样，一路顺风",
    "en-full": "I live at ⟦ADDRESS:221 Elm Street, Springfield, IL 62701⟧",
    "en-uk": "Send it to ⟦ADDRESS:10 High Street, Leeds LS1 4AP⟧",
    "en-box": "my address is ⟦ADDRESS:P.O. Box 123⟧",
    "en-branch": "The branch is at 5 Market Street",
    "en-amount": "I paid 20 dollars on the high street",
}


@pytest.mark.parametrize("row", NAMES.values(), ids=NAMES.keys())
def test_name(row):
    assert_row(row, types={"PERSON"})


@pytest.mark.parametrize("row", PLACES.values(), ids=PLACES.keys())
def test_place(row):
    assert_row(row, types={"ADDRESS"})
