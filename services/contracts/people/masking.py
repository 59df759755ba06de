"""Masking of personal data in a text that is to be public: a table of kinds, and the persons whose names are known.

What is found is replaced by what it is, or by the surname with 某某. The rules rather take too much than too little: a reviewer
sees the copy beside the text, and may change it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.contracts.people.addresses import named_by
from services.contracts.people.surnames import DOUBLE, SINGLE, surname_of

Replace = Callable[[re.Match[str]], str]
#: A number of a house, a floor or a room, and the parts of an address that lead to a door.
_N: Final = "[0-9A-Za-z一二三四五六七八九十百零〇]{1,5}"
_BUILDING: Final = rf"{_N}(?:栋|幢|座|号楼|号院|弄)\s*[-－]?\s*"
_UNIT: Final = rf"{_N}单元\s*[-－]?\s*"
_FLOOR: Final = rf"(?:{_N}(?:楼|层)\s*[-－]?\s*)?"
_STREET: Final = rf"[路街巷弄道里]\s*{_N}号"
_PLACE: Final = "小区|花园|公寓|新村|家园|苑|村|社区|路|街|巷|弄|号|组|栋|幢|楼|室"
_SURNAME: Final = rf"(?:{'|'.join(DOUBLE)}|[{SINGLE}])"
_TITLES: Final = (
    "先生|女士|小姐|大爷|大妈|大叔|大姐|大哥|阿姨|奶奶|爷爷|老师|医生|大夫|护士|经理|主任|书记|局长|科长|所长|队长|村长|组长|校长|院长|"
    "老板|师傅|律师|警官|同志|同学|家长"
)
#: What begins like a name before a title and is none.
_EVERYDAY: Final = re.compile("周边|高校|方面|安全|常务|全体|平时|水利|时任|原任|现任|应该|成年|国家|路段|文化|万名")


@dataclass(frozen=True, slots=True)
class MaskingRule:
    """One kind of personal data. What is `certain` is never part of a public copy, even where a reviewer wrote it there.

    In a text that has nothing of its `sign`, which is looked for quickly, the pattern finds nothing.
    """

    kind: str
    pattern: re.Pattern[str]
    replace: Replace
    certain: bool = False
    sign: re.Pattern[str] | None = None

    def mask(self, text: str) -> str:
        """A text with what it finds replaced."""
        return text if self.sign and not self.sign.search(text) else self.pattern.sub(self.replace, text)


def _named(match: re.Match[str]) -> str:
    name = match["name"]
    return match[0] if _EVERYDAY.fullmatch(name) else match[0].replace(name, f"{surname_of(name)}某某", 1)


def _as(shown: str) -> Replace:
    return lambda match: f"{match.groupdict().get('label') or ''}〔{shown}〕"


def _rule(kind: str, pattern: str, shown: str, sign: re.Pattern[str] | None = None, *, certain: bool = False) -> MaskingRule:
    return MaskingRule(kind, re.compile(pattern, re.IGNORECASE), _as(shown), certain, sign)


#: Ten digits, however they are parted.
_LONG: Final = re.compile(r"\d(?:[\s·()（）－—-]{0,2}\d){9}")
_PASSPORT: Final = re.compile(r"护照|通行证|[eE][A-Za-z\d]\d{7}")
_AT: Final = re.compile("[@＠]")
_MESSENGER: Final = re.compile("[微wWqQ]")
_TITLED: Final = re.compile(_TITLES)
_START: Final = r"(?<![\dA-Za-z])"
_END: Final = r"(?![\dA-Za-z])"
_NAME: Final = rf"(?P<name>{_SURNAME}[\u4e00-\u9fff]{{1,2}})"
#: In the order in which they are applied: longer numbers before those that they could hold.
RULES: Final[tuple[MaskingRule, ...]] = (
    _rule(
        "mail",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:[.．][A-Za-z0-9-]{1,63})+",
        "邮箱",
        _AT,
        certain=True,
    ),
    _rule(
        "identity",
        rf"{_START}\d{{6}}[\s-]?[12１２]\d{{3}}[\s-]?\d{{4}}[\s-]?\d{{3}}[\dXxＸｘ]{_END}",
        "证件号",
        _LONG,
        certain=True,
    ),
    _rule(
        "passport",
        rf"(?P<label>(?:护照|通行证)(?:号码?|编号)?[：:是为\s]{{0,3}})(?:[A-Z]{{1,2}}\d{{6,9}}|\d{{8,9}}){_END}"
        rf"|{_START}E[A-HJ-NP-Z\d]\d{{7}}{_END}",
        "证件号",
        _PASSPORT,
        certain=True,
    ),
    _rule(
        "number",
        rf"{_START}\d{{4}}(?:[\s-]?\d{{4}}){{2}}[\s-]?\d{{3,4}}(?:[\s-]?\d{{1,3}})?{_END}",
        "证件或卡号",
        _LONG,
        certain=True,
    ),
    _rule("mobile", r"(?<!\d)(?:\+?86[-\s]?)?[1１][3-9３-９]\d(?:[-－\s·]?\d{4}){2}(?!\d)", "手机号", _LONG, certain=True),
    _rule("telephone", r"(?<!\d)(?:[(（]0\d{2,3}[)）]\s?|0\d{2,3}[-－—\s]?)\d{7,8}(?:转\d{1,5})?(?!\d)", "电话", _LONG),
    _rule("telephone", r"(?P<label>(?:电话|座机|联系方式|致电|拨打)[号码]{0,2}[：:是为\s]{0,3})\d{7,8}(?!\d)", "电话"),
    _rule(
        "account",
        r"(?P<label>(?:微信|wechat|weixin|qq)(?:号码?|群号?)?[：:是为\s]{0,3})[A-Za-z0-9_-]{5,20}(?![A-Za-z0-9_-])",
        "账号",
        _MESSENGER,
    ),
    _rule(
        "plate",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•\s-]?"
        r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])",
        "车牌",
        certain=True,
    ),
    _rule(
        "home",
        r"(?P<label>家住|住在|(?<!〔)住址[：:是]?|家庭地址[：:是]?|居住地[：:是]?|户籍地?址?[：:是]?)"
        rf"[^，,。；;！!？?\n]{{1,40}}(?:{_PLACE})",
        "住址",
    ),
    _rule("home", rf"(?P<label>[送寄][到至往])[^，,。；;！!？?\n]{{1,40}}?{_STREET}", "住址"),
    _rule("home", rf"[\u4e00-\u9fff]{{1,6}}{_STREET}(?=的?(?:居民|住户|住家|业主|租户|租客|房东|屋主))", "住址"),
    _rule("home", rf"[\u4e00-\u9fff]{{1,6}}{_STREET}\s*[-－]?\s*(?:{_BUILDING})?(?:{_UNIT})?{_FLOOR}\d{{2,4}}(?:室|户|房)", "住址"),
    _rule(
        "home", rf"(?:{_BUILDING})?{_UNIT}{_FLOOR}\d{{2,4}}(?:室|户|号|房)?|{_BUILDING}{_FLOOR}\d{{2,4}}(?:室|户|房|号)?", "住址"
    ),
    _rule("home", r"(?<!\d)\d{3,4}室", "住址"),
    MaskingRule("name", re.compile(rf"(?:我叫|姓名[：:是\s]{{0,2}}|(?:联系人|反映人|签名)[：:是\s]{{0,2}}){_NAME}"), _named),
    MaskingRule("name", re.compile(rf"(?:本人|我是){_NAME}(?=[，,。；;、！!\s]|$)"), _named),
    MaskingRule("name", re.compile(rf"{_NAME}(?={_TITLES})"), _named, sign=_TITLED),
)
#: What a public copy may not hold, by kind, in words.
CERTAIN: Final[Mapping[str, str]] = {
    "mail": "an e-mail address",
    "identity": "the number of an identity card",
    "passport": "the number of a passport or a travel permit",
    "number": "a number of 15 to 19 digits",
    "mobile": "a mobile number",
    "plate": "a number plate",
}


def mask(text: str, persons: Iterable[str] = (), address: str | None = None) -> str:
    """A text with personal data replaced; `persons` are names, numbers and mail addresses that are known to be of persons.

    `address` is where one of them may live: it is taken out however the text names it, unless it names no house.
    """
    if address and (named := named_by(address)):
        text = named.sub("〔住址〕", text)
    for known in sorted({each.strip() for each in persons if each.strip()}, key=len, reverse=True):
        if len(known) > 1:
            text = text.replace(
                known, f"{surname_of(known)}某某" if re.fullmatch(r"[\u4e00-\u9fff·]{2,8}", known) else "〔个人信息〕"
            )
    for rule in RULES:
        text = rule.mask(text)
    return text


def mask_numbers(text: str) -> str:
    """A text with all personal data replaced but names, where these are of people who hold an office."""
    for rule in RULES:
        if rule.kind != "name":
            text = rule.mask(text)
    return text


def left_in(text: str) -> list[str]:
    """What is still in a text that no public copy may hold, in words."""
    return [CERTAIN[rule.kind] for rule in RULES if rule.certain and rule.pattern.search(text)]
