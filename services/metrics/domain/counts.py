"""What is counted: one row each, with its condition as data, so that the store can ask for it as of any instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Kept = Literal["case", "round", "reminder", "promise"]
DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "department": ("承办单位", "department"),
    "topic": ("主题", "topic"),
    "area": ("区域", "area"),
    "channel": ("渠道", "channel"),
    "station": ("代表联络站", "station"),
    "month": ("月份", "month"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: opinions submitted from `since` and before `until`, grouped `by` dimensions, as of the instant `at`."""

    by: tuple[str, ...]
    at: datetime
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """The instant in `column` is known and not after the instant asked about."""

    column: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """The instant in `column` is unknown, or after the instant asked about."""

    column: str


@dataclass(frozen=True, slots=True)
class Passed:
    """The deadline in `column`, which is the last second in time, lies before the instant asked about."""

    column: str


@dataclass(frozen=True, slots=True)
class Is:
    """`column` has one of `values`."""

    column: str
    values: tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class Above:
    """The number in `column` is greater than `limit`."""

    column: str
    limit: int


Condition: TypeAlias = Happened | NotYet | Passed | Is | Above


@dataclass(frozen=True, slots=True)
class Count:
    """A number that is published. It counts rows of `of` that meet all `conditions`."""

    name: str
    zh: str
    en: str
    of: Kept
    conditions: tuple[Condition, ...]


# A reopened assignment has a row for each round; the current one says how it stands, the first one how it began.
CURRENT = NotYet("superseded_at")
LEAD = Is("role", ("lead",))
FIRST = Is("round", (1,))
LED = (LEAD, CURRENT)
REPLIED = (*LED, Happened("replied_at"))
OPEN = (*LED, NotYet("replied_at"))
SIGNED = (FIRST, Happened("signed_at"))
CONCLUDED = (*LED, Happened("concluded_at"))
# A dissatisfied evaluation stands until the reworked reply is evaluated; it does not vanish when the case is reopened.
STANDING = (LEAD, Happened("evaluated_at"), NotYet("reevaluated_at"))
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "solved": ("已解决", "solved"),
    "in_progress": ("正在解决", "in progress"),
    "planned": ("列入计划", "planned"),
    "deferred": ("暂缓", "deferred"),
    "reference": ("留作参考", "for reference"),
    "declined": ("不予采纳", "declined"),
}
RATINGS: Mapping[str, tuple[str, str]] = {
    "satisfied": ("满意", "satisfied"),
    "basically_satisfied": ("基本满意", "basically satisfied"),
    "dissatisfied": ("不满意", "dissatisfied"),
}
ASPECTS: Mapping[str, tuple[str, str]] = {"result": ("结果", "result"), "process": ("过程", "process")}

COUNTS: tuple[Count, ...] = (
    Count("submitted", "提出", "submitted", "case", (Happened("submitted_at"),)),
    Count("accepted", "受理", "accepted", "case", (Happened("reviewed_at"), Is("decision", ("automatic", "reviewer")))),
    Count("declined", "不予受理", "declined at review", "case", (Happened("reviewed_at"), Is("decision", ("declined",)))),
    Count("assigned", "主办", "assigned as lead", "round", LED),
    Count("co_assigned", "协办", "assigned as co-handler", "round", (CURRENT, Is("role", ("co_handler",)))),
    Count("signed", "已签收", "signed", "round", SIGNED),
    Count("signed_in_time", "按时签收", "signed in time", "round", (*SIGNED, Is("signed_in_time", (True,)))),
    Count("sign_missed", "逾期未签收", "not signed, limit passed", "round", (FIRST, NotYet("signed_at"), Passed("sign_by"))),
    Count("replied", "已答复", "replied", "round", REPLIED),
    Count("replied_in_time", "按期答复", "replied in time", "round", (*REPLIED, Is("replied_in_time", (True,)))),
    Count("open", "在办", "open", "round", OPEN),
    Count("overdue", "逾期未答复", "open and overdue", "round", (*OPEN, Passed("reply_by"))),
    Count("concluded", "已办结", "concluded", "round", CONCLUDED),
    *(
        Count(f"concluded_{code}", f"办结：{zh}", f"concluded: {en}", "round", (*CONCLUDED, Is("outcome", (code,))))
        for code, (zh, en) in OUTCOMES.items()
    ),
    Count("rated", "办结且已测评", "concluded and rated", "round", (*CONCLUDED, Is("rated", (True,)))),
    Count("reworked", "办结且重办过", "concluded after rework", "round", (*CONCLUDED, Above("round", 1))),
    *(
        Count(f"{aspect}_{code}", f"{zh_aspect}{zh}", f"{en_aspect}: {en}", "round", (*STANDING, Is(aspect, (code,))))
        for aspect, (zh_aspect, en_aspect) in ASPECTS.items()
        for code, (zh, en) in RATINGS.items()
    ),
    Count("reminded", "催办次数", "rungs of the ladder fired", "reminder", (Happened("sent_at"),)),
    Count("promised", "承诺", "promises made", "promise", (Happened("made_at"),)),
    Count("promises_due", "到期承诺", "promises due", "promise", (Happened("made_at"), Passed("due"))),
)
COUNTS_BY_NAME: Mapping[str, Count] = {count.name: count for count in COUNTS}
#: A row counts from this instant on; before it, it is not there.
BEGINS: Mapping[Kept, str | None] = {"case": None, "round": "opened_at", "reminder": "sent_at", "promise": "made_at"}
