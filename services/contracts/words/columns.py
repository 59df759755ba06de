"""The column names of a table of opinions, in Chinese and English, and how cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.contracts.people.contacts import NotReachable, telephone
from services.contracts.words.bilingual import Words
from services.contracts.words.text import value
from services.contracts.words.vocabulary import CHANNELS

#: By field of a line, dots for what is nested: every name that its column may have, with blanks between. The first is its own.
_NAMES: Mapping[str, str] = {
    "title": "title 标题 诉求标题 工单标题 意见标题 subject",
    "content": "content 内容 诉求内容 工单内容 反映内容 意见内容 问题描述 描述 正文 详情 details description",
    "channel": "channel 渠道 来源 来源渠道 诉求来源 受理渠道",
    "topic": "topic 主题 类别 分类 诉求类别 问题类别 category",
    "area": "area 区域 所在区域 所属区域 属地 镇街 行政区划 区划",
    "station": "station 联络站 代表联络站 站点",
    "deputy": "deputy 代表 人大代表 代表姓名",
    "visibility": "visibility 可见范围 公开范围",
    "external_id": "external_id 编号 工单号 工单编号 受理编号 受理号 流水号 诉求编号 id no",
    "submitted_at": (
        "submitted_at 提交时间 提出时间 受理时间 来电时间 登记时间 反映时间 创建时间 提出日期 受理日期 日期 时间 date time"
    ),
    "submitter.kind": "submitter.kind 提出人类型 人员类别 身份",
    "submitter.name": "submitter.name 姓名 提出人 提出人姓名 反映人 来电人 诉求人 联系人 name",
    "submitter.phone": ("submitter.phone 电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 来电号码 phone mobile tel"),
    "submitter.email": "submitter.email 邮箱 电子邮箱 邮件 电子邮件 email e-mail",
    "submitter": "submitter 提出人信息 提出人及电话",
    "location.address": "location.address location 地址 地点 位置 事发地址 事发地点 详细地址 address",
    "location.latitude": "location.latitude 纬度 latitude lat",
    "location.longitude": "location.longitude 经度 longitude lng lon",
    "cosigners": "cosigners 联名人 附议人",
    "relay": "relay 转交人 转递人",
}
NAMES: Mapping[str, tuple[str, ...]] = {field: tuple(names.split()) for field, names in _NAMES.items()}
#: By field: what else the codes of a closed set are called in tables, beside what the product calls them. Other words are taken as
#: they stand.
_ALIASES: Mapping[str, Mapping[str, str]] = {
    "channel": {
        "网站 网上": "web",
        "二维码": "qr",
        "联络站": "station",
        "电话 12345 12345热线": "hotline",
        "代表 代表提交": "deputy",
        "活动 征集": "campaign",
        "导入": "import",
    },
    "visibility": {
        "公开": "public",
        "承办单位 承办单位可见": "department",
        "人大 人大机关": "congress",
    },
    "submitter.kind": {
        "公民 群众 市民 个人 居民": "citizen",
        "代表 人大代表": "deputy",
        "企业 单位": "enterprise",
        "集体 团体": "group",
    },
}
_OWN: Mapping[str, Mapping[str, Words]] = {"channel": CHANNELS}
WORDS: Mapping[str, Mapping[str, str]] = {
    field: {words.zh: code for code, words in _OWN.get(field, {}).items()}
    | {word: code for words, code in aliases.items() for word in words.split()}
    for field, aliases in _ALIASES.items()
}
_KNOWN: Mapping[str, str] = {name: field for field, names in NAMES.items() for name in names}
_REMARK = re.compile(r"\s*\([^)]*\)\s*|[*:\s]+$|^\*")
_BETWEEN = re.compile(r"[、,;/|\n]+")
_PERSON = re.compile(r"(?P<name>[^0-9+(]*?)[\s:,，(]*(?P<phone>[+(0-9][-0-9+() ]{4,}.*)?")


#: A field of a line: a text, a list, or an object of texts.
Given = str | Sequence[str] | Sequence[Mapping[str, str]] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a header is taken for: a field, None for what is passed over. `problems` speak against the whole file."""

    names: tuple[str, ...]
    fields: tuple[str | None, ...]
    problems: tuple[str, ...]


def field_of(name: str) -> str | None:
    """The field for a column name; a remark in brackets behind it is ignored."""
    plain = value(name).casefold()
    return _KNOWN.get(plain) or _KNOWN.get(_REMARK.sub("", plain).replace(" ", "")) or _KNOWN.get(_REMARK.sub("", plain))


def likeness(cells: Sequence[str]) -> int:
    """How many of a row's cells are names of columns."""
    return sum(field_of(cell) is not None for cell in cells)


def read_columns(header: Sequence[str], ignored: Collection[str] = ()) -> Columns:
    """Interpret a header; columns named in `ignored` are skipped, an unknown one is a problem of the file."""
    names = tuple(value(name) for name in header)
    passed = {value(name).casefold() for name in ignored}
    fields = tuple(None if not name or name.casefold() in passed else field_of(name) for name in names)
    strange = [name for name, field in zip(names, fields, strict=True) if name and field is None and name.casefold() not in passed]
    twice = {field for field in fields if field is not None and fields.count(field) > 1}
    problems = [f"unknown: {', '.join(strange)}; leave the column out, or name it in 'ignore'"] if strange else []
    if not any(names):
        problems.append("(none)")
    for field in sorted(twice):
        both = ", ".join(name for name, each in zip(names, fields, strict=True) if each == field)
        problems.append(f"{field} twice: {both}; name all but one in 'ignore'")
    if problems:
        problems.append(f"known: {', '.join(f'{own} ({other})' for own, other, *_ in NAMES.values())}")
    return Columns(names, fields, tuple(problems))


def raw_of(columns: Columns, cells: Iterable[str]) -> dict[str, Given]:
    """A row as the schema of a line takes it; a blank cell is an absent field."""
    raw: dict[str, Given] = {}
    objects: dict[str, dict[str, str]] = {}
    for field, cell in zip(columns.fields, cells, strict=True):
        if field is None or not cell.strip():
            continue
        outer, _, inner = field.partition(".")
        said = WORDS.get(field, {}).get(value(cell), cell)
        if inner:
            objects.setdefault(outer, {})[inner] = said
        elif field == "submitter":
            objects[field] = {**_person(cell), **objects.get(field, {})}
        elif field in _READERS:
            raw[field] = _READERS[field](cell)
        else:
            raw[field] = said
    if "submitter" in objects:
        objects["submitter"] = {"kind": "citizen", **objects["submitter"]}
    return raw | objects


def _person(text: str) -> dict[str, str]:
    """张三 13800000000: a name, a number, or both."""
    plain = value(text)
    try:
        return {"phone": str(telephone(plain))}
    except NotReachable:
        found = _PERSON.fullmatch(plain)
    if found is None or not found["phone"]:
        return {"name": plain}
    return {name: part.strip(" )") for name, part in found.groupdict().items() if part and part.strip(" )")}


def _people(text: str) -> list[dict[str, str]]:
    return [{"kind": "citizen", **_person(part)} for part in _BETWEEN.split(text) if part.strip()]


def _steps(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


_READERS: Mapping[str, Callable[[str], Given]] = {"cosigners": _people, "relay": _steps}
