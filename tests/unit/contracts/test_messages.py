"""Every message as it is on the wire: golden files that other people's programs are written against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from services.contracts.envelope import Event, decode, encode
from services.contracts.errors import Poison
from services.contracts.messages.accounts import DigestDue, LetterGathered, LetterLinked, NewsOfKind
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.codes import CodeIssued, CodeReplaced
from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.contracts.messages.constituency import DeputyChanged
from services.contracts.messages.duties import (
    DutyEnded,
    DutySet,
    LetterEntrusted,
    OpinionFedback,
    OpinionRelayed,
    OpinionTaken,
    ReminderGiven,
)
from services.contracts.messages.ledger import LedgerHeaded
from services.contracts.messages.merging import (
    AssignmentDetailed,
    AssignmentJoined,
    AssignmentParted,
    OpinionJoined,
    OpinionParted,
    OpinionUnmerged,
)
from services.contracts.messages.opinions import (
    LetterErased,
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionSubmitted,
    OpinionSupported,
    OpinionWithdrawn,
)
from services.contracts.messages.registry import MESSAGES
from services.contracts.messages.supervision import (
    CalendarChanged,
    CardIssued,
    LetterCancelled,
    LetterRequested,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    ReminderSent,
    SupervisionRaised,
    SupervisionResolved,
    SupervisionScheduled,
)
from services.contracts.messages.values import (
    CoOpinion,
    Message,
    Moved,
    OpinionText,
    Outcome,
    Promise,
    RaisedBy,
    Rating,
    ReplyItem,
    SpotAnswer,
    SpotPromise,
    Why,
)
from tests.unit.contracts.session_messages import session_examples

#: A name, an e-mail address and a telephone, as they travel.
SEALED = tuple(f"gAAAAABp{name}QhYx3kqW5nT0vZ2mJ8rLcE7uB1sD4fG6hK9pA_wXyNiOoRtSv" for name in ("name", "mail", "phone"))
GOLDEN = Path(__file__).parents[2] / "golden" / "messages"
OPINION, ASSIGNMENT = "0193a000-0000-7000-8000-000000000001", "0193a000-0000-7000-8000-000000000002"
OTHER = "0193a000-0000-7000-8000-000000000004"
BATCH = "0193a000-0000-7000-8000-000000000005"
NOW = datetime.fromisoformat("2026-11-23T09:30:00+08:00")
TOLD = datetime.fromisoformat("2026-03-05T08:00:00+08:00")
SIGN, REPLY, EVALUATE, DUE = (
    datetime.fromisoformat(f"{day}T23:59:59+08:00") for day in ("2026-11-24", "2026-11-30", "2026-12-28", "2027-03-31")
)
TEXT = OpinionText(OPINION, "路灯不亮", "三号楼前的路灯坏了两周。", "street-lights", "chengdong", "chengdong-1")
ADVICE = "请通过正在进行的法律程序主张权利；需要帮助可拨打 12348 公共法律服务热线。"
OWN: dict[str, Any] = {"assignment": ASSIGNMENT, "department": "city-management"}
LATE: dict[str, Any] = {**OWN, "of": "reply", "deadline": REPLY}
NEWS = (NewsOfKind("assigned", 2, (f"/desk/{ASSIGNMENT}",)), NewsOfKind("reminded", 1, (f"/cases/{OPINION}",)))
EXAMPLES: tuple[tuple[str, int, Message], ...] = (
    ("intake", 1, OpinionSubmitted(
        "qr", TEXT.title, TEXT.topic, TEXT.area, TEXT.station, TOLD, "household", "spring-2026", "wx-017", ("building",),
        OTHER, "reception", "社区照明",
    )),
    ("intake", 2, OpinionAccepted(
        TEXT, "web", "automatic", TEXT.topic,
        answer=SpotAnswer("本周先换灯具。", Outcome.PLANNED, SpotPromise("更换线缆", "照明科", DUE, "simple")), session=OTHER,
    )),
    ("intake", 2, OpinionReturned("是哪一盏灯？", TEXT.topic)),
    ("intake", 2, OpinionDeclined("litigation", ADVICE, TEXT.topic)),
    ("intake", 3, OpinionDetailed("三号楼东侧第二盏。", TEXT.topic)),
    ("intake", 3, OpinionMerged(OTHER, True, TEXT.topic)),
    ("intake", 3, OpinionWithdrawn(True, "已经自己解决。", TEXT.topic)),
    ("intake", 3, OpinionEvaluated(
        ASSIGNMENT, "city-management", Rating.BASICALLY_SATISFIED, Rating.SATISFIED, "修得快，灯还是暗。", TEXT.topic,
    )),
    ("routing", 1, AssignmentCreated(
        ASSIGNMENT, TEXT, "city-management", "lead", "simple", {"sign": SIGN, "object": REPLY, "contact": SIGN, "reply": REPLY},
        Why("keywords: 路灯", 0.93),
    )),
    ("routing", 2, AssignmentSigned(**OWN, deadline=SIGN, on_time=True)),
    ("routing", 3, AssignmentProgressed(**OWN, content="已派人查看，等配件。")),
    ("routing", 3, AssignmentObjected(**OWN, reason="路灯归供电公司管。", proposed="power")),
    ("routing", 4, AssignmentRuled(**OWN, about="objection", granted=True, reason="产权在供电公司。")),
    ("routing", 5, AssignmentReassigned(**OWN, to="power", reason="产权在供电公司。")),
    ("routing", 3, AssignmentAsked(**OWN, until=EVALUATE, reason="等配件。")),
    ("routing", 5, AssignmentExtended(**OWN, original=REPLY, deadlines={"reply": EVALUATE}, reason="等配件。")),
    ("routing", 3, AssignmentPaused(**OWN, reason="请说明是哪一盏灯。", until=EVALUATE)),
    ("routing", 4, AssignmentResumed(**OWN, deadlines={"contact": REPLY, "reply": EVALUATE}, details="三号楼东侧第二盏。")),
    ("routing", 4, AssignmentCancelled(**OWN, why="merged", into=OTHER)),
    ("routing", 4, AssignmentAdvised(
        ASSIGNMENT, "power", "city-management", "co_handler", "线路由我们检修，本周可以停电。", REPLY, True,
    )),
    ("routing", 4, AssignmentDrafted(**OWN)),
    ("routing", 5, AssignmentAmended(**OWN, reason="请写明完工日期。")),
    ("routing", 4, AssignmentReplied(
        **OWN, content="本周换了灯具，明年换线缆。", outcome=Outcome.PLANNED, deadline=REPLY, on_time=True, evaluate_by=EVALUATE,
        promise=Promise("更换线缆", DUE, "照明科"),
        items=(
            ReplyItem("换灯", "已换。", Outcome.SOLVED),
            ReplyItem("换线缆", "列入明年计划。", Outcome.PLANNED, Promise("更换线缆", DUE)),
        ),
        co_opinions=(CoOpinion("power", "线路由我们检修，本周可以停电。"),),
    )),
    ("routing", 6, AssignmentReopened(**OWN, round=2, deadlines={"reply": EVALUATE}, reason="第二天又灭了。")),
    ("routing", 8, AssignmentConcluded(**OWN, outcome=Outcome.PLANNED, on_time=True, rated=True)),
    ("routing", 9, AssignmentMarked(**OWN, key=True, leader="王主任", reason="列入重点督办。")),
    ("routing", 9, AssignmentRaised(**OWN, level="city", reason=RaisedBy.REWORKS.reason(3))),
    ("routing", 9, AssignmentRechecked(**OWN, held=False, note="灯又灭了。")),
    ("routing", 9, AssignmentRescheduled(**OWN, deadlines={"reply": EVALUATE}, provisional=False, reason="2026-11-27")),
    ("routing", 5, PromiseMade(**OWN, what="更换线缆", due=DUE, who="照明科", promise=OTHER)),
    ("routing", 9, PromiseKept(
        **OWN, promise=OTHER, what="更换线缆", evidence="验收单第 12 号。", due=DUE, on_time=True, evaluate_by=DUE,
    )),
    ("routing", 9, PromiseBroken(**OWN, promise=OTHER, what="更换线缆", due=DUE)),
    ("notify", 1, ReminderSent(**LATE, rung="half-time")),
    ("notify", 2, CardIssued(**LATE, rung="red", card="red")),
    ("notify", 3, SupervisionRaised(**LATE, rung="by_hand", supervision=OTHER, reason="群众反映强烈。")),
    ("notify", 4, SupervisionScheduled(**OWN, supervision=OTHER, meeting=OPINION, title="十二月督政议事会", at=EVALUATE)),
    ("notify", 5, SupervisionResolved(
        **OWN, supervision=OTHER, result="promise", note="局长到会说明。", meeting=OPINION, promise=Promise("年内换完", DUE),
    )),
    ("routing", 0, CalendarChanged(
        "city-management", "2026-11-27", (Moved(ASSIGNMENT, OPINION, "reply", REPLY, EVALUATE),),
    )),
    ("intake", 4, LetterRequested(
        "replied", "8M3XK-2QZ7T-9W4C", TEXT.title, {"department": "县城市管理综合执法局"}, *SEALED,
    )),
    ("routing", 0, CommandAccepted(
        "0193a000-0000-7000-8000-000000000003", "sign", "city-management", "The command was carried out.",
        "命令已办理。当前状态：signed；现在可以：object、extend、pause、progress、reply。", "accepted", ASSIGNMENT, "signed",
        ("object", "extend", "pause", "progress", "reply"),
    )),
    ("routing", 0, CommandRejected(
        "0193a000-0000-7000-8000-000000000003", "reply", "city-management", "Correct the fields named in 'errors' and send again.",
        {"outcome": ("Must be one of: solved, in_progress, planned, deferred, reference, declined.",)}, "invalid", ASSIGNMENT,
        "signed", ("object", "extend", "pause", "progress", "reply"),
        "有字段不符合要求，详见 errors。请修正后重新发送。字段：outcome。"
        "当前状态：signed；现在可以：object、extend、pause、progress、reply。",
    )),
    ("intake", 0, LetterCancelled(("8M3XK-2QZ7T-9W4C", "2QZ7T-8M3XK-4C9W"))),
    ("intake", 4, OpinionJoined(replace(TEXT, id=OTHER), TEXT.topic)),
    ("intake", 4, OpinionUnmerged(OTHER, TEXT.topic)),
    ("intake", 5, OpinionParted(OTHER, TEXT.topic)),
    ("routing", 4, AssignmentJoined(**OWN, opinion=replace(TEXT, id=OTHER))),
    ("routing", 5, AssignmentParted(**OWN, opinion=OTHER)),
    ("routing", 5, AssignmentDetailed(**OWN, content="三号楼东侧也是。", merged=OTHER)),
    ("metrics", 0, LedgerHeaded(118, "5f" * 32, NOW, "0a1b2c3d4e5f6071", "c3" * 64)),
    ("intake", 0, LetterLinked("invitation", "gAAAA-name", "gAAAA-link", "gAAAA-mail")),
    ("intake", 0, LetterErased(OpinionText(OPINION, "内容已删除", "依申请删除。", "street-lights"))),
    ("intake", 3, OpinionRelayed(2, "deputy", "cd-017", None, True, TEXT.topic)),
    ("intake", 4, OpinionTaken("cd-017", True, TEXT.topic)),
    ("intake", 9, OpinionFedback("cd-017", "visit", True, TEXT.topic)),
    ("intake", 3, DutySet(OTHER, "take", "deputy", TEXT.title, SIGN, "cd-017")),
    ("intake", 4, DutyEnded(OTHER, "take", True)),
    ("notify", 1, ReminderGiven(OTHER, "take", "deputy", "take-late", SIGN, "cd-017")),
    ("intake", 0, LetterEntrusted(
        "to_take", "gAAAA-name", TEXT.title, {"due": SIGN.isoformat()}, "https://example.org/entrusted", "gAAAA-mail",
    )),
    ("intake", 1, CodeIssued(BATCH, "household", 600, "chengdong", "chengdong-1")),
    ("intake", 2, CodeReplaced(BATCH, "household", "chengdong", "chengdong-1")),
    ("intake", 1, DeputyChanged(
        "wx-017", "周敏", "county", "第十七届", "active", ("chengdong",), ("chengdong",), ("building",),
    )),
    ("intake", 6, OpinionSupported(12, "given", "city-management", TEXT.topic)),
    *session_examples(OPINION, OTHER, EVALUATE),
    ("notify", 0, DigestDue(("email", "chat"), "zh", NEWS)),
    ("intake", 0, LetterGathered("digest", "gAAAA-name", "zh", NEWS, "https://example.org", "gAAAA-mail", "gAAAA-chat")),
)  # fmt: skip


def events() -> Iterator[Event]:
    """An event for each example, a minute after the other."""
    for number, (service, sequence, data) in enumerate(EXAMPLES, 1):
        subject = OPINION if sequence else "-"
        yield Event(
            f"0193a000-0000-7000-9000-{number:012}", f"/{service}", subject, NOW + timedelta(minutes=number), sequence, data
        )


every_event = pytest.mark.parametrize("event", list(events()), ids=lambda event: event.type)


def test_there_is_one_example_for_each_message() -> None:
    assert [type(data) for _, _, data in EXAMPLES] == list(MESSAGES)


@every_event
def test_a_message_looks_on_the_wire_as_its_golden_file_says(event: Event, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{event.type}.json"
    sent = orjson.loads(encode(event))
    if request.config.getoption("golden"):
        path.write_bytes(orjson.dumps(sent, option=orjson.OPT_INDENT_2) + b"\n")
    assert orjson.loads(path.read_bytes()) == sent
    assert list(orjson.loads(path.read_bytes())) == list(sent)


@every_event
def test_a_message_is_read_back_as_it_was_written(event: Event) -> None:
    assert decode(encode(event)) == event


@every_event
def test_a_message_with_an_unknown_field_is_poison(event: Event) -> None:
    body = orjson.loads(encode(event))
    body["data"]["surprise"] = 1
    with pytest.raises(Poison, match="surprise"):
        decode(orjson.dumps(body))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "opinion.sung"}, "unknown type"),
        ({"dataschema": "/schemas/opinion.submitted/2"}, "unknown version"),
        ({"data": {"channel": "web"}}, "title"),
        ({"time": "yesterday"}, "not an event of ours: .*time"),
        ({"sequence": "many"}, "not an event of ours: .*sequence"),
    ],
)
def test_what_is_no_message_of_ours_is_poison(change: dict[str, Any], reason: str) -> None:
    body = orjson.loads(encode(next(events()))) | change
    with pytest.raises(Poison, match=reason):
        decode(orjson.dumps(body))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"{}"])
def test_what_is_no_object_is_poison(body: bytes) -> None:
    with pytest.raises(Poison):
        decode(body)


def test_an_absent_field_takes_its_default_so_that_older_senders_are_understood() -> None:
    first = next(events())
    body = orjson.loads(encode(first))
    for name in set(body["data"]) - {"channel", "title"}:
        del body["data"][name]
    expected = OpinionSubmitted("qr", TEXT.title)
    assert decode(orjson.dumps(body)) == replace(first, data=expected)
