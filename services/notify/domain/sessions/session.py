"""A session with people: its details, its life, and the rules of its kind that it meets or breaks with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from services.contracts.catalogue.sessions import SessionKind
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.sessions import (
    SessionAnnounced,
    SessionCancelled,
    SessionChanged,
    SessionClosed,
    SessionEvaluated,
    SessionFollowed,
    SessionHeld,
    SessionMessage,
    SessionMinuted,
    SessionPlanned,
    SessionPostponed,
)
from services.contracts.sessions import SessionMove, SessionRule, SessionState, advance_session
from services.contracts.time.durations import Duration
from services.contracts.time.worktime import ONE_DAY, Calendar
from services.notify.domain.sessions.details import Attendance, Broken, Details, Official, Ratings

UNKNOWN_SESSION: Final = "There is no such session, or it is not for you to see."
#: The reason of a session that its plan no longer has; it comes back when the plan has its day again.
LEFT_BY_PLAN: Final = "计划已调整 The plan has changed."
#: The reason that is proposed for one that was announced before its day became a holiday.
HOLIDAY: Final = "遇节假日调整 Moved because of a holiday."


_DETAILS: Final = tuple(field.name for field in fields(Details))


@dataclass(slots=True)
class Session:
    """A session as it is kept. `nominal` is the day that its plan had it on before holidays moved it, `planned_day` the working day
    that comes of it; none where somebody has chosen another day.

    `officials` are those asked to come, and once it was held those who came; `deputies_present` the deputies who did. `reason` is
    why it was postponed or cancelled, `sequence` the number of its last message.
    """

    id: str
    kind: str
    title: str
    at: datetime
    created: datetime
    state: SessionState = SessionState.PLANNED
    brand: str | None = None
    theme: str | None = None
    plan: str | None = None
    nominal: date | None = None
    planned_day: date | None = None
    station: str | None = None
    area: str | None = None
    ends: datetime | None = None
    place: str | None = None
    slots: int = 0
    deputies: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    officials: tuple[Official, ...] = ()
    deputies_present: tuple[str, ...] = ()
    observers: int = 0
    visitors: int = 0
    irregular: tuple[Broken, ...] = ()
    announced: datetime | None = None
    held: datetime | None = None
    minutes_due: datetime | None = None
    minuted: datetime | None = None
    minutes: str | None = None
    reason: str | None = None
    ratings: Ratings | None = None
    sequence: int = 0
    created_by: str | None = None
    updated: datetime | None = None

    def __post_init__(self) -> None:
        self.state = SessionState(self.state)

    @classmethod
    def planned(cls, name: str, details: Details, now: datetime, by: str | None = None) -> Session:
        """A new one, called `name`."""
        said = {each: getattr(details, each) for each in _DETAILS}
        return cls(id=name, created=now, created_by=by, updated=now, **said)

    @property
    def details(self) -> Details:
        """What is said of it before it is held."""
        return Details(**{name: getattr(self, name) for name in _DETAILS})

    @property
    def is_announced(self) -> bool:
        """Whether the public was told of it, whatever has become of it since."""
        return self.announced is not None

    def wanted_at(self, calendar: Calendar) -> datetime | None:
        """When it would be by its plan; None where it is then, or where somebody has chosen its day.

        An announced one stays on a day that has become a holiday until somebody postpones it, and so does one whose day by its
        plan lies behind us.
        """
        if not self.state.is_to_come or self.planned_day is None:
            return None
        at = self.at.astimezone(calendar.zone)
        return None if at.date() == self.planned_day else datetime.combine(self.planned_day, at.timetz())

    def owes_minutes(self, now: datetime) -> bool:
        """Whether its minutes are overdue."""
        return self.state is SessionState.HELD and self.minutes_due is not None and now > self.minutes_due

    def plan_message(self) -> SessionMessage:
        """What is told of a new one."""
        return SessionPlanned(**self._said())

    def take(self, details: Details) -> None:
        """Say other details of it, whose kind and station stay."""
        for name in _DETAILS:
            setattr(self, name, getattr(details, name))

    def keep_to(self, day: date, calendar: Calendar, now: datetime) -> SessionMessage | None:
        """Follow its plan to the day that is right by the working days of now; what is announced, or would lie behind us, stays."""
        self.planned_day = day
        at = self.wanted_at(calendar)
        if at is None or self.is_announced or at <= now:
            return None
        self.at, self.ends = at, self.ends + (at - self.at) if self.ends else None
        return SessionChanged(**self._said())

    def settle(self, calendar: Calendar) -> None:
        """A day that somebody has chosen is no longer its plan's."""
        if self.wanted_at(calendar) is not None:
            self.planned_day = None

    def change(self, details: Details) -> SessionMessage:
        """Change what is said of it. Raises `Conflict`, and `Invalid` for what stays as it is."""
        self.state = advance_session(self.state, SessionMove.CHANGE)
        fixed = {"kind": self.kind, "station": self.station} | ({"at": self.at} if self.is_announced else {})
        wrong = {name: ["it stays as it is"] for name, value in fixed.items() if getattr(details, name) != value}
        if self.is_announced and details.slots < self.slots:
            wrong["slots"] = [f"at least {self.slots}: they may have been booked since it was announced"]
        if wrong:
            raise Invalid(
                "Kind and station stay; what is announced keeps its places, and gets another time by being postponed.", wrong
            )
        self.take(details)
        return SessionChanged(**self._said())

    def announce(self, kind: SessionKind, calendar: Calendar, now: datetime, reason: str | None) -> SessionMessage:
        """Tell the public and those who are asked to come; too late for its kind needs a reason."""
        self.state = advance_session(self.state, SessionMove.ANNOUNCE)
        if self.at <= now:
            raise Conflict("It lies in the past: give it another time first.")
        self._judge(self._late(kind, calendar, now), reason, (SessionRule.NOTICE,))
        self.announced = now
        return SessionAnnounced(**self._said())

    def call(self) -> SessionMessage:
        """Tell at once of a new one whose kind asks for no notice."""
        self.state, self.announced = SessionState.ANNOUNCED, self.created
        return SessionAnnounced(**self._said())

    def postpone(
        self, at: datetime | None, ends: datetime | None, reason: str, kind: SessionKind, calendar: Calendar, now: datetime
    ) -> SessionMessage:
        """Give it another time, or none until one is known. With a new time it stands where it stood."""
        self.state = advance_session(self.state, SessionMove.POSTPONE)
        self.reason = reason
        if at is None:
            if ends is not None:
                raise Invalid("An end needs a beginning.", {"ends": ["leave it out, or say 'at' as well"]})
            self.planned_day = None
            return SessionPostponed(**self._said())
        if at <= now:
            raise Invalid("The new time has to lie in the future.", {"at": [f"after {now.isoformat(timespec='seconds')}"]})
        if ends is None and self.ends is not None:
            ends = at + (self.ends - self.at)
        if ends is not None and ends <= at:
            raise Invalid("It ends after it begins.", {"ends": ["after the beginning"]})
        self.at, self.ends = at, ends
        self.state = SessionState.PLANNED
        if self.is_announced:
            self.state = SessionState.ANNOUNCED
            self._judge(self._late(kind, calendar, now), reason, (SessionRule.NOTICE,))
        self.settle(calendar)
        return SessionPostponed(**self._said())

    def cancel(self, reason: str) -> SessionMessage:
        """It will not be held."""
        self.state = advance_session(self.state, SessionMove.CANCEL)
        self.reason = reason
        return SessionCancelled(**self._said())

    def revive(self, details: Details) -> SessionMessage:
        """Plan it again that its plan had left out."""
        self.state, self.reason = SessionState.PLANNED, None
        self.take(details)
        return self.plan_message()

    def hold(self, came: Attendance, kind: SessionKind, calendar: Calendar, now: datetime, reason: str | None) -> SessionMessage:
        """Record that it took place and who was there; fewer than its kind asks for needs a reason."""
        self.state = advance_session(self.state, SessionMove.HOLD)
        day = partial(datetime.astimezone, tz=calendar.zone)
        if day(now).date() < day(self.at).date():
            raise Conflict(f"It is on {day(self.at):%Y-%m-%d}: it cannot have been held before. Postpone it to another time first.")
        broken = {}
        for rule, some, least in (
            (SessionRule.DEPUTIES, len(came.deputies), kind.least_deputies),
            (SessionRule.OFFICIALS, len(came.officials), kind.least_officials),
        ):
            if some < least:
                broken[rule] = f"at least {least} have to be there, and {some} came"
        self._judge(broken, reason, (SessionRule.DEPUTIES, SessionRule.OFFICIALS))
        self.deputies_present, self.officials, self.observers, self.visitors = (
            came.deputies,
            came.officials,
            came.observers,
            came.visitors,
        )
        self.held = now
        self.minutes_due = calendar.due(self.ends or self.at, kind.minutes).at if kind.minutes else None
        return SessionHeld(**self._said(), visitors=self.visitors, observers=self.observers, deputies_present=self.deputies_present)

    def write(self, minutes: str, now: datetime, reason: str | None) -> SessionMessage:
        """Enter its minutes, or put them right; too late needs a reason, once."""
        broken = {}
        if self.minutes_due is not None and self.owes_minutes(now):
            broken[SessionRule.MINUTES] = f"they were due on {self.minutes_due.isoformat(timespec='seconds')}"
        is_first = self.state is SessionState.HELD
        self.state = advance_session(self.state, SessionMove.MINUTES)
        if is_first:
            self._judge(broken, reason, (SessionRule.MINUTES,))
            self.minuted = now
        self.minutes = minutes
        return SessionMinuted(**self._said())

    def follow(self, unfinished: int, reason: str | None) -> SessionMessage:
        """Say that what came of it has ended; as long as something has not, that needs a reason."""
        self.state = advance_session(self.state, SessionMove.FOLLOW)
        self._judge({SessionRule.FOLLOWED: f"{unfinished} have not ended"} if unfinished else {}, reason, (SessionRule.FOLLOWED,))
        return SessionFollowed(**self._said())

    def evaluate(self, ratings: Ratings, kind: SessionKind) -> SessionMessage:
        """Record how those present rated it."""
        if not kind.evaluate:
            raise Conflict("Sessions of this kind are not rated.")
        self.state = advance_session(self.state, SessionMove.EVALUATE)
        there = Attendance(self.deputies_present, self.officials, self.observers, self.visitors).total
        if not 0 < ratings.total <= there:
            raise Invalid("Those who rate it were there.", {"satisfied": [f"1 to {there} in all, and not {ratings.total}"]})
        self.ratings = ratings
        counts = (ratings.satisfied, ratings.basically_satisfied, ratings.dissatisfied)
        return SessionEvaluated(**self._said(), satisfied=counts[0], basically_satisfied=counts[1], dissatisfied=counts[2])

    def close(self, kind: SessionKind, reason: str | None) -> SessionMessage:
        """End it; one that should have been rated and was not needs a reason."""
        missing = kind.evaluate and self.state is SessionState.FOLLOWED
        self.state = advance_session(self.state, SessionMove.CLOSE)
        self._judge({SessionRule.EVALUATION: "nobody has rated it"} if missing else {}, reason, (SessionRule.EVALUATION,))
        return SessionClosed(**self._said())

    def _late(self, kind: SessionKind, calendar: Calendar, now: datetime) -> Mapping[SessionRule, str]:
        if kind.notice is None or now <= (latest := latest_notice(calendar, self.at, kind.notice)):
            return {}
        return {SessionRule.NOTICE: f"{kind.notice} before: by {latest.isoformat(timespec='seconds')}"}

    def _judge(self, broken: Mapping[SessionRule, str], reason: str | None, judged: Sequence[SessionRule]) -> None:
        """Keep which of the rules just `judged` are broken; raises `Invalid` that names them where no reason is given."""
        if broken and not reason:
            told = [f"{rule}: {what}" for rule, what in broken.items()]
            raise Invalid("A session like this is irregular. Say why in 'reason', or meet the rule.", {"reason": told})
        kept = tuple(each for each in self.irregular if each.rule not in judged)
        self.irregular = (*kept, *(Broken(rule, reason or "") for rule in broken))

    def _said(self) -> dict[str, Any]:
        return {
            "session": self.id, "kind": self.kind, "title": self.title, "at": self.at, "state": str(self.state),
            "brand": self.brand, "station": self.station, "area": self.area, "theme": self.theme, "plan": self.plan,
            "ends": self.ends, "place": self.place, "slots": self.slots, "deputies": self.deputies,
            "departments": self.asked, "irregular": tuple(str(each.rule) for each in self.irregular),
        }  # fmt: skip

    @property
    def asked(self) -> tuple[str, ...]:
        """The departments that are asked to come, those of the heads among them."""
        return tuple(dict.fromkeys((*self.departments, *(each.department for each in self.officials))))


def latest_notice(calendar: Calendar, at: datetime, notice: Duration) -> datetime:
    """Until when a session has to be announced: seven days before is any time of that day."""
    first = calendar.before(at, notice)
    return first if notice.elapsed is not None else first + ONE_DAY - timedelta(seconds=1)
