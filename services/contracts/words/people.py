"""What those are called who act in the product, and through whom opinions come: roles, deputies, groups."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.words.bilingual import Words

#: Of which congress a deputy is.
DEPUTY_LEVELS: Mapping[str, Words] = {
    "town": Words("乡镇人大代表", "town congress"),
    "county": Words("县（市、区）人大代表", "county congress"),
    "city": Words("设区的市人大代表", "city congress"),
    "province": Words("省人大代表", "provincial congress"),
    "nation": Words("全国人大代表", "national congress"),
}
DEPUTY_STATES: Mapping[str, Words] = {
    "active": Words("履职中", "in office"),
    "suspended": Words("暂停履职", "suspended"),
    "ended": Words("任期已结束", "no longer in office"),
}
GROUP_KINDS: Mapping[str, Words] = {
    "professional": Words("专业代表小组", "professional group"),
    "deputies": Words("代表小组", "group of deputies"),
    "experts": Words("专家团队", "team of experts"),
}
#: What a token is for.
CALLERS: Mapping[str, Words] = {
    "reviewer": Words("审核人员", "reviewer"),
    "department": Words("承办单位", "department"),
    "head": Words("承办单位负责人", "head of a department"),
    "supervisor": Words("督办人员", "supervisor"),
    "admin": Words("管理员", "administrator"),
    "deputy": Words("人大代表", "deputy"),
    "station": Words("联络站工作人员", "staff of a station"),
    "informant": Words("民情信息员", "informant"),
    "scraper": Words("指标采集程序", "program that collects metrics"),
}
#: What the trail has of each request.
TRAIL: Mapping[str, Words] = {
    "at": Words("时间", "time"),
    "by": Words("操作人", "by"),
    "as": Words("身份", "as"),
    "what": Words("操作", "what"),
    "subject": Words("对象", "subject"),
    "outcome": Words("结果", "outcome"),
}

#: Every table by what its codes are of.
TABLES: Mapping[str, Mapping[str, Words]] = {
    "level of a deputy": DEPUTY_LEVELS,
    "state of a deputy": DEPUTY_STATES,
    "kind of a group": GROUP_KINDS,
    "role of a token": CALLERS,
    "part of the trail": TRAIL,
}
