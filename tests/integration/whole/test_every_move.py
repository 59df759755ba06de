"""Random interleavings of all moves by all roles, over HTTP and AMQP, with messages doubled and in any order.

Whatever happens: no state that the tables do not have, no assignment lost or doubled, timelines complete, numbers the same
when everything is told again.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from services.contracts.envelope import Event, encode
from services.contracts.lifecycle import Move, State
from services.contracts.topology import EVENTS
from services.runtime.broker import Outgoing
from services.runtime.clock import ZONE, FixedClock
from tests.integration.whole.county import County
from tests.integration.whole.walker import Told, Walker

TOWN = Path(__file__).parent / "town.yml"
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
#: A topic of one department, one with a co-handler, one whose department's head approves.
TOPICS = ("street-lights", "drains", "school-fees", "urban-construction")
MOST = 4
WAYS = st.sampled_from(("http", "amqp", "amqp twice"))
BODIES = {
    "progress": {"content": "在办。", "contact": "phone"},
    "pause": {"reason": "等说明。"},
    "keep": {"evidence": "照片。"},
    "reply": {"content": "协办意见。"},
    "object": {"reason": "非本局职责。", "department": "land"},
}
which = st.integers(0, MOST - 1)
#: What intake has decided, and routing may have been faster.
TAKEN_BACK = {State.WITHDRAWN, State.MERGED}


class EveryMove(RuleBasedStateMachine):
    """One county; each rule is one move of somebody, or messages on their way, or time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="huiying-moves-"))
        self.county = County(self.folder, TOWN, FixedClock(START), random.Random(7))
        self.walker = Walker(self.county)

    def pick(self, number: int) -> Told:
        """One of the opinions there are."""
        return self.walker.told[number % len(self.walker.told)]

    @precondition(lambda self: len(self.walker.told) < MOST)
    @rule(topic=st.sampled_from(TOPICS), channel=st.sampled_from(("web", "campaign")))
    def submit(self, topic: str, channel: str) -> None:
        self.walker.submit(topic, channel)

    @rule()
    def carry_messages(self) -> None:
        self.county.pump()

    @precondition(lambda self: self.walker.told)
    @rule(number=which, move=st.sampled_from((Move.ACCEPT, Move.RETURN, Move.DECLINE)))
    def review(self, number: int, move: Move) -> None:
        bodies = {Move.ACCEPT: {}, Move.RETURN: {"question": "在哪里？"}, Move.DECLINE: {"reason": "unclear"}}
        self.walker.office(self.pick(number), move, bodies[move])

    @precondition(lambda self: len(self.walker.told) > 1)
    @rule(number=which, other=which)
    def merge(self, number: int, other: int) -> None:
        self.walker.office(self.pick(number), Move.MERGE, {"into": self.pick(other).opinion})

    @precondition(lambda self: self.walker.told)
    @rule(number=which)
    def tell_more(self, number: int) -> None:
        self.walker.submitter(self.pick(number), Move.COMPLETE, "details", {"content": "在东门。"})

    @precondition(lambda self: self.walker.told)
    @rule(number=which)
    def withdraw(self, number: int) -> None:
        self.walker.submitter(self.pick(number), Move.WITHDRAW, "withdrawal", {})

    @precondition(lambda self: self.walker.told)
    @rule(number=which, result=st.sampled_from(("satisfied", "basically_satisfied", "dissatisfied")))
    def evaluate(self, number: int, result: str) -> None:
        told = self.pick(number)
        if self.walker.state(told) not in TAKEN_BACK:
            self.walker.submitter(told, Move.EVALUATE, "evaluation", {"result": result, "process": result, "comment": "说明。"})

    @precondition(lambda self: self.walker.told)
    @rule(number=which, verb=st.sampled_from(("sign", "progress", "pause", "resume", "keep")), way=WAYS)
    def handle(self, number: int, verb: str, way: str) -> None:
        bodies = {
            "progress": {"content": "在办。", "contact": "phone"},
            "pause": {"reason": "等说明。"},
            "keep": {"evidence": "照片。"},
        }
        self.walker.department(self.pick(number), Move(verb), verb, bodies.get(verb, {}), way)

    @precondition(lambda self: self.walker.told)
    @rule(number=which, outcome=st.sampled_from(("solved", "planned", "declined")), way=WAYS)
    def reply(self, number: int, outcome: str, way: str) -> None:
        body: dict[str, object] = {"content": "答复如下。", "outcome": outcome}
        if outcome == "planned":
            due = self.county.clock.now() + timedelta(days=15)
            body["promise"] = {"what": "完工", "due": due.isoformat()}
        self.walker.department(self.pick(number), Move.REPLY, "reply", body, way)

    @precondition(lambda self: self.walker.told)
    @rule(number=which, way=WAYS)
    def object_(self, number: int, way: str) -> None:
        self.walker.department(self.pick(number), Move.OBJECT, "object", BODIES["object"], way)

    @precondition(lambda self: self.walker.told)
    @rule(number=which, days=st.integers(1, 40), way=WAYS)
    def extend(self, number: int, days: int, way: str) -> None:
        until = (self.county.clock.now() + timedelta(days=days)).isoformat()
        self.walker.department(self.pick(number), Move.EXTEND, "extend", {"until": until, "reason": "材料未到。"}, way)

    @precondition(lambda self: self.walker.told)
    @rule(number=which, granted=st.booleans(), about=st.sampled_from(("objection", "extension")))
    def rule_on(self, number: int, granted: bool, about: str) -> None:
        moves = {("objection", True): Move.UPHOLD, ("objection", False): Move.DENY, ("extension", True): Move.GRANT}
        body = {"about": about, "granted": granted, "reason": "依职责清单。"}
        self.walker.staff(self.pick(number), moves.get((about, granted), Move.REFUSE), "rule", body, "supervisor")

    @precondition(lambda self: self.walker.told)
    @rule(number=which, move=st.sampled_from((Move.APPROVE, Move.AMEND)))
    def lead_the_department(self, number: int, move: Move) -> None:
        self.walker.staff(self.pick(number), move, str(move), {"reason": "写明日期。"} if move is Move.AMEND else {}, "head")

    @precondition(lambda self: self.walker.told)
    @rule(number=which, move=st.sampled_from((Move.MARK, Move.RAISE)))
    def supervise(self, number: int, move: Move) -> None:
        body: dict[str, object] = {"reason": "人大常委会决定。"}
        self.walker.staff(self.pick(number), move, str(move), body | ({"key": True} if move is Move.MARK else {}), "supervisor")

    @precondition(lambda self: self.walker.told)
    @rule(number=which, verb=st.sampled_from(("sign", "progress", "reply", "object")), way=WAYS)
    def help_out(self, number: int, verb: str, way: str) -> None:
        bodies = {
            "progress": {"content": "在看。"},
            "reply": {"content": "协办意见。"},
            "object": {"reason": "无关。", "department": "land"},
        }
        self.walker.helper(self.pick(number), verb, bodies.get(verb, {}), way)

    @rule(days=st.sampled_from((1, 3, 20, 45)))
    def pass_time(self, days: int) -> None:
        self.walker.pass_time(days)

    @rule(seed=st.integers(0, 1000))
    def look_back(self, seed: int) -> None:
        concluded = [row for told in self.walker.told if (row := self.walker.lead(told)) and row["state"] == "concluded"]
        if not concluded:
            return
        row = concluded[seed % len(concluded)]
        status, drawn = self.county.post("/lookbacks", {"assignments": [row["id"]]}, "supervisor")
        assert status == 201, drawn
        check = {"assignment": row["id"], "held": seed % 2 == 0, "note": "现场查看。"}
        status, answer = self.county.post(f"/lookbacks/{drawn['id']}/checks", check, "supervisor")
        assert status in (200, 201), answer
        after = self.county.get(f"/assignments/{row['id']}")[1]["state"]
        assert after == ("concluded" if check["held"] else "reopened")

    @invariant()
    def nothing_is_given_up(self) -> None:
        assert self.county.dead() == []

    def teardown(self) -> None:
        try:
            self.county.work()
            check_the_end(self.county, self.walker)
        finally:
            self.county.close()
            shutil.rmtree(self.folder)


def check_the_end(county: County, walker: Walker) -> None:
    """What has to be true when all messages have arrived."""
    events = county.events()
    assert county.dead() == []
    for told in walker.told:
        own = [event for event in events if event.subject == told.opinion]
        check_numbers(own)
        check_states(walker, told)
        check_timeline(county, told, own)
    check_replay(county, events)


def check_numbers(events: list[Event]) -> None:
    """Every service has numbered what it said without a gap, each event once."""
    for source in ("/intake", "/routing"):
        numbers = sorted({(event.sequence, event.id) for event in events if event.source == source})
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1)), source
    created = [event.data for event in events if event.type == "assignment.created"]
    assert len({each.assignment for each in created}) == len(created)


def check_states(walker: Walker, told: Told) -> None:
    """Both services agree, and there is one lead department."""
    rows = walker.county.get("/assignments", opinion=told.opinion)[1]["items"]
    leads = [row for row in rows if row["role"] == "lead" and row["state"] != "reassigned"]
    state = walker.state(told)
    assert len(leads) == (0 if state in (State.SUBMITTED, State.RETURNED, State.DECLINED) or not rows else 1)
    if leads and state not in TAKEN_BACK:
        assert leads[0]["state"] == state
    if state in (State.ASSIGNED, State.SIGNED, State.REPLIED, State.CONCLUDED, State.REOPENED):
        assert leads


def check_timeline(county: County, told: Told, events: list[Event]) -> None:
    """Every event is a line of the timeline, once."""
    lines = Counter(line["what"] for line in county.get(f"/opinions/{told.opinion}")[1]["timeline"])
    ids = {event.id: event for event in events if event.source in ("/intake", "/routing")}
    # An assignment is cancelled because intake has said so before.
    said = Counter(event.type for event in ids.values() if event.type != "assignment.cancelled")
    assert lines & said == said, said - lines


def check_replay(county: County, events: list[Event]) -> None:
    """The same statistics when a fresh house hears everything again, in another order."""
    folder = Path(tempfile.mkdtemp(prefix="huiying-replay-"))
    fresh = County(folder, TOWN, FixedClock(county.clock.now()), random.Random(11))
    try:
        for event in random.Random(5).sample(events, len(events)):
            fresh.broker.route(Outgoing(event.id, EVENTS, f"{event.type}.-", encode(event)))
        fresh.hear("metrics.events")
        query = {"by": "department,month"}
        assert fresh.get("/statistics", None, **query)[1] == county.get("/statistics", None, **query)[1]
    finally:
        fresh.close()
        shutil.rmtree(folder)


def test_every_move_by_everybody_in_any_order() -> None:
    run_state_machine_as_test(
        EveryMove,
        # Without shrinking, which takes minutes here; the steps of a failure are printed as they were.
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
