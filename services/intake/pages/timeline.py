"""A timeline for people: the event, the local time, the actor and the facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from services.contracts.basis import Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentReplied
from services.contracts.messages.values import RaisedBy
from services.contracts.vocabulary import (
    BASES,
    CARDS,
    CAUSES,
    CHANNELS,
    CONTACTS,
    COUNTED,
    ERASURES,
    LEVELS,
    OUTCOMES,
    RATINGS,
    RESULTS,
    ROLES,
    RULED,
    word,
)
from services.contracts.words import Words
from services.intake.app.views import Moment
from services.intake.domain.actors import DEPARTMENT
from services.intake.domain.timeline import Facts
from services.intake.pages.events import ACTORS, EVENTS

Shown = Words | Markup
Show = Callable[[object, Catalogue], Shown | None]
ANSWERS = (AssignmentReplied.TYPE, AssignmentAdvised.TYPE)


class LabelledFact(NamedTuple):
    """A labelled line."""

    label: Words
    value: Shown


class ShownEntry(NamedTuple):
    """One entry of a timeline as it is shown. `said` is free text, or empty."""

    at: Markup
    what: Words
    by: Words
    facts: Sequence[LabelledFact]
    said: str


def show_time(instant: datetime, catalogue: Catalogue) -> Markup:
    """An instant in the place's own time, to the minute, readable by machines too."""
    local = instant.astimezone(ZoneInfo(catalogue.timezone))
    text = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), text)


def department_name(code: str, catalogue: Catalogue) -> Words:
    """A department by its names; by its code when the catalogue no longer has it."""
    department = stored.department(catalogue, code)
    return Words(department.name, department.name_en)


def topic_name(code: str, catalogue: Catalogue) -> Words:
    """A topic by its names; by its code when the catalogue no longer has it."""
    topic = stored.topic(catalogue, code)
    return Words(topic.name, topic.name_en) if topic else Words(code, code)


def _due(value: object, catalogue: Catalogue) -> Shown:
    return show_time(datetime.fromisoformat(str(value)), catalogue)


def _department(value: object, catalogue: Catalogue) -> Shown:
    return department_name(str(value), catalogue)


def _rule(value: object, _: Catalogue) -> Shown | None:
    rule = Rule.parse(str(value))
    return BASES[rule.basis].filled(rule.detail) if rule else None


def _text(value: object, _: Catalogue) -> Shown:
    return Markup("{}").format(str(value))


def _reason(value: object, catalogue: Catalogue) -> Shown:
    reason = stored.found(catalogue.decline_reasons, str(value))
    if reason is None:
        return _text(value, catalogue)
    return Words(f"{reason.name}。{reason.advice}", f"{reason.name_en}. {reason.advice_en}")


def _on_time(value: object, _: Catalogue) -> Shown:
    return Words("按期", "in time") if value else Words("逾期", "late")


def _rated(value: object, _: Catalogue) -> Shown | None:
    return None if value else Words("评价期已过，没有评价", "not rated before the evaluation closed")


def _rung(value: object, catalogue: Catalogue) -> Shown | None:
    rung = stored.found(catalogue.ladder, str(value))
    return Words(rung.name, rung.name_en) if rung else None


def _named(names: Mapping[str, Words]) -> Show:
    return lambda value, _: names.get(str(value))


def _raised(value: object, catalogue: Catalogue) -> Shown:
    """Why a case was raised a level, where it was by count; what somebody wrote otherwise."""
    counted = RaisedBy.of(str(value))
    if counted is None:
        return _reason(value, catalogue)
    kind, count = counted
    return COUNTED[kind].filled(count)


def _yes(words: Words, otherwise: Words | None = None) -> Show:
    return lambda value, _: words if value else otherwise


def _difficulty(value: object, catalogue: Catalogue) -> Shown | None:
    known = stored.found(catalogue.difficulties, str(value))
    return Words(known.name, known.name_en) if known else None


#: Every fact that is shown, in this order: its label, and how its value reads. What is not here stays inside.
FACTS: Mapping[str, tuple[Words, Show]] = {
    "channel": (Words("渠道", "Through"), _named(CHANNELS)),
    "topic": (Words("主题", "Topic"), lambda value, catalogue: topic_name(str(value), catalogue)),
    "cause": (Words("起因", "Because of"), _named(CAUSES)),
    "reason": (Words("原因", "Why"), _raised),
    "about": (Words("事项", "About"), _named(RULED)),
    "granted": (Words("裁定", "Ruling"), _yes(Words("同意", "granted"), Words("不同意", "not granted"))),
    "question": (Words("问题", "Question"), _text),
    "proposed": (Words("建议交由", "Proposed"), _department),
    "to": (Words("转办", "Now with"), _department),
    "department": (Words("承办单位", "Department"), _department),
    "role": (Words("方式", "How"), _named(ROLES)),
    "rule": (Words("分办依据", "Why there"), _rule),
    "erased": (Words("删除", "Erased"), _named(ERASURES)),
    "level": (Words("级别", "Level"), _named(LEVELS)),
    "difficulty": (Words("类别", "Kind"), _difficulty),
    "key": (Words("重点督办", "Key supervision"), _yes(Words("是", "yes"), Words("不再是", "no longer"))),
    "leader": (Words("领办领导", "Led by"), _text),
    "contact": (Words("联系方式", "Contact"), _named(CONTACTS)),
    "round": (Words("次数", "Round"), lambda value, _: Words(f"第 {value} 次办理", f"round {value}")),
    "what": (Words("承诺", "Promise"), _text),
    "who": (Words("责任人", "Who"), _text),
    "promised_for": (Words("承诺时间", "Promised for"), _due),
    "evidence": (Words("兑现情况", "Evidence"), _text),
    "card": (Words("牌", "Card"), _named(CARDS)),
    "rung": (Words("督办", "Step"), _rung),
    "title": (Words("会议", "Meeting"), _text),
    "at": (Words("时间", "When"), _due),
    "came_to": (Words("结果", "Result"), _named(RESULTS)),
    "held": (Words("结论", "Finding"), _yes(Words("已落实", "it has held"), Words("没有落实", "it has not held"))),
    "note": (Words("说明", "Note"), _text),
    "changed": (Words("调整的日子", "Days that changed"), _text),
    "sign_by": (Words("签收期限", "To be signed for by"), _due),
    "original": (Words("原定期限", "Due before"), _due),
    "due": (Words("答复期限", "Answer due"), _due),
    "provisional": (
        Words("期限", "Deadline"),
        _yes(Words("暂定，待放假安排公布后确定", "may move when the holidays are published")),
    ),
    "until": (Words("至", "Until"), _due),
    "outcome": (Words("办理结果", "Outcome"), _named(OUTCOMES)),
    "deadline": (Words("办理期限", "Deadline"), _due),
    "on_time": (Words("是否按期", "In time"), _on_time),
    "result": (Words("对结果", "Result"), _named(RATINGS)),
    "process": (Words("对过程", "Process"), _named(RATINGS)),
    "revision": (Words("追评", "Second thought"), _yes(Words("更改之前的评价", "replaces the rating before"))),
    "evaluate_by": (Words("评价截止", "Rate until"), _due),
    "rated": (Words("评价", "Evaluation"), _rated),
}


def entries_of(timeline: Sequence[Moment], catalogue: Catalogue, answers: Collection[str]) -> list[ShownEntry]:
    """The timeline in words, oldest first. The text of `answers`, which the page shows on their own, is not repeated."""
    return [_moment(moment, catalogue, answers) for moment in timeline]


def _moment(moment: Moment, catalogue: Catalogue, answers: Collection[str]) -> ShownEntry:
    facts = dict(moment.facts)
    said = str(facts.get("content") or "")
    if moment.what in ANSWERS and said in answers:
        said = ""
    by = word(ACTORS, moment.by)
    if moment.by == DEPARTMENT and "department" in facts:
        by = department_name(str(facts.pop("department")), catalogue)
    what = word(EVENTS, moment.what)
    return ShownEntry(show_time(moment.at, catalogue), what, by, list(_facts(facts, catalogue)), said)


def _facts(facts: Facts, catalogue: Catalogue) -> Sequence[LabelledFact]:
    shown = []
    for name, (label, show) in FACTS.items():
        value = show(facts[name], catalogue) if facts.get(name) is not None else None
        if value is not None:
            shown.append(LabelledFact(label, value))
    return shown
