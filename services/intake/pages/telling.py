"""Tells a timeline to people: what happened, when in local time, by whom, and the facts that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from services.contracts.catalogue import Catalogue
from services.contracts.messages import AssignmentReplied
from services.intake.handlers import DEPARTMENT
from services.intake.pages.words import ACTORS, CHANNELS, EVENTS, OUTCOMES, RATINGS, RULED
from services.runtime.pages import Words

Shown = Words | Markup
FALLBACK_RULE, GIVEN_RULE, KEYWORDS_RULE = "fallback", "given", "keywords: "


class Fact(NamedTuple):
    """A labelled line."""

    label: Words
    value: Shown


class Told(NamedTuple):
    """One moment of a timeline. `said` is what somebody wrote, or empty."""

    at: Markup
    what: Words
    by: Words
    facts: Sequence[Fact]
    said: str


def show_time(instant: datetime, catalogue: Catalogue) -> Markup:
    """An instant in the place's own time, to the minute, readable by machines too."""
    local = instant.astimezone(ZoneInfo(catalogue.timezone))
    text = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), text)


def department_name(code: str, catalogue: Catalogue) -> Words:
    """A department by its names; by its code when the catalogue no longer has it."""
    department = catalogue.departments.get(code)
    return Words(department.name, department.name_en) if department else Words(code, code)


def topic_name(code: str, catalogue: Catalogue) -> Words:
    """A topic by its names; by its code when the catalogue no longer has it."""
    topic = catalogue.topics.get(code)
    return Words(topic.name, topic.name_en) if topic else Words(code, code)


def _due(value: Any, catalogue: Catalogue) -> Shown:
    return show_time(datetime.fromisoformat(value), catalogue)


def _rule(value: Any, catalogue: Catalogue) -> Shown | None:
    if value == GIVEN_RULE:
        return Words("所选的主题归它办理", "the topic that was chosen is its task")
    if value == FALLBACK_RULE:
        return Words("没有对应的主题，由它先行办理", "no topic matched, so it takes what nobody else does")
    if str(value).startswith(KEYWORDS_RULE):
        found = str(value).removeprefix(KEYWORDS_RULE)
        return Words(f"文中提到：{found}", "these words in the text point to it")
    return None


def _reason(value: Any, catalogue: Catalogue) -> Shown:
    reason = catalogue.decline_reasons.get(value)
    if reason is None:
        return Words(str(value), str(value))
    return Words(f"{reason.name}。{reason.advice}", f"{reason.name_en}. {reason.advice_en}")


def _on_time(value: Any, _: Catalogue) -> Shown:
    return Words("在期限内", "in time") if value else Words("超过期限", "late")


def _rated(value: Any, _: Catalogue) -> Shown | None:
    return None if value else Words("评价期已过，没有评价", "not rated before the evaluation closed")


def _named(names: Mapping[str, Words]) -> Callable[[Any, Catalogue], Shown | None]:
    return lambda value, _: names.get(value)


#: Every fact that is shown, in this order: its label, and how its value reads. What is not here stays inside.
FACTS: Mapping[str, tuple[Words, Callable[[Any, Catalogue], Shown | None]]] = {
    "channel": (Words("渠道", "Through"), _named(CHANNELS)),
    "reason": (Words("原因", "Why"), _reason),
    "about": (Words("事项", "About"), _named(RULED)),
    "granted": (Words("裁定", "Ruling"), lambda value, _: Words("同意", "granted") if value else Words("不同意", "not granted")),
    "question": (Words("问题", "Question"), lambda value, _: Words(str(value), str(value))),
    "proposed": (Words("建议交由", "Proposed"), department_name),
    "to": (Words("改交", "Now with"), department_name),
    "department": (Words("承办单位", "Department"), department_name),
    "rule": (Words("为什么", "Why there"), _rule),
    "round": (Words("次数", "Round"), lambda value, _: Words(f"第 {value} 次办理", f"round {value}")),
    "original": (Words("原定期限", "Due before"), _due),
    "due": (Words("答复期限", "Answer due"), _due),
    "until": (Words("至", "Until"), _due),
    "outcome": (Words("办理结果", "Outcome"), _named(OUTCOMES)),
    "on_time": (Words("时限", "Deadline"), _on_time),
    "result": (Words("对结果", "Result"), _named(RATINGS)),
    "process": (Words("对过程", "Process"), _named(RATINGS)),
    "rated": (Words("评价", "Evaluation"), _rated),
}


def tell(timeline: Sequence[Mapping[str, Any]], catalogue: Catalogue, reply: str | None) -> list[Told]:
    """The timeline in words, oldest first. The text of `reply`, which the page shows on its own, is not repeated."""
    return [_moment(moment, catalogue, reply) for moment in timeline]


def _moment(moment: Mapping[str, Any], catalogue: Catalogue, reply: str | None) -> Told:
    facts = dict(moment["facts"])
    said = facts.get("content") or ""
    if moment["what"] == AssignmentReplied.TYPE and said == reply:
        said = ""
    by = ACTORS.get(moment["by"], Words(moment["by"], moment["by"]))
    if moment["by"] == DEPARTMENT and "department" in facts:
        by = department_name(facts.pop("department"), catalogue)
    what = EVENTS.get(moment["what"], Words(moment["what"], moment["what"]))
    return Told(show_time(moment["at"], catalogue), what, by, list(_facts(facts, catalogue)), said)


def _facts(facts: Mapping[str, Any], catalogue: Catalogue) -> Sequence[Fact]:
    shown = []
    for name, (label, show) in FACTS.items():
        value = show(facts[name], catalogue) if facts.get(name) is not None else None
        if value is not None:
            shown.append(Fact(label, value))
    return shown
