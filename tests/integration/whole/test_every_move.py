"""Random interleavings of all moves by all roles, over HTTP and AMQP, with messages doubled and in any order.

Whatever happens: no state that the tables do not have, no assignment lost or doubled, timelines complete, numbers the same
when everything is told again.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from services.contracts.envelope import Event, encode
from services.contracts.lifecycle import Move, State
from services.contracts.topology import EVENTS
from services.runtime.clock import ZONE, FixedClock
from services.runtime.messaging.broker import Outgoing
from tests.integration.whole.county import County
from tests.integration.whole.walker import Told, Walker
from tests.stores import Templates

TOWN = Path(__file__).parent / "town.yml"
START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
#: A topic of one department, two with a co-handler, one whose department's head approves.
TOPICS = ("street-lights", "drains", "school-fees", "urban-construction")
MOST = 9
WAYS = st.sampled_from(("http", "amqp", "amqp twice"))
#: Who makes a move, how it is asked for, and with what; what depends on the clock is added when it is made.
OFFICE: Mapping[Move, dict[str, Any]] = {
    Move.ACCEPT: {}, Move.RETURN: {"question": "在哪里？"}, Move.DECLINE: {"reason": "unclear"}, Move.MERGE: {},
    Move.UNMERGE: {},
}  # fmt: skip
SUBMITTER: Mapping[Move, tuple[str, dict[str, Any]]] = {
    Move.COMPLETE: ("details", {"content": "在东门。"}), Move.WITHDRAW: ("withdrawal", {}), Move.EVALUATE: ("evaluation", {}),
}  # fmt: skip
DEPARTMENT: Mapping[Move, dict[str, Any]] = {
    Move.SIGN: {}, Move.PROGRESS: {"content": "在办。", "contact": "phone"}, Move.PAUSE: {"reason": "等说明。"}, Move.RESUME: {},
    Move.KEEP: {"evidence": "照片。"}, Move.REPLY: {}, Move.OBJECT: {"reason": "非本局职责。", "department": "land"},
    Move.EXTEND: {"reason": "材料未到。"},
}  # fmt: skip
RULING: Mapping[Move, dict[str, Any]] = {
    Move.UPHOLD: {"about": "objection", "granted": True}, Move.DENY: {"about": "objection", "granted": False},
    Move.GRANT: {"about": "extension", "granted": True}, Move.REFUSE: {"about": "extension", "granted": False},
}  # fmt: skip
HEAD: Mapping[Move, dict[str, Any]] = {Move.APPROVE: {}, Move.AMEND: {"reason": "写明日期。"}}
SUPERVISOR: Mapping[Move, dict[str, Any]] = {Move.MARK: {"key": True, "reason": "列入重点。"}, Move.RAISE: {"reason": "提级办理。"}}
MOVES = (*OFFICE, *SUBMITTER, *DEPARTMENT, *RULING, *HEAD, *SUPERVISOR)
#: After these there is little more to see of an opinion, so they are made seldom.
LAST = (Move.DECLINE, Move.MERGE, Move.WITHDRAW)
#: What was done in all walks together.
DONE: Counter[str] = Counter()


class EveryMove(RuleBasedStateMachine):
    """One county; each rule is one move of somebody, or messages on their way, or time."""

    def __init__(self, templates: Templates) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="huiying-moves-"))
        self.chance = random.Random(0)
        self.county = County(templates, self.folder, TOWN, FixedClock(START), self.chance)
        self.walker = Walker(self.county)

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.chance.seed(seed)
        for topic in TOPICS:
            self.walker.submit(topic, "web")
        self.walker.submit(TOPICS[0], "campaign")
        self.county.pump()

    @precondition(lambda self: len(self.walker.told) < MOST)
    @rule(topic=st.sampled_from(TOPICS), channel=st.sampled_from(("web", "campaign")))
    def submit(self, topic: str, channel: str) -> None:
        self.walker.submit(topic, channel)

    @rule()
    def carry_messages(self) -> None:
        self.county.pump()

    @rule(move=st.sampled_from(MOVES), way=WAYS)
    def try_a_move(self, move: Move, way: str) -> None:
        if move not in LAST or self.chance.random() < 0.2:
            suited = self.walker.suited(move, self.walker.standings()) if self.chance.random() < 0.8 else []
            self.make(move, self.chance.choice(suited or self.walker.told), way)

    @rule(way=WAYS)
    def make_what_was_made_least(self, way: str) -> None:
        for _ in range(3):
            rarest = sorted(MOVES, key=lambda move: DONE[move] + self.walker.done.get(move, 0))
            standings = self.walker.standings()
            possible = ((move, self.walker.suited(move, standings)) for move in rarest)
            move, suited = next((found for found in possible if found[1]), (None, []))
            if move is not None:
                self.make(move, self.chance.choice(suited), way)

    def make(self, move: Move, told: Told, way: str) -> None:
        """One move, by whom it belongs to."""
        if move in OFFICE:
            into = {"into": self.chance.choice(self.walker.told).opinion} if move is Move.MERGE else {}
            self.walker.office(told, move, OFFICE[move] | into)
        elif move in SUBMITTER:
            path, body = SUBMITTER[move]
            if move is not Move.EVALUATE or not is_taken_back(self.walker.state(told)):
                self.walker.submitter(told, move, path, body | (self.rating() if move is Move.EVALUATE else {}))
        elif move in DEPARTMENT:
            self.walker.department(told, move, str(move), DEPARTMENT[move] | self.answer(move), way)
        elif move in RULING:
            self.walker.staff(told, move, "rule", {"reason": "依职责清单。", **RULING[move]}, "supervisor")
        else:
            bodies, who = (HEAD, "head") if move in HEAD else (SUPERVISOR, "supervisor")
            self.walker.staff(told, move, str(move), bodies[move], who)

    def rating(self) -> dict[str, Any]:
        """How somebody may rate a reply."""
        result, process = (self.chance.choice(("satisfied", "basically_satisfied", "dissatisfied")) for _ in range(2))
        return {"result": result, "process": process, "comment": "说明。"}

    def answer(self, move: Move) -> dict[str, Any]:
        """What a department's move says beside what it always says."""
        days = self.chance.randint(1, 40)
        at = (self.county.clock.now() + timedelta(days=days)).isoformat()
        if move is Move.EXTEND:
            return {"until": at}
        if move is not Move.REPLY:
            return {}
        outcome = self.chance.choice(("solved", "planned", "declined"))
        promise = {"promise": {"what": "完工", "due": at}} if outcome == "planned" else {}
        return {"content": "答复如下。", "outcome": outcome, **promise}

    @rule(verb=st.sampled_from(("sign", "progress", "reply", "object")), way=WAYS)
    def help_out(self, verb: str, way: str) -> None:
        bodies = {**DEPARTMENT, Move.REPLY: {"content": "协办意见。"}}
        self.walker.helper(self.chance.choice(self.walker.told), verb, bodies[Move(verb)], way)

    @rule(days=st.sampled_from((1, 3, 20, 45)))
    def pass_time(self, days: int) -> None:
        if self.chance.random() < 0.5:
            self.walker.pass_time(days)

    @rule(held=st.booleans())
    def look_back(self, held: bool) -> None:
        concluded = [row for told in self.walker.told if (row := self.walker.lead(told)) and row["state"] == "concluded"]
        if not concluded:
            return
        row = self.chance.choice(concluded)
        status, drawn = self.county.post("/lookbacks", {"assignments": [row["id"]]}, "supervisor")
        assert status == 201, drawn
        check = {"assignment": row["id"], "held": held, "note": "现场查看。"}
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
            DONE.update(self.walker.done)
            DONE.update({event.type for event in self.county.events()})
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


def check_numbers(events):
    """Every service has numbered what it said without a gap, each event once."""
    for source in ("/intake", "/routing"):
        numbers = sorted({(event.sequence, event.id) for event in events if event.source == source})
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1)), source
    created = [event.data for event in events if event.type == "assignment.created"]
    assert len({each.assignment for each in created}) == len(created)


def is_taken_back(state: State) -> bool:
    """Whether intake has ended the case, while routing may have been faster."""
    return state.step == 0 and state is not State.DECLINED


def check_states(walker: Walker, told: Told) -> None:
    """Both services agree, and there is one lead department."""
    rows = walker.county.get("/assignments", opinion=told.opinion)[1]["items"]
    leads = [row for row in rows if row["role"] == "lead" and row["state"] != "reassigned"]
    state = walker.state(told)
    if state.is_in_review or state is State.DECLINED:
        # One that was merged had a lead, which has nothing to do with it any more.
        assert all(row["state"] == State.MERGED for row in leads)
        return
    assert len(leads) == (1 if rows else 0)
    if leads and not is_taken_back(state):
        assert leads[0]["state"] == state
    if state.is_with_department or state.is_answered:
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
    fresh = County(county.templates, folder, TOWN, FixedClock(county.clock.now()), random.Random(11))
    try:
        for event in random.Random(5).sample(events, len(events)):
            fresh.broker.route(Outgoing(event.id, EVENTS, f"{event.type}.-", encode(event)))
        fresh.consume("metrics.events")
        answers = [house.get("/statistics", None, by="department,month")[1] for house in (fresh, county)]
        # Each answers as of the instant at which it recorded the last of it.
        first, second = ({**answer, "as_of": None} for answer in answers)
        assert first == second
    finally:
        fresh.close()
        shutil.rmtree(folder)


def test_every_move_by_everybody_in_any_order(templates: Templates) -> None:
    DONE.clear()
    run_state_machine_as_test(
        lambda: EveryMove(templates),  # type: ignore[arg-type]
        # Without shrinking, which takes minutes here; the steps of a failure are printed as they were.
        settings=settings(
            max_examples=10,
            stateful_step_count=100,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    # What a walk comes to is chance; that it comes to nearly everything is not.
    assert len(set(MOVES) - set(DONE)) <= 6
