"""The month of a station: what was held, who came, what was told, and what became of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.contracts.messages.values import Outcome
from services.contracts.sessions import SessionState
from services.contracts.words.bilingual import Words
from services.notify.domain.lists.cases import SessionCase
from services.notify.domain.lists.entries import Entry
from services.notify.domain.sessions.session import Session

#: What is counted, in the order in which it is read.
COUNTS: Final[Mapping[str, Words]] = {
    "sessions": Words("活动场次", "sessions"),
    "held": Words("已举行", "held"),
    "irregular": Words("不合规举行", "held against a rule"),
    "visitors": Words("接待群众（人次）", "visitors"),
    "observers": Words("旁听（人次）", "observers"),
    "deputies": Words("到场代表（人次）", "deputies present"),
    "questions": Words("提出意见建议", "opinions told"),
    "replied": Words("已答复", "replied"),
    "solved": Words("已经解决", "solved"),
    "promised": Words("承诺", "promises made"),
    "kept": Words("已兑现的承诺", "promises kept"),
    "broken": Words("没有按期兑现的承诺", "promises broken"),
    "entries": Words("列入清单的事项", "entries of lists"),
    "done": Words("已完成的事项", "entries done"),
    "overdue": Words("逾期未完成的事项", "entries overdue"),
}


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """What a month of a station came to as of an instant, with its sessions by time."""

    station: str
    month: str
    as_of: datetime
    sessions: Sequence[Session]
    counts: Mapping[str, int]

    @classmethod
    def of(
        cls,
        station: str,
        month: str,
        now: datetime,
        sessions: Sequence[Session],
        cases: Iterable[SessionCase],
        entries: Iterable[Entry],
    ) -> MonthSummary:
        """Counted from the sessions of the month, the questions asked at them and the entries made for them."""
        counts = Counter(dict.fromkeys(COUNTS, 0))
        for session in sessions:
            counts["sessions"] += session.state is not SessionState.CANCELLED
            if session.state.took_place:
                counts += Counter(held=1, irregular=int(bool(session.irregular)), visitors=session.visitors,
                                  observers=session.observers, deputies=len(session.deputies_present))  # fmt: skip
        for case in cases:
            counts += Counter(questions=1, replied=int(case.outcome is not None), solved=int(case.outcome is Outcome.SOLVED))
            states = Counter(each.state for each in case.promises_at(now))
            counts += Counter(promised=states.total(), kept=states["kept"], broken=states["broken"])
        for entry in entries:
            counts += Counter(entries=1, done=int(entry.state == "done"), overdue=int(entry.is_overdue(now)))
        return cls(station, month, now, sessions, {name: counts[name] for name in COUNTS})


def month_of(text: str) -> tuple[date, date] | None:
    """The first day of a month such as 2026-11, and that of the next; None for what is no month."""
    year, dash, month = text.partition("-")
    if not (dash and len(year) == 4 and len(month) == 2 and text.replace("-", "").isdecimal() and text.isascii()):
        return None
    try:
        first = date(int(year), int(month), 1)
    except ValueError:
        return None
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
