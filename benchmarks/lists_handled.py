"""Fills stores of routing and notify with many cases, most of them copies, and says which lists are asked there."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta

from benchmarks.systems import stored
from services.contracts.commands import Reply, Sign
from services.contracts.envelope import Event
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentCreated, AssignmentReplied, AssignmentSigned
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import Learned, Likely, Message, OpinionText, Outcome, Promise, Why
from services.contracts.people.callers import Role
from services.notify import __main__ as notify
from services.notify.app.context import Notify
from services.notify.consumer import subscriptions as of_notify
from services.routing.app.context import Routing
from services.routing.consumer import subscriptions as of_routing
from services.routing.handlers import due, people
from services.routing.store.cases import RoutingStore
from services.routing.store.desks.waiting import of_opinion
from services.routing.store.learning.doubts import DoubtStore
from services.runtime.clock import FixedClock, new_id
from services.runtime.web.routes import API

#: How many cases are handled; of these, one of so many is not ended, and one of so many is not sure to be anybody's.
HANDLED, OPEN, DOUBTFUL, PROMISED = 400, 20, 40, 7
HOUR, DAY, DAYS = timedelta(hours=1), timedelta(days=1), 40
Asked = Mapping[str, tuple[str, Role | None]]


def fill_routing(service: Routing, clock: FixedClock, cases: int) -> None:
    """Fill an empty store of routing."""
    told = [_handle(service, clock, place) for place in range(min(cases, HANDLED))]
    clock.instant += DAYS * DAY
    while True:
        with service.database.transaction() as work:
            store = RoutingStore(work, service.catalogue)
            lapsed = store.lapsed(store.now, HANDLED, None)
            due.conclude_lapsed(store, lapsed)
        if not lapsed:
            break
    _copy(service, "routing", told, cases)


def _handle(service: Routing, clock: FixedClock, place: int) -> str:
    chance, catalogue, opinion = random.Random(place), service.catalogue, new_id()  # nosec B311
    clock.instant += HOUR
    topic = catalogue.topics[chance.choice(sorted(catalogue.topics))]
    text = OpinionText(opinion, "东街的路灯不亮", "坏了一个星期，请修一修。", topic.code, chance.choice(sorted(catalogue.areas)))
    accepted = OpinionAccepted(text, "web", "automatic", topic.code)
    with service.database.transaction() as work:
        if place % DOUBTFUL == 0:
            DoubtStore(work).hold(accepted, 0.41, Learned(1, (Likely(topic.department, 0.41),), ("路灯",)))
            return opinion
        of_routing(service)[0].handle(work, [Event(new_id(), "/intake", opinion, clock.instant, 1, accepted)])
    with service.database.reading() as connection:
        lead = next(each for each in of_opinion(connection, opinion) if each.is_lead)
    if place % OPEN:
        promise = Promise("更换线路", clock.instant + DAYS * DAY) if place % PROMISED == 0 else None
        reply = Reply("已安排。", Outcome.PLANNED if promise else Outcome.SOLVED, promise)
        for verb, command in (("sign", Sign()), ("reply", reply)):
            with service.database.transaction() as work:
                people.move(RoutingStore(work, catalogue), verb, lead.id, None, command)
    return opinion


def fill_notify(service: Notify, clock: FixedClock, cases: int) -> None:
    """Fill an empty store of notify: who does not act is reminded, warned and put under supervision."""
    told = []
    for place in range(min(cases, HANDLED)):
        clock.instant += HOUR
        opinion = new_id()
        told.append(opinion)
        for number, message in enumerate(_said(service, clock, opinion, place), 1):
            with service.database.transaction() as work:
                event = Event(new_id(), "/routing", opinion, clock.instant, number, message)
                of_notify(service)[0].handle(work, [event])
    climbing = notify.Climbing(service)
    for _ in range(DAYS):
        clock.instant += DAY
        while climbing.step():
            pass
    _copy(service, "notify", told, cases)


def _said(service: Notify, clock: FixedClock, opinion: str, place: int) -> list[Message]:
    chance, catalogue, assignment = random.Random(place), service.catalogue, new_id()  # nosec B311
    topic = catalogue.topics[chance.choice(sorted(catalogue.topics))]
    text, until, of = OpinionText(opinion, "东街的路灯不亮", "坏了。", topic.code), clock.instant + 10 * DAY, topic.department
    by = {"sign": clock.instant + DAY, "reply": until}
    said: list[Message] = [AssignmentCreated(assignment, text, of, "lead", topic.difficulty, by, Why("topic", 1.0))]
    if place % OPEN:
        said.append(AssignmentSigned(assignment, of, by["sign"], True))
        said.append(AssignmentReplied(assignment, of, "已安排。", Outcome.SOLVED, until, True, until))
        said.append(AssignmentConcluded(assignment, of, Outcome.SOLVED, True, False))
    return said


def _copy(service: Routing | Notify, name: str, told: list[str], cases: int) -> None:
    url = service.database.url.render_as_string(hide_password=False)
    stored.fill(url, name, told, cases // len(told) - 1)


def asked_of_routing(service: Routing) -> Asked:
    """What is asked of routing, by name: the address, and who asks."""
    topic, department = (sorted(each)[1] for each in (service.catalogue.topics, service.catalogue.departments))
    lists = {
        "assignments": "", "assignments: state": "?state=signed", "assignments: concluded": "?state=concluded",
        "assignments: topic": f"?topic={topic}", "assignments: department": f"?department={department}",
        "assignments: overdue": "?overdue=true", "assignments: last change": "?sort=updated",
    }  # fmt: skip
    office: Asked = {name: (f"{API}/assignments{query}", Role.REVIEWER) for name, query in lists.items()}
    return {
        **office,
        "promises": (f"{API}/promises", Role.SUPERVISOR),
        "promises: overdue": (f"{API}/promises?overdue=true", Role.SUPERVISOR),
        "promises: a department's": (f"{API}/promises", Role.DEPARTMENT),
        "reschedulings": (f"{API}/reschedulings", Role.SUPERVISOR),
        "look-backs": (f"{API}/lookbacks", Role.SUPERVISOR),
        "doubtful": (f"{API}/routes/doubtful", Role.REVIEWER),
        "page of the doubtful": ("/doubtful", Role.REVIEWER),
        "page of rulings": ("/rulings", Role.SUPERVISOR),
        "page of a department": ("/desk", Role.DEPARTMENT),
        "page of a department: words": ("/desk?q=路灯", Role.DEPARTMENT),
        "page of a department: no such words": ("/desk?q=龘龘", Role.DEPARTMENT),
        "page of a department: filtered": (f"/desk?state=signed,assigned&topic={topic}&due=overdue,week", Role.DEPARTMENT),
        "counts of a supervisor": ("/fragments/routing/office", Role.SUPERVISOR),
        "counts of a department": ("/fragments/routing/office", Role.DEPARTMENT),
    }


def asked_of_notify(service: Notify) -> Asked:
    """What is asked of notify, by name: the address, and who asks."""
    department = sorted(service.catalogue.departments)[1]
    return {
        "deadlines": (f"{API}/deadlines", Role.REVIEWER),
        "deadlines: department": (f"{API}/deadlines?department={department}", Role.REVIEWER),
        "deadlines: a department's": (f"{API}/deadlines", Role.DEPARTMENT),
        "reminders": (f"{API}/reminders", Role.REVIEWER),
        "reminders: a department's": (f"{API}/reminders", Role.DEPARTMENT),
        "supervisions": (f"{API}/supervisions", Role.SUPERVISOR),
        "supervisions: state": (f"{API}/supervisions?state=open", Role.SUPERVISOR),
        "supervisions: a department's": (f"{API}/supervisions", Role.DEPARTMENT),
        "meetings": (f"{API}/meetings", Role.SUPERVISOR),
        "letters": (f"{API}/letters", Role.SUPERVISOR),
        "agenda": ("/agenda", Role.SUPERVISOR),
        "agenda: a department's": ("/agenda", Role.DEPARTMENT),
        "counts of a supervisor": ("/fragments/notify/office", Role.SUPERVISOR),
        "counts of a department": ("/fragments/notify/office", Role.DEPARTMENT),
    }
