"""What notifications to departments, supervisors and leaders read: Chinese first, English second, or one of the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from services.contracts.catalogue.model import Catalogue, Rung
from services.contracts.words.vocabulary import CARDS, DEADLINES, OUTCOMES, word
from services.notify.domain.holders import called
from services.notify.domain.ladder import Deadline
from services.notify.domain.witness import WitnessRecord

LONGEST_TITLE = 200

#: What a notification says about the rung it comes from, by action or by the colour of its card.
PHRASES: Mapping[str, tuple[str, str]] = {
    "reminder": ("请按期办理。", "Please see to it in time."),
    "yellow": (f"现发{CARDS['yellow'].zh}，请尽快办理。", f"This is a {CARDS['yellow'].en}: please hurry."),
    "red": (f"现发{CARDS['red'].zh}，请立即办理并说明情况。", f"This is a {CARDS['red'].en}: act at once and explain."),
    "supervision": ("已转入督办，请立即办理并向人大报告。", "It is under supervision now: act at once and report to the congress."),
}
LATE = ("现已逾期。", "It is overdue. ")

TITLE = ("【{rung}】{title}", "[{rung}] {title}")
BODY = (
    "{department}：\n交办事项“{title}”（编号 {assignment}）应于 {due} 前{task}。{late}{phrase}\n—— {place}\n",
    '{department}: the assignment "{title}" (number {assignment}) asks you to {task} by {due}. {late}{phrase}\n— {place}\n',
)
#: One entry of a notification that gathers a day's.
ENTRY = (
    "“{title}”（编号 {assignment}，{department}）应于 {due} 前{task}。{late}",
    '"{title}" (number {assignment}, {department}): {task} by {due}. {late}',
)
DIGEST_TITLE = ("【每日汇总】{count} 件催办事项 · {day}", "[Daily summary] {count} reminders · {day}")
#: The newest head of the public ledger, which commits to all before it: on paper and in mail boxes it is out of everybody's reach.
DIGEST_HEAD = (
    "公开账本 {time}：共 {size} 条，根 {root}，密钥 {key}，签名 {signature}。\n",
    "The public ledger at {time}: {size} leaves, root {root}, key {key}, signature {signature}.\n",
)
DIGEST_END = ("—— {place}\n", "— {place}\n")

LETTER_TITLE = "【回应】{} · {}"
GREETINGS = ("{}您好：", "Dear {},")

#: The facts that a notification may tell, in this order, and how: a fact that a message does not have is left out.
FACTS: Mapping[str, tuple[str, str]] = {
    "deputy": ("人大代表：{}", "Deputy: {}"),
    "department": ("承办单位：{}", "Department: {}"),
    "due": ("办理期限：{}", "Due: {}"),
    "question": ("需要补充：{}", "What is asked: {}"),
    "reason": ("原因：{}", "Reason: {}"),
    "advice": ("建议：{}", "Advice: {}"),
    "outcome": ("办理结果：{}", "Outcome: {}"),
    "what": ("承诺事项：{}", "Promise: {}"),
    "evidence": ("兑现情况：{}", "Evidence: {}"),
    "evaluate_by": ("请在此之前评价：{}", "Please evaluate by: {}"),
    "at": ("时间：{}", "Time: {}"),
    "place": ("地点：{}", "Place: {}"),
    "link": ("查询与评价：{}", "To see and evaluate: {}"),
}
INSTANTS = frozenset({"due", "evaluate_by", "at"})

#: Which of the two languages, by what a reader chose; the first one is that of the title.
CHOSEN: Mapping[str, tuple[int, ...]] = {"both": (0, 1), "zh": (0,), "en": (1,)}


def write(rung: Rung, deadline: Deadline, now: datetime, catalogue: Catalogue, language: str = "both") -> tuple[str, str]:
    """The title and the body of a notification about one rung."""
    told = [_facts(rung, deadline, now, catalogue, index) for index in (0, 1)]
    chosen = CHOSEN[language]
    title = TITLE[chosen[0]].format(**told[chosen[0]])
    return title[:LONGEST_TITLE], "\n".join(BODY[index].format(**told[index]) for index in chosen)


def write_entry(rung: Rung, deadline: Deadline, now: datetime, catalogue: Catalogue, language: str) -> tuple[str, str]:
    """The title and the text of what becomes one entry of a gathered notification."""
    told = [_facts(rung, deadline, now, catalogue, index) for index in (0, 1)]
    chosen = CHOSEN[language]
    title = TITLE[chosen[0]].format(**told[chosen[0]])
    return title[:LONGEST_TITLE], "\n".join(ENTRY[index].format(**told[index]).strip() for index in chosen)


def write_digest(
    entries: Sequence[tuple[str, str]], day: datetime, catalogue: Catalogue, language: str, head: WitnessRecord | None = None
) -> tuple[str, str]:
    """The title and the body of one notification that gathers `entries` of (title, text), numbered from 1, with the `head`."""
    chosen = CHOSEN[language]
    title = DIGEST_TITLE[chosen[0]].format(count=len(entries), day=f"{day.astimezone(catalogue.calendar.zone):%Y-%m-%d}")
    places = (catalogue.name, catalogue.name_en)
    listed = [f"{number}. {entry}\n{text}\n" for number, (entry, text) in enumerate(entries, 1)]
    if head is not None:
        told = {"time": head.time.isoformat(), "size": head.size, "root": head.root, "key": head.key, "signature": head.signature}
        listed += [DIGEST_HEAD[index].format(**told) for index in chosen]
    return title, "\n".join([*listed, *(DIGEST_END[index].format(place=places[index]) for index in chosen)])


def _facts(rung: Rung, deadline: Deadline, now: datetime, catalogue: Catalogue, index: int) -> dict[str, str]:
    return {
        "rung": (rung.name, rung.name_en)[index],
        "department": called(catalogue, deadline.department)[index],
        "title": deadline.title or deadline.assignment,
        "assignment": deadline.assignment,
        "task": word(DEADLINES, deadline.kind)[index],
        "phrase": PHRASES[rung.card or rung.action][index],
        "due": f"{deadline.due.astimezone(catalogue.calendar.zone):%Y-%m-%d %H:%M}",
        "late": LATE[index] if now > deadline.due else "",
        "place": (catalogue.name, catalogue.name_en)[index],
    }


def write_letter(
    about: tuple[str, str], name: str | None, said: Callable[[int], Iterable[str]], catalogue: Catalogue
) -> tuple[str, str]:
    """The title and the body of a letter, Chinese first; `said` are the lines of a language between greeting and signature.

    The title names the step only, because other people may see it. Without a name there is no greeting.
    """
    parts = []
    for index, greeting in enumerate(GREETINGS):
        greeted = () if name is None else (greeting.format(name),)
        parts.append("\n".join((*greeted, *said(index), f"—— {(catalogue.name, catalogue.name_en)[index]}")))
    return LETTER_TITLE.format(*about), "\n\n".join(parts) + "\n"


def fact_lines(facts: Mapping[str, str], index: int, catalogue: Catalogue) -> Iterator[str]:
    """A line for each fact that a letter tells."""
    for name, words in FACTS.items():
        if facts.get(name):
            yield words[index].format(_readable(name, facts[name], index, catalogue))


def _readable(name: str, value: str, index: int, catalogue: Catalogue) -> str:
    """A fact as people read it: instants by the local clock, outcomes and departments in the language of the line."""
    if name in INSTANTS:
        try:
            return f"{datetime.fromisoformat(value).astimezone(catalogue.calendar.zone):%Y-%m-%d %H:%M}"
        except ValueError:
            return value
    if name == "outcome":
        return word(OUTCOMES, value)[index]
    if name == "department" and index:
        return next((entry.name_en for entry in catalogue.departments.values() if entry.name == value), value)
    return value
