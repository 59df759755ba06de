"""Cases outlive the catalogue that they began under: each kind of code is taken away under cases in every state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import VERBS
from services.contracts.errors import Refusal
from services.contracts.messages.opinions import OpinionAccepted, OpinionDetailed, OpinionEvaluated
from services.contracts.messages.supervision import CalendarChanged, SupervisionResolved
from services.contracts.messages.values import OpinionText, Promise, Rating
from services.contracts.time.worktime import Closure
from services.routing.__main__ import Rescheduling, periodic_jobs
from services.routing.domain.levels import Mark
from services.routing.domain.moves.rescheduling import recomputed
from services.routing.domain.moves.ruling import Ruling
from services.routing.domain.sampling import Sample, SampleCheck
from services.routing.handlers import events, lookback, people
from services.routing.schemas.bodies import BODIES
from services.routing.store.cases import RoutingStore
from services.routing.store.reading import find
from services.routing.store.tables import assignments
from services.runtime.clock import new_id
from tests.unit.routing.bureau import PLANNED, REPLY, TOWN, Bureau

LATER = {"extend": {"until": "2026-12-18T17:00:00+08:00", "reason": "等材料"}, "pause": {"reason": "等回话"}}
STATES = ("assigned", "signed", "objected", "paused", "drafted", "asked", "replied", "promised", "reopened", "concluded")
BODY = {
    **LATER, "reply": REPLY, "object": {"reason": "不归我们", "department": "gas"},
    "progress": {"content": "去看了", "contact": "phone"},
    "keep": {"evidence": "照片"},
}  # fmt: skip


#: What a department beside the lead can do.
CO_VERBS = ("sign", "object", "progress", "reply")


def without(section: str, *codes: str) -> Catalogue:
    """The town without some entries, and without what depends on them."""
    left = {code: each for code, each in getattr(TOWN, section).items() if code not in codes}
    topics = {"difficulties": lambda each: each.difficulty, "departments": lambda each: each.department}.get(section)
    changed: dict[str, Any] = {section: left}
    place = replace(TOWN, **changed)
    if section == "difficulties" and TOWN.fallback_difficulty in codes:
        place = replace(place, fallback_difficulty=next(iter(left)))
    return place if topics is None else replace(place, topics={k: v for k, v in TOWN.topics.items() if topics(v) not in codes})


def renamed(section: str, code: str) -> Catalogue:
    """The town with an entry under another code."""
    place = without(section, code)
    entry = replace(getattr(TOWN, section)[code], code=f"new-{code}")
    changed: dict[str, Any] = {section: {**getattr(place, section), entry.code: entry}}
    return replace(place, **changed)


CHANGES: Mapping[str, Catalogue] = {
    "difficulty renamed": renamed("difficulties", "ordinary"),
    "difficulty removed": without("difficulties", "ordinary"),
    "topic renamed": renamed("topics", "floods"),
    "topic removed": without("topics", "floods"),
    "lead renamed": renamed("departments", "water"),
    "lead removed": without("departments", "water"),
    "co-handlers removed": without("departments", "roads", "schools"),
    "proposed removed": without("departments", "gas"),
    "area removed": without("areas", "town"),
    "station removed": without("stations", "central"),
    "reason removed": without("decline_reasons", "unclear"),
    "level changed": replace(TOWN, level="city"),
}


@pytest.fixture
def cases(bureau):
    """A case in each state, by its name; all of them have co-handlers, an area and a station."""
    return {state: _case(bureau, state) for state in STATES}


def _case(bureau: Bureau, state: str) -> str:
    opinion = OpinionText(f"o-{state}", "内涝", "请修。", "floods", "town", "central")
    bureau.publish_to_routing(opinion.id, OpinionAccepted(opinion, "web", "automatic", "floods"))
    case = bureau.lead(opinion.id)["id"]
    steps: Mapping[str, Callable[[], Any]] = {
        "signed": lambda: bureau.do(case, "sign"), "objected": lambda: bureau.do(case, "object", BODY["object"]),
        "paused": lambda: bureau.do(case, "pause", BODY["pause"]), "asked": lambda: bureau.do(case, "extend", BODY["extend"]),
        "replied": lambda: bureau.do(case, "reply", REPLY), "promised": lambda: bureau.do(case, "reply", PLANNED),
    }  # fmt: skip
    if state in steps:
        assert steps[state]().status_code == 200
    if state in ("reopened", "concluded"):
        bureau.do(case, "reply", REPLY)
        bureau.evaluate(case, "dissatisfied" if state == "reopened" else "satisfied")
    if state == "drafted":
        place = replace(TOWN, departments={**TOWN.departments, "water": replace(TOWN.departments["water"], head_approval=True)})
        with bureau.database.transaction() as work:
            people.move(RoutingStore(work, place), "reply", case, None, BODIES["reply"]().load(REPLY))
    answer: str = case
    return answer


def _everything(bureau, row):
    """Whatever can happen to a case, by name."""
    case, opinion = row["id"], row["opinion"]
    verbs = VERBS if row["role"] == "lead" else CO_VERBS
    moves = {
        verb: lambda store, verb=verb: people.move(store, verb, case, None, BODIES[verb]().load(BODY.get(verb, {})))
        for verb in verbs
    }
    for granted in (True, False):
        for about in ("objection", "extension"):
            ruling = Ruling(about, granted, "依职责清单。", None)
            moves[f"{about} {granted}"] = lambda store, ruling=ruling: people.rule(store, case, ruling, "t")
            given = replace(ruling, department="petitions")
            moves[f"{about} {granted} given"] = lambda store, given=given: people.rule(store, case, given, "t")
    for result in Rating:
        rated = OpinionEvaluated(case, row["department"], result, None, "不行", round=row["round"])
        moves[f"rated {result}"] = partial(events.close, message=rated, message_id="m-1")
    resolved = SupervisionResolved(
        case, row["department"], "s", "promise", "", None, Promise("修", bureau.clock.now() + timedelta(9))
    )
    lookback_id = new_id()
    return moves | {
        "details": lambda store: events.detail(store, opinion, 1, OpinionDetailed("还有")),
        "withdraw": lambda store: events.cancel(store, opinion, "withdrawn", None),
        "merge": lambda store: events.cancel(store, opinion, "merged", "o-1"),
        "mark": lambda store: people.mark(store, case, Mark(True, "重点")),
        "raise": lambda store: people.raise_level(store, case, "难"),
        "approve": lambda store: people.approve(store, case, None),
        "amend": lambda store: people.amend(store, case, None, "改"),
        "handlers": lambda store: people.add_handlers(store, case, ["petitions"], "joint", "也归其管。"),
        "promise": lambda store: events.track_promise(store, resolved),
        "look back": lambda store: (
            lookback.look_back(store, Sample(assignments=(case,)), lookback_id, "t"),
            lookback.check(store, lookback_id, SampleCheck(case, False, "没修好"), "t"),
        ),
    }


class _Enough(Exception):
    """Nothing of it is kept."""


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_every_move_of_every_state_works_or_says_why_not(bureau, cases, change):
    place, made, reasons = CHANGES[change], 0, {}
    for state in STATES:
        for row in bureau.leads(f"o-{state}"):
            for name, move in _everything(bureau, row).items():
                try:
                    with bureau.database.transaction() as work:
                        move(RoutingStore(work, place))
                        work.flush()
                        made += 1
                        raise _Enough
                except Refusal as error:
                    reasons[state, row["role"], name] = error.detail
                except _Enough:
                    pass
    assert all(reasons.values())
    assert made > len(STATES) * 10


@pytest.mark.parametrize("change", CHANGES)
def test_what_time_brings_comes_to_every_case(bureau, cases, clock, change):
    changed = Bureau(bureau.database, clock, CHANGES[change])
    clock.instant += timedelta(days=60)
    assert changed.resume_capped() == 1
    assert changed.row(cases["paused"])["state"] == "signed"
    assert changed.break_overdue() == 1
    assert changed.row(cases["promised"])["state"] == "reopened"
    assert changed.conclude_lapsed() == 1
    assert changed.row(cases["replied"])["state"] == "concluded"


@pytest.mark.parametrize("kept", [True, False])
def test_the_terms_are_kept_with_the_case_and_older_ones_have_those_of_the_fallback(bureau, cases, kept):
    place = without("difficulties", "ordinary")
    if not kept:
        with bureau.database.transaction() as work:
            work.execute(assignments.update().values(terms=sa.null()))
    with bureau.database.reading() as connection:
        terms = find(connection, cases["signed"]).difficulty_in(place)
    assert terms.code == "ordinary"
    assert terms.deadlines == (TOWN.difficulties["ordinary"] if kept else stored.fallback(place)).deadlines


def test_an_objection_to_a_department_that_is_gone_says_what_to_do_and_then_goes_elsewhere(bureau, cases, clock):
    changed, case = Bureau(bureau.database, clock, CHANGES["proposed removed"]), cases["objected"]
    refused = changed.rule(case, "objection", granted=True)
    assert refused.status_code == 422
    assert "gas" in refused.get_json()["errors"]["department"][0]
    assert changed.row(case)["state"] == "objected"
    assert changed.rule(case, "objection", granted=True, department="petitions").status_code == 200
    assert changed.lead("o-objected")["department"] == "petitions"
    assert changed.lead("o-objected")["topic"] == "floods"


def test_what_a_department_that_is_gone_still_has_can_be_given_to_another_at_any_time(bureau, cases, clock):
    changed, case = Bureau(bureau.database, clock, CHANGES["lead removed"]), cases["signed"]
    clock.instant += timedelta(days=60)
    assert case in [row["id"] for row in changed.get("/assignments", "admin").get_json()["items"]]
    assert changed.do(case, "object", {"reason": "机构撤销", "department": "petitions"}, "admin").status_code == 200
    assert changed.rule(case, "objection", granted=True).status_code == 200
    assert changed.lead("o-signed")["department"] == "petitions"


def test_co_handlers_that_are_gone_do_not_go_along_to_the_next_lead(bureau, cases, clock):
    place = without("departments", "roads")
    changed = Bureau(bureau.database, clock, place)
    assert changed.rule(cases["objected"], "objection", granted=True).status_code == 200
    going_on = {code for code, row in changed.beside("o-objected").items() if row["state"] == "assigned"}
    assert going_on == {"schools"}


def test_a_department_that_is_gone_can_finish_by_message_what_it_has(bureau, cases, clock):
    changed, case = Bureau(bureau.database, clock, CHANGES["lead removed"]), cases["signed"]
    changed.command("water.reply", {"assignment": case, **REPLY})
    assert changed.row(case)["state"] == "replied"
    changed.command("nobody.reply", {"assignment": case, **REPLY})
    assert len(changed.dead("routing.commands")) == 1


def test_the_calendar_moves_what_names_a_difficulty_that_is_gone(bureau, cases):
    """One that is not in the catalogue any more is moved like all others."""
    place = without("difficulties", "ordinary")
    with bureau.database.reading() as connection:
        signed = find(connection, cases["signed"])
    due = recomputed(place, signed, bureau.clock.now())
    assert due.instants["reply"] == signed.reply_by


def test_one_case_that_cannot_go_on_keeps_no_other_from_it(bureau, cases, clock):
    """Whatever is wrong with a row, what is due for the others comes to them, and what could not be done is told."""
    for opinion in ("o-1", "o-2"):
        bureau.do(bureau.accept(opinion=opinion), "pause", BODY["pause"])
    with bureau.database.transaction() as work:
        work.execute(assignments.update().where(assignments.c.id == cases["paused"]).values(paused=None))
    clock.instant += timedelta(days=60)
    # A training is a process of its own, which has nothing to do with these cases.
    found = {job.name: job for job in periodic_jobs(bureau.service) if job.name != "train"}
    for job in found.values():
        while job.run():
            pass
    assert [bureau.of(opinion)["state"] for opinion in ("o-1", "o-2")] == ["signed", "signed"]
    assert bureau.row(cases["paused"])["state"] == "paused"
    assert {name: job.failed() for name, job in found.items() if job.failed} == {
        "conclude": 0,
        "resume": 1,
        "break": 0,
        "reschedule": 0,
    }


@pytest.mark.slow
def test_a_calendar_is_followed_by_all_that_can_follow_it(bureau, cases, clock):
    handled = [bureau.accept(opinion=f"o-{number}") for number in range(3)]
    rescheduling = Rescheduling(bureau.service)
    while rescheduling.step():
        pass
    with bureau.database.transaction() as work:
        work.execute(assignments.update().where(assignments.c.id == handled[1]).values(terms={"reply": "soon"}))
    closed = replace(TOWN, closures={date(2026, 12, day): Closure("停办", "closed") for day in range(1, 8)})
    changed = Rescheduling(Bureau(bureau.database, clock, closed).service)
    before = {case: bureau.row(case)["reply_by"] for case in handled}
    while changed.step():
        pass
    moved = [bureau.row(case)["reply_by"] > before[case] for case in handled]
    assert (moved, changed.sweep.failed) == ([True, False, True], 1)
    assert any(isinstance(event.data, CalendarChanged) for event in bureau.said())
