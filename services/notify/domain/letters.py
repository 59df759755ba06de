"""Letters to people: to which channels a rung writes, what it writes in both languages, and how patience grows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.contracts.catalogue import Catalogue, Rung
from services.notify.domain.ladder import Deadline

LONGEST_TITLE = 200

#: What has to be done by a deadline, in Chinese and English.
TASKS: Mapping[str, tuple[str, str]] = {
    "sign": ("签收", "sign for it"),
    "object": ("提出退办申请", "object"),
    "contact": ("首次联系提出人", "contact the submitter"),
    "co_opinion": ("向主办单位反馈协办意见", "give the lead its opinion"),
    "reply": ("答复", "reply"),
    "rework": ("重办答复", "reply again"),
}

#: What a letter says about the rung it comes from, by action or by the colour of its card.
PHRASES: Mapping[str, tuple[str, str]] = {
    "reminder": ("请按期办理。", "Please see to it in time."),
    "yellow": ("现发黄牌提示，请尽快办理。", "This is a yellow card: please hurry."),
    "red": ("现发红牌警示，请立即办理并说明情况。", "This is a red card: act at once and explain."),
    "supervision": ("已转入督办，请立即办理并向人大报告。", "It is under supervision now: act at once and report to the congress."),
}

TITLE = "【{rung}】{title}"
BODY = """{department}：
交办事项“{title}”（编号 {assignment}）应于 {due} 前{task}。{late}{phrase}
—— {place}

{department_en}: the assignment "{title}" (number {assignment}) asks you to {task_en} by {due}. {late_en}{phrase_en}
— {place_en}
"""

#: How long one letter waits after each failed attempt; when they are used up it has failed for good.
LETTER_RESTS: Sequence[timedelta] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
#: How long a channel is left alone after its first, second, … failure in a row.
CHANNEL_RESTS: Sequence[timedelta] = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900))


@dataclass(frozen=True, slots=True)
class Address:
    """A channel by its `key`, which tells its kind and no secret, and the Apprise address behind it, which is one."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written to one channel, and in which part the reader is told: department, supervisor, leader or congress."""

    recipient: str
    channel: str
    title: str
    body: str


class Undelivered(Exception):
    """A channel did not take a letter; the text says why, as far as it told."""


class Courier(Protocol):
    """Brings a letter to a channel."""

    def send(self, url: str, title: str, body: str) -> None:
        """Returns when the channel took it; raises `Undelivered`."""


class Secretary:
    """Knows who is reached where, and writes to them: departments by the catalogue, the `others` by recipient."""

    def __init__(self, catalogue: Catalogue, others: Mapping[str, Iterable[str]]) -> None:
        self._catalogue = catalogue
        self._departments = {code: tuple(map(address, entry.channels)) for code, entry in catalogue.departments.items()}
        self._others = {recipient: tuple(map(address, urls)) for recipient, urls in others.items()}
        every = [entry for entries in (*self._departments.values(), *self._others.values()) for entry in entries]
        self._urls = {entry.key: entry.url for entry in every}

    def addresses(self, recipient: str, department: str) -> tuple[Address, ...]:
        """The channels of a recipient where `department` is concerned; none when nobody named any."""
        return self._departments.get(department, ()) if recipient == "department" else self._others.get(recipient, ())

    def url(self, key: str) -> str | None:
        """The Apprise address behind a key; None when nobody is reached there any more."""
        return self._urls.get(key)

    def letters(self, rung: Rung, deadline: Deadline, now: datetime) -> list[Letter]:
        """The letters of a rung that fires at `now`, one a channel however many recipients share it."""
        title, body = write(rung, deadline, now, self._catalogue)
        letters: dict[str, Letter] = {}
        for recipient in rung.to:
            for entry in self.addresses(recipient, deadline.department):
                letters.setdefault(entry.key, Letter(recipient, entry.key, title, body))
        return list(letters.values())


def address(url: str) -> Address:
    """The entry for an Apprise address: its scheme and a digest, so that the record names it without giving it away."""
    scheme = url.partition("://")[0]
    return Address(f"{scheme[:20]}#{hashlib.sha256(url.encode()).hexdigest()[:12]}", url)


def write(rung: Rung, deadline: Deadline, now: datetime, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a letter, Chinese first."""
    department = catalogue.departments.get(deadline.department)
    task, task_en = TASKS.get(deadline.kind, (deadline.kind, deadline.kind))
    phrase, phrase_en = PHRASES[rung.card or rung.action]
    late = now > deadline.due
    title = deadline.title or deadline.assignment
    body = BODY.format(
        department=department.name if department else deadline.department,
        department_en=department.name_en if department else deadline.department,
        title=title, assignment=deadline.assignment, task=task, task_en=task_en, phrase=phrase, phrase_en=phrase_en,
        due=f"{deadline.due.astimezone(catalogue.calendar.zone):%Y-%m-%d %H:%M}", place=catalogue.name, place_en=catalogue.name_en,
        late="现已逾期。" if late else "", late_en="It is overdue. " if late else "",
    )  # fmt: skip
    return TITLE.format(rung=rung.name, title=title)[:LONGEST_TITLE], body


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When a letter that failed for the `attempts`-th time is tried again; None when it had its chances."""
    return now + LETTER_RESTS[attempts - 1] if attempts <= len(LETTER_RESTS) else None


def rest_after(failures: int, now: datetime) -> datetime:
    """Until when a channel that failed `failures` times in a row is left alone."""
    return now + CHANNEL_RESTS[min(failures, len(CHANNEL_RESTS)) - 1]
