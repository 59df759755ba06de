"""What the rules take out of a text that is to be public, and what they leave: one row each."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.people.masking import CERTAIN, RULES, left_in, mask

TAKEN = {
    "身份证 330302199001011234。": "身份证 〔证件号〕。",
    "证号33030219900101123X": "证号〔证件号〕",
    "护照E12345678过期": "护照〔证件号〕过期",
    "护照号码：PA1234567": "护照号码：〔证件号〕",
    "港澳通行证 C12345678": "港澳通行证 〔证件号〕",
    "持EA1234567入境": "持〔证件号〕入境",
    "卡号 6222 0212 3456 7890 123": "卡号 〔证件或卡号〕",
    "打13800138000找我": "打〔手机号〕找我",
    "电话 138-0013-8000": "电话 〔手机号〕",
    "+86 138 0013 8000": "〔手机号〕",
    "１３８００１３８０００": "〔手机号〕",
    "座机0577-62510000转8": "座机〔电话〕",
    "(0577)62510000": "〔电话〕",
    "联系电话：62510000": "联系电话：〔电话〕",
    "wang.li+a@example.org.cn，谢谢": "〔邮箱〕，谢谢",
    "微信号：wang_li88": "微信号：〔账号〕",
    "QQ 123456789": "QQ 〔账号〕",
    "车牌浙C12345占道": "车牌〔车牌〕占道",
    "浙C·D12345": "〔车牌〕",
    "我家住东街小区三号楼，停水": "我家住〔住址〕，停水",
    "住址：长安镇虹桥路15号。": "住址：〔住址〕。",
    "3栋2单元501室漏水": "〔住址〕漏水",
    "5幢301漏水": "〔住址〕漏水",
    "材料送到和平路9号": "材料送到〔住址〕",
    "请寄至城东区和平巷十二号，谢谢": "请寄至〔住址〕，谢谢",
    "和平路9号的住户说": "〔住址〕的住户说",
    "和平路9号2单元501室漏水": "〔住址〕漏水",
    "502室噪音": "〔住址〕噪音",
    "我叫王小明，": "我叫王某某，",
    "联系人：欧阳锋": "联系人：欧阳某某",
    "本人李四，退休工人": "本人李某某，退休工人",
    "我是张三。": "我是张某某。",
    "物业的赵德柱经理说": "物业的赵某某经理说",
    "找陈静老师": "找陈某某老师",
}
LEFT = (
    "东街15号门前的路灯坏了", "3栋2单元的电梯坏了", "有5户居民", "三室一厅", "高校长期缺人", "周边老师很多", "拨打12345",
    "2026年11月22日8点", "我是王家村的村民", "本人认为应当修好", "第2019040512号文件", "A3区大道西行便道", "每月1380元",
    "A市在水一方大厦烂尾", "和平路9号的围墙倒了", "送到社区", "送到和平路", "护照办理太慢", "通行证2026年到期", "E12栋",
)  # fmt: skip
HOSTILE = ("一", "1", "A", "李", "1-", "一单元", "1 ", "a.", "a@", "李老师", "住在", "住在街", "1栋", "电话", "微信", "浙C", "我叫")


@pytest.mark.parametrize(("text", "masked"), TAKEN.items())
def test_personal_data_is_replaced_by_what_it_is(text, masked):
    assert mask(text) == masked


@pytest.mark.slow
@given(st.data())
def test_what_a_rule_finds_has_its_sign(data):
    rule = data.draw(st.sampled_from([each for each in RULES if each.sign]))
    text = data.draw(st.from_regex(rule.pattern))
    assert rule.sign.search(text), (rule.kind, text)


@pytest.mark.parametrize("text", LEFT)
def test_what_only_looks_like_it_stays(text):
    assert mask(text) == text


@pytest.mark.parametrize("text", [*TAKEN, *LEFT])
def test_a_masked_text_is_masked_for_good_and_may_be_released(text):
    masked = mask(text)
    assert mask(masked) == masked
    assert left_in(masked) == []


def test_persons_who_are_known_are_masked_wherever_they_stand():
    text = "张三丰和欧阳锋都说，找 abc-9 或张三丰。"
    assert mask(text, ["欧阳锋", "张三丰", "abc-9", "", " "]) == "张某某和欧阳某某都说，找 〔个人信息〕 或张某某。"


@pytest.mark.parametrize(
    ("address", "text", "masked"),
    [
        ("和平路9号", "和平路9号门口的灯，送到和平路9号", "〔住址〕门口的灯，送到〔住址〕"),
        ("甬江市城东区和平路9号302", "和平路 ９ 号坏了，和平路9号302也是", "〔住址〕坏了，〔住址〕也是"),
        ("金桥小区3幢2单元501室", "金桥小区3幢的电梯", "〔住址〕的电梯"),
        ("和平路9", "和平路9号，和平路91号", "〔住址〕，和平路91号"),
        ("和平路9号", "和平路9号没有路灯", "〔住址〕没有路灯"),
        ("和平路9号", "和平路19号和和平路的灯", "和平路19号和和平路的灯"),
        ("人民公园南门", "人民公园南门的灯", "人民公园南门的灯"),
        ("地铁一号线人民路站", "地铁一号线太吵", "地铁一号线太吵"),
        (" ", "灯坏了", "灯坏了"),
    ],
)
def test_the_house_of_who_told_it_is_masked_however_it_is_named(address, text, masked):
    assert mask(text, (), address) == masked


def test_what_may_never_be_public_is_named():
    assert left_in("13800138000，wang@example.org") == ["an e-mail address", "a mobile number"]
    assert left_in("座机0577-62510000，联系人李主任") == []
    assert {rule.kind for rule in RULES if rule.certain} == set(CERTAIN)
    assert {text for each in TAKEN for text in left_in(each)} == set(CERTAIN.values())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_long_text_of_anything_is_masked_quickly(text):
    began = time.process_time()
    mask(text * (20_000 // len(text)))
    assert time.process_time() - began < 2
