"""One deadline of a case, explained: its versions, its pauses, and each day counted or skipped, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.time.durations import Duration
from services.contracts.time.worktime import Calendar, DayNote
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import DEADLINE_CAUSES, DEADLINE_STATES
from services.notify.domain.kept import KeptDeadline
from services.notify.domain.ladder import Deadline

NO_RULE = Words("由交办方指定的期限", "the date that it was given")
ONE_DAY = timedelta(days=1)
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class PausedSpan:
    """While the clock stood still; `until` is empty while it does."""

    start: datetime
    until: datetime | None

    def covers(self, day: date, calendar: Calendar) -> bool:
        """Whether a day is not counted because of it: those after the day it began, with the day it ended."""
        if day <= self.start.astimezone(calendar.zone).date():
            return False
        return self.until is None or day <= self.until.astimezone(calendar.zone).date()


@dataclass(frozen=True, slots=True)
class DeadlineHistory:
    """A deadline explained, with the versions of its round up to the one that was asked for."""

    chosen: KeptDeadline
    rule: Duration | None
    versions: tuple[tuple[KeptDeadline, str, str], ...]
    pauses: tuple[PausedSpan, ...]
    days: tuple[DayNote, ...]

    @property
    def counted(self) -> int:
        """How many days count."""
        return sum(note.counted for note in self.days)


def explain_version(versions: Sequence[KeptDeadline], deadline: Deadline, catalogue: Catalogue) -> DeadlineHistory:
    """Explain one of the versions of a deadline, by the catalogue's rule for its round."""
    chain = round_of(versions, deadline.version)
    rule = rule_of(deadline.kind, chain[0].deadline.cause, deadline.difficulty, catalogue.difficulties)
    return explain_history(catalogue.calendar, chain, rule)


def rule_of(kind: str, cause: str, difficulty: str | None, difficulties: Mapping[str, Difficulty]) -> Duration | None:
    """How long the catalogue gives for a deadline; None when that is not the catalogue's to say."""
    entry = difficulties.get(difficulty or "")
    if entry is None or kind == "promise":
        return None
    return entry.deadlines.get("rework" if kind == "reply" and cause == "reopened" else kind)


def round_of(versions: Sequence[KeptDeadline], number: int) -> list[KeptDeadline]:
    """The versions of one round, which have been counted from the same instant, up to the one with this number."""
    begun = next(each.deadline.counted_from for each in versions if each.deadline.version == number)
    return [each for each in versions if each.deadline.counted_from == begun and each.deadline.version <= number]


def explain_history(calendar: Calendar, chain: Sequence[KeptDeadline], rule: Duration | None) -> DeadlineHistory:
    """Explain the last version of a round, by the rule that its first one came from."""
    chosen = chain[-1]
    pauses = [PausedSpan(one.ended, other.deadline.start) for one, other in pairwise(chain) if one.state == "paused" and one.ended]
    if chosen.state == "paused" and chosen.ended is not None:
        pauses.append(PausedSpan(chosen.ended, None))
    versions = tuple((each, *_why(calendar, each, rule)) for each in chain)
    return DeadlineHistory(chosen, rule, versions, tuple(pauses), tuple(_days(calendar, chain, rule, pauses)))


def _why(calendar: Calendar, kept: KeptDeadline, rule: Duration | None) -> tuple[str, str]:
    due = f"{kept.deadline.due.astimezone(calendar.zone):%Y-%m-%d %H:%M:%S}"
    state, state_en = DEADLINE_STATES[kept.state]
    cause, cause_en = DEADLINE_CAUSES.get(kept.deadline.cause, NO_RULE)
    cause = cause.format(rule=rule.zh if rule else NO_RULE[0])
    cause_en = cause_en.format(rule=rule.en if rule else NO_RULE[1])
    doubt, doubt_en = (
        ("（暂定：放假安排未公布）", " (provisional: holidays are not published yet)") if kept.deadline.provisional else ("", "")
    )
    return f"{cause}：截止 {due}{doubt}；{state}。", f"{cause_en}: due {due}{doubt_en}; {state_en}."


def _days(
    calendar: Calendar, chain: Sequence[KeptDeadline], rule: Duration | None, pauses: Sequence[PausedSpan]
) -> Iterator[DayNote]:
    begun, due = (moment.astimezone(calendar.zone) for moment in (chain[0].deadline.counted_from, chain[-1].deadline.due))
    if rule is None or rule.unit != "wd":
        yield from _without_counting(calendar, chain, rule)
        return
    day, left = begun.date(), rule.amount
    granted = any(each.deadline.cause == "extended" for each in chain)
    while day < due.date() and (day - begun.date()).days < MOST_DAYS:
        day += ONE_DAY
        counts, zh, en = calendar.explain_day(day)
        if any(pause.covers(day, calendar) for pause in pauses):
            yield DayNote(day, False, f"挂起，不计（{zh}）", f"paused, not counted ({en})")
        elif left == 0 and granted:
            yield DayNote(day, False, f"延期之内（{zh}）", f"within the extension ({en})")
        else:
            left -= counts and left > 0
            yield DayNote(day, counts, zh, en)


def _without_counting(calendar: Calendar, chain: Sequence[KeptDeadline], rule: Duration | None) -> Iterator[DayNote]:
    first, last = chain[0].deadline, chain[-1].deadline
    if rule is not None:
        yield from calendar.explain(first.counted_from, rule)
    if rule is None or last is not first:
        zh, en = DEADLINE_CAUSES[last.cause] if "{" not in DEADLINE_CAUSES[last.cause].zh else NO_RULE
        yield DayNote(last.due.astimezone(calendar.zone).date(), True, zh, en)
