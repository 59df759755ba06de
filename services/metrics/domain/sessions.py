"""What is counted of sessions with people: by station, kind, theme, month and year, beside what became of what was asked there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from services.contracts.messages.sessions import SessionEvaluated, SessionHeld, SessionMessage
from services.contracts.sessions import SessionState
from services.metrics.domain.counts import Scope
from services.metrics.domain.rates import PLAIN, PublishedFraction, Rate, fraction
from services.metrics.domain.statistics import GroupKey

#: By what sessions are grouped; all but the year are dimensions of opinions too, some under another name.
DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "station": ("代表联络站", "station"),
    "kind": ("活动类别", "kind of session"),
    "theme": ("议题", "theme"),
    "month": ("月份", "month"),
    "year": ("年份", "year"),
}
#: Under what name opinions have a dimension of sessions; the year of theirs is that of the month.
OF_OPINIONS: Mapping[str, str] = {
    "station": "station", "kind": "session_kind", "theme": "theme", "month": "month", "year": "month",
}  # fmt: skip
#: What is counted of sessions, under the names of the columns.
HAPPENED: Mapping[str, tuple[str, str]] = {
    "sessions": ("计划场次（含已举行）", "planned, those held included"),
    "held": ("已举行", "held"),
    "regular": ("合规举行", "held by the rules"),
    "irregular": ("不合规举行", "held against a rule, with a reason"),
    "cancelled": ("取消", "cancelled"),
    "visitors": ("接待群众（人次）", "visitors"),
    "observers": ("旁听（人次）", "observers"),
    "deputies": ("到场代表（人次）", "deputies present"),
    "satisfied": ("到场人员评价满意", "rated satisfied by those present"),
    "basically_satisfied": ("到场人员评价基本满意", "rated basically satisfied by those present"),
    "dissatisfied": ("到场人员评价不满意", "rated dissatisfied by those present"),
}
#: What is counted of the opinions told there: by its name here, under which it is counted of all opinions, and what it is called.
TOLD: Mapping[str, tuple[str, str, str]] = {
    "questions": ("submitted", "提出意见建议", "opinions told there"),
    "replied": ("replied", "已答复", "replied"),
    "concluded": ("concluded", "已办结", "concluded"),
    "solved": ("concluded_solved", "已经解决", "solved"),
    "promised": ("promised", "承诺", "promises made"),
    "promises_kept": ("promises_kept", "按期兑现的承诺", "promises kept in time"),
    "promises_broken": ("promises_broken", "到期未兑现的承诺", "promises broken"),
    "promises_due": ("promises_due", "到期承诺", "promises due"),
    "promises_due_kept": ("promises_due_kept", "到期承诺中按期兑现的", "promises due and kept in time"),
}
COUNTS: Mapping[str, tuple[str, str]] = {**HAPPENED, **{name: (zh, en) for name, (_, zh, en) in TOLD.items()}}
_RATED = ("satisfied", "basically_satisfied", "dissatisfied")
RATES: tuple[Rate, ...] = (
    Rate("regular", PLAIN, "合规率（合规举行／已举行）", "held by the rules", ("regular",), ("held",)),
    Rate("reply", PLAIN, "答复率（已答复／提出）", "replied", ("replied",), ("questions",)),
    Rate("solved", PLAIN, "解决率（已经解决／提出）", "solved", ("solved",), ("questions",)),
    Rate("promise_kept", PLAIN, "承诺兑现率", "promises kept by their date", ("promises_due_kept",), ("promises_due",)),
    Rate("satisfaction", PLAIN, "到场人员满意率（含基本满意）", "(basically) satisfied, of those present", _RATED[:2], _RATED),
)


@dataclass(slots=True)
class SessionFacts:
    """One session by what was said of it so far; an older message does not change what a newer one said."""

    session: str
    at: datetime
    kind: str = ""
    station: str | None = None
    theme: str | None = None
    month: str = ""
    year: str = ""
    sequence: int = 0
    sessions: int = 0
    held: int = 0
    regular: int = 0
    irregular: int = 0
    cancelled: int = 0
    visitors: int = 0
    observers: int = 0
    deputies: int = 0
    satisfied: int = 0
    basically_satisfied: int = 0
    dissatisfied: int = 0

    def take(self, message: SessionMessage, sequence: int, zone: tzinfo) -> None:
        """Take over what a message says."""
        if isinstance(message, SessionHeld):
            self.visitors, self.observers, self.deputies = message.visitors, message.observers, len(message.deputies_present)
        if isinstance(message, SessionEvaluated):
            self.satisfied, self.basically_satisfied = message.satisfied, message.basically_satisfied
            self.dissatisfied = message.dissatisfied
        if sequence <= self.sequence:
            return
        self.sequence, self.at = sequence, message.at
        self.kind, self.station, self.theme = message.kind, message.station, message.theme
        self.month = f"{message.at.astimezone(zone):%Y-%m}"
        self.year = self.month[:4]
        state = SessionState(message.state)
        self.held, self.cancelled = int(state.took_place), int(state is SessionState.CANCELLED)
        self.sessions = 1 - self.cancelled
        self.irregular = int(state.took_place and bool(message.irregular))
        self.regular = self.held - self.irregular


@dataclass(frozen=True, slots=True)
class SessionNumbers:
    """Everything published of some sessions: counts by name, and rates with their fractions."""

    counts: Mapping[str, int]
    rates: Mapping[str, PublishedFraction]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> SessionNumbers:
        """What follows from counts; one that is absent is 0."""
        return cls(
            {name: counts.get(name, 0) for name in COUNTS}, {rate.name: fraction(rate, counts).published() for rate in RATES}
        )


@dataclass(frozen=True, slots=True)
class SessionStatistics:
    """The answer: what it is about, numbers for each group, and the total."""

    as_of: datetime
    scope: Scope
    groups: Sequence[tuple[GroupKey, SessionNumbers]]
    total: SessionNumbers
