"""What is counted: one row each, with its condition as data, so that the store can ask for it as of any instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.contracts.words.vocabulary import ASPECTS, CARDS, CAUSES, OUTCOMES, RATINGS, RESULTS

Kept = Literal["case", "round", "deadline", "mark", "rating", "promise", "duty", "reminder", "move"]
DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "department": ("承办单位", "department"),
    "topic": ("主题", "topic"),
    "area": ("区域", "area"),
    "channel": ("渠道", "channel"),
    "station": ("代表联络站", "station"),
    "code_kind": ("二维码类别", "kind of code"),
    "campaign": ("主题征集", "campaign"),
    "session": ("活动场次", "session"),
    "session_kind": ("活动类别", "kind of session"),
    "theme": ("议题", "theme"),
    "deputy": ("人大代表", "deputy"),
    "group": ("代表小组", "group of deputies"),
    "level": ("级别", "level"),
    "key": ("重点督办", "key supervision"),
    "leader": ("领办领导", "leader"),
    "month": ("月份", "month"),
}
#: Where the value of each dimension is kept. What a case is said to be is true for a time; as of an instant, what was true then.
COLUMNS: Mapping[str, str] = {**{name: name for name in DIMENSIONS}, "key": "key_case", "group": "deputy_groups"}
#: Between the groups of a deputy who belongs to several.
JOINT = ","


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: opinions submitted from `since` and before `until`, grouped `by` dimensions.

    `at` is the instant as of which is asked, if one was named. Only those through a `deputy` or a `group` of deputies count where
    one is named.
    """

    by: tuple[str, ...]
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    deputy: str | None = None
    group: str | None = None

    @property
    def dimensions(self) -> frozenset[str]:
        """All that has to be known of an opinion to tell whether and where it counts, but for when it was submitted."""
        return frozenset(self.by) | {name for name in ("deputy", "group") if getattr(self, name) is not None}

    def has(self, deputy: str | None, groups: str | None) -> bool:
        """Whether what came through a deputy of these groups counts."""
        return self.deputy in (None, deputy) and (self.group is None or self.group in (groups or "").split(JOINT))


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
CO_HANDLER = Is("role", ("co_handler",))
SEPARATE = Is("role", ("separate",))
FIRST = Is("round", (1,))
LED = (LEAD, CURRENT)
# Not taken from its department by a ruling, a withdrawal or a merger.
STANDS = NotYet("ended_at")
REPLIED = (*LED, Happened("replied_at"))
OPEN = (*LED, STANDS, NotYet("replied_at"))
# An assignment counts once, however often its department objected and whatever the round.
OBJECTED = (LEAD, FIRST, Happened("objected_at"))
SIGNED = (LEAD, FIRST, Happened("signed_at"))
CONTACTED = (LEAD, FIRST, Happened("contacted_at"))
ADVISED = (CO_HANDLER, Happened("advised_at"))
ANSWERED = (SEPARATE, Happened("advised_at"))
REOPENED = (LEAD, Above("round", 1))
CONCLUDED = (*LED, Happened("concluded_at"))
# The deadline was in force, and it has passed.
MISSED = (NotYet("lifted_at"), Passed("due"))
RELAY, TAKE, FEEDBACK = (Is("of", (duty,)) for duty in ("relay", "take", "feedback"))
DONE = Happened("done_at")
DONE_IN_TIME = (DONE, Is("done_in_time", (True,)))
KEPT_IN_TIME = (Happened("kept_at"), Is("kept_in_time", (True,)))
KEPT_LATE = (Happened("kept_at"), Is("kept_in_time", (False,)))

#: What the ladder and the congress did about a case: by the word under which it is kept, what it is called as a count.
SANCTIONS: Mapping[str, tuple[str, str, str]] = {
    **{f"{code}_card": (f"{code}_cards", card.zh, f"{card.en}s") for code, card in CARDS.items()},
    "supervision": ("supervisions", "督办", "supervisions"),
    "summons": ("summonses", "约见", "summonses"),
    "criticism": ("criticisms", RESULTS["criticism"].zh, "criticisms"),
}

COUNTS: tuple[Count, ...] = (
    Count("submitted", "提交", "submitted", "case", (Happened("recorded_at"),)),
    Count("accepted", "受理", "accepted", "case", (Happened("reviewed_at"), Is("decision", ("automatic", "reviewer")))),
    Count("declined", "不予受理", "declined at review", "case", (Happened("reviewed_at"), Is("decision", ("declined",)))),
    Count("returned", "退回补充", "returned for detail", "case", (Happened("returned_at"),)),
    Count("detailed", "已补充", "detailed by the submitter", "case", (Happened("detailed_at"),)),
    Count("merged", "并案", "merged into another", "case", (Happened("merged_at"),)),
    Count("withdrawn", "撤回", "withdrawn", "case", (Happened("withdrawn_at"),)),
    Count("taken", "代表认领", "taken up by a deputy", "case", (Happened("taken_at"),)),
    Count("fed_back", "代表已反馈", "fed back to the voter by a deputy", "case", (Happened("fed_back_at"),)),
    Count("relays", "转递确认次数", "hops of a relay confirmed", "duty", (RELAY, DONE)),
    Count("relays_in_time", "按时转递确认", "hops confirmed in time", "duty", (RELAY, *DONE_IN_TIME)),
    Count("relay_missed", "逾期未确认的转递", "hops not confirmed, limit passed", "duty", (RELAY, *MISSED)),
    Count("takings", "代表认领次数", "times a deputy took an opinion up", "duty", (TAKE, DONE)),
    Count("takings_in_time", "按时认领", "taken up in time", "duty", (TAKE, *DONE_IN_TIME)),
    Count("take_missed", "逾期未认领", "not taken up, limit passed", "duty", (TAKE, *MISSED)),
    Count("feedbacks", "代表反馈次数", "times a deputy fed back", "duty", (FEEDBACK, DONE)),
    Count("feedbacks_in_time", "按时反馈", "fed back in time", "duty", (FEEDBACK, *DONE_IN_TIME)),
    Count("feedback_missed", "逾期未反馈", "not fed back, limit passed", "duty", (FEEDBACK, *MISSED)),
    Count("supported", "附议人次", "supports given", "move", (Is("move", ("supported",)),)),
    Count("support_withdrawn", "撤回的附议", "supports withdrawn", "move", (Is("move", ("support_withdrawn",)),)),
    Count("handed_out", "交办（含退办、撤回、并案）", "assignments ever made", "round", (LEAD, FIRST)),
    Count("assigned", "主办", "assigned as lead", "round", (*LED, STANDS)),
    Count("key", "重点督办", "under key supervision", "mark", (NotYet("until"), Is("key", (True,)))),
    Count("led", "领导领办", "led by a named leader", "mark", (NotYet("until"), Is("led", (True,)))),
    Count("raised", "提级次数", "raised to the next level", "move", (Is("move", ("raised",)),)),
    Count("co_handed_out", "协办交办（含退办、撤回、并案）", "assignments ever made to co-handlers", "round", (CO_HANDLER, FIRST)),
    Count("co_assigned", "协办", "assigned as co-handler", "round", (CURRENT, STANDS, CO_HANDLER)),
    Count("advised", "协办意见", "co-opinions given", "round", ADVISED),
    Count("advised_in_time", "按期协办意见", "co-opinions given in time", "round", (*ADVISED, Is("advised_in_time", (True,)))),
    Count("co_released", "未提意见即答复的协办", "answered without the co-handler", "round", (CO_HANDLER, Happened("released_at"))),
    Count("co_overdue", "逾期未提的协办意见", "co-opinions overdue", "deadline", (CO_HANDLER, *MISSED)),
    Count(
        "separate_handed_out", "分别办理交办（含退办、撤回、并案）", "assignments ever made for a separate answer", "round",
        (SEPARATE, FIRST),
    ),
    Count("separate_assigned", "分别办理", "assigned for a separate answer", "round", (CURRENT, STANDS, SEPARATE)),
    Count("separate_answered", "分别办理已答复", "answered separately", "round", ANSWERED),
    Count(
        "separate_answered_in_time", "分别办理按期答复", "answered separately in time", "round",
        (*ANSWERED, Is("advised_in_time", (True,))),
    ),
    Count("separate_overdue", "分别办理逾期未答复", "separate answers overdue", "deadline", (SEPARATE, *MISSED)),
    Count("objected", "退办申请", "objected to", "round", OBJECTED),
    Count("objections_upheld", "退办采纳", "objections upheld", "round", (*OBJECTED, Happened("upheld_at"))),
    Count("objections_denied", "退办驳回", "objections denied", "round", (*OBJECTED, Happened("denied_at"))),
    Count("extended", "延期次数", "extensions granted", "deadline", (LEAD, Is("kind", ("reply",)), Is("set_by", ("extended",)))),
    Count(
        "rescheduled", "随日历变动的期限", "deadlines moved by the calendar", "deadline",
        (LEAD, Is("kind", ("reply",)), Is("set_by", ("rescheduled",))),
    ),
    Count("signed", "已签收", "signed", "round", SIGNED),
    Count("signed_in_time", "按时签收", "signed in time", "round", (*SIGNED, Is("signed_in_time", (True,)))),
    Count("sign_missed", "逾期未签收", "not signed, limit passed", "deadline", (LEAD, Is("kind", ("sign",)), *MISSED)),
    Count("contacted", "已联系提出人", "submitter contacted", "round", CONTACTED),
    Count("contacted_in_time", "按时联系", "submitter contacted in time", "round", (*CONTACTED, Is("contacted_in_time", (True,)))),
    Count("contact_missed", "逾期未联系", "not contacted, limit passed", "deadline", (LEAD, Is("kind", ("contact",)), *MISSED)),
    Count("drafted", "送审稿次数", "replies drafted for the head", "move", (Is("move", ("drafted",)),)),
    Count("amended", "送审退改次数", "drafts sent back by the head", "move", (Is("move", ("amended",)),)),
    Count("replies", "答复次数", "replies ever given, one for each round", "round", (LEAD, Happened("replied_at"))),
    Count("replied", "已答复", "replied", "round", REPLIED),
    Count("replied_in_time", "按期答复", "replied in time", "round", (*REPLIED, Is("replied_in_time", (True,)))),
    Count("open", "在办", "open", "round", OPEN),
    Count("overdue", "逾期未答复", "open and overdue", "deadline", (LEAD, Is("kind", ("reply",)), *MISSED)),
    Count("conclusions", "办结次数", "times concluded, reopened later or not", "round", (LEAD, Happened("concluded_at"))),
    Count("concluded", "已办结", "concluded", "round", CONCLUDED),
    *(
        Count(f"concluded_{code}", f"办结：{zh}", f"concluded: {en.lower()}", "round", (*CONCLUDED, Is("outcome", (code,))))
        for code, (zh, en) in OUTCOMES.items()
    ),
    Count("rated", "办结且已测评", "concluded and rated", "round", (*CONCLUDED, Happened("evaluated_at"))),
    Count("reworked", "办结且重办过", "concluded after rework", "round", (*CONCLUDED, Above("round", 1))),
    Count("reopened", "重办次数", "reopened", "round", REOPENED),
    *(
        Count(f"reopened_{code}", f"重办：{zh}", f"reopened: {en}", "round", (*REOPENED, Is("cause", (code,))))
        for code, (zh, en) in CAUSES.items()
    ),
    Count("evaluations", "测评次数", "ratings given, revisions included", "rating", (Happened("given_at"),)),
    *(
        Count(
            f"{aspect}_{code}", f"{zh_aspect}{zh}", f"{en_aspect}: {en.lower()}", "rating",
            (NotYet("replaced_at"), Is(f"standing_{aspect}", (code,))),
        )
        for aspect, (zh_aspect, en_aspect) in ASPECTS.items()
        for code, (zh, en) in RATINGS.items()
    ),
    *(
        Count(
            f"first_{aspect}_{code}", f"首次测评：{zh_aspect}{zh}", f"first rating of the case, {en_aspect}: {en.lower()}",
            "rating",
            (Is("is_first", (True,)), Is(aspect, (code,))),
        )
        for aspect, (zh_aspect, en_aspect) in ASPECTS.items()
        for code, (zh, en) in RATINGS.items()
    ),
    Count("rechecked", "回头看", "looked at again", "move", (Is("move", ("rechecked",)),)),
    Count("rechecked_held", "回头看合格", "held when looked at again", "move", (Is("move", ("rechecked",)), Is("held", (True,)))),
    Count("reminded", "催办次数", "rungs of the ladder fired", "reminder", (Happened("sent_at"),)),
    *(Count(name, zh, en, "move", (Is("move", (move,)),)) for move, (name, zh, en) in SANCTIONS.items()),
    Count("promised", "承诺", "promises made", "promise", (Happened("made_at"),)),
    Count("promises_kept", "按期兑现的承诺", "promises kept in time", "promise", KEPT_IN_TIME),
    Count("promises_kept_late", "逾期兑现的承诺", "promises kept late", "promise", KEPT_LATE),
    Count("promises_broken", "到期未兑现的承诺", "promises broken, kept late or not", "promise", (Happened("broken_at"),)),
    Count("promises_due", "到期承诺", "promises due", "promise", (Passed("due"),)),
    Count("promises_due_kept", "到期承诺中按期兑现的", "promises due and kept in time", "promise", (Passed("due"), *KEPT_IN_TIME)),
)  # fmt: skip
COUNTS_BY_NAME: Mapping[str, Count] = {count.name: count for count in COUNTS}
#: A row counts from this instant on; before it, it is not there.
BEGINS: Mapping[Kept, str | None] = {
    "case": None, "round": "recorded_at", "deadline": "set_at", "mark": "since", "rating": "given_at", "promise": "made_at",
    "duty": "set_at", "reminder": "sent_at", "move": "at",
}  # fmt: skip
