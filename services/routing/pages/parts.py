"""What routing has on pages of others: how a case is handled, and what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from services.contracts.basis import Rule
from services.contracts.catalogue.model import Catalogue
from services.contracts.fragments import MOST_COUNTED, fragment
from services.contracts.lifecycle import State
from services.contracts.people.callers import OF_A_DEPARTMENT, Caller, Role
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import BASES, DEADLINES, OUTCOMES, PROMISED, ROLES
from services.design.phrases import Phrase
from services.routing.app.context import RULING, Routing
from services.routing.domain.assignment import Assignment
from services.routing.domain.learning.knowledge import Inquiry
from services.routing.domain.learning.ruled import RuledCase
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.pages.acts import acts_on
from services.routing.pages.approvals import ShownDraft, draft_of, may_approve
from services.routing.pages.desk.filters import DESK
from services.routing.pages.doubtful import LIST as DOUBTS
from services.routing.pages.paper import TEMPLATES, department_name, local, standing_of
from services.routing.store.desks.waiting import WaitingFor, of_opinion, waiting_for
from services.routing.store.promises import promises_on
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
RULINGS: Final = "/rulings"
#: When it was ruled, what, and why.
Ruled = tuple[datetime, Phrase, str]
CASE, OFFICE = fragment("case", "routing"), fragment("office", "routing")
UNSIGNED = tuple(state for state in State if state.awaits_signature)
#: What waits, what it is called, in which states the list of cases has it, and for whom it is counted.
COUNTED: Final[Sequence[tuple[WaitingFor, Phrase, Sequence[State], frozenset[Role]]]] = (
    (WaitingFor.UNSIGNED, Phrase("to be signed for"), UNSIGNED, OF_A_DEPARTMENT),
    (WaitingFor.HANDLED, Phrase("being handled"), (State.SIGNED,), OF_A_DEPARTMENT),
    (WaitingFor.OVERDUE, Phrase("with an overdue answer"), (), OF_A_DEPARTMENT | {Role.SUPERVISOR, Role.ADMIN}),
    (WaitingFor.DRAFTED, Phrase("drafts that wait for the head"), (State.DRAFTED,), OF_A_DEPARTMENT),
    (WaitingFor.PAUSED, Phrase("that wait for the submitter"), (State.PAUSED,), OF_A_DEPARTMENT),
    (WaitingFor.OBJECTED, Phrase("objections to rule on"), (State.OBJECTED,), frozenset({Role.SUPERVISOR, Role.ADMIN})),
    (WaitingFor.EXTENDING, Phrase("extensions to rule on"), (), frozenset({Role.SUPERVISOR, Role.ADMIN})),
    (
        WaitingFor.DOUBTFUL, Phrase("opinions of which a department is to be named"), (State.ACCEPTED,),
        frozenset({Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN}),
    ),
)  # fmt: skip


class ShownAssignment(NamedTuple):
    """An assignment as the page of its case shows it. `draft` is a reply that waits for the head of the department;
    `decides` is the id of the assignment for those who decide on it, `desk` the address for those who handle it,
    `watched` for those who say how it is watched."""

    department: Words
    role: Words
    standing: Words
    facts: Sequence[tuple[Phrase, object]]
    reply: str | None
    draft: ShownDraft | None = None
    decides: str | None = None
    desk: str | None = None
    watched: str | None = None


@routes.get(CASE.path, access=CASE.roles, page=error_page)
def case_part(call: Call[Routing]) -> Answer:
    """Who handles a case, how far they are, and by when they have to do what; a department sees its own part."""
    with call.service.database.reading() as connection:
        found = of_opinion(connection, call.path["opinion_id"])
        seen = [each for each in found if call.caller.department in (None, each.department)]
        promised = promises_on(connection, [each.id for each in seen])
    shown = [shown_assignment(each, call.service.catalogue, call.caller) for each in seen]
    rulings = rulings_on(call.service, seen)
    acts = [acts_on(each, promised[each.id], call.service.catalogue, call.caller) for each in seen]
    promises = [[shown_promise(one, call.service.catalogue) for one in promised[each.id]] for each in seen]
    return html(
        TEMPLATES, "case-part.html", part=CASE, shown=shown, rulings=rulings, session=call.session, acts=acts, promises=promises
    )


@routes.get(OFFICE.path, access=OFFICE.roles, page=error_page)
def office_part(call: Call[Routing]) -> Answer:
    """How many cases wait for the person who is signed in."""
    now = call.service.database.clock.now()
    wanted = [row for row in COUNTED if call.caller.role in row[3]]
    with call.service.database.reading() as connection:
        numbers = waiting_for(connection, [row[0] for row in wanted], call.caller.department, now, MOST_COUNTED)
    rows = [(numbers[kind], name, _list_of(kind, states, call.caller)) for kind, name, states, _ in wanted]
    return html(TEMPLATES, "office-part.html", part=OFFICE, rows=rows, most=MOST_COUNTED)


def _list_of(kind: WaitingFor, states: Sequence[State], caller: Caller) -> str | None:
    if kind is WaitingFor.DOUBTFUL:
        return DOUBTS.path
    if caller.role in OF_A_DEPARTMENT:
        return f"{DESK}?due=overdue" if kind is WaitingFor.OVERDUE else f"{DESK}?state={','.join(states)}"
    if kind in (WaitingFor.OBJECTED, WaitingFor.EXTENDING):
        return RULINGS
    return f"/cases?state={','.join(states)}" if states else None


def rulings_on(service: Routing, seen: Sequence[Assignment]) -> list[Ruled]:
    """When it was ruled of a text like this one whose duty it is, what, and why; the nearest first."""
    text = next((each for each in seen if each.is_lead), None)
    return ruled_like(service, service.learning.about(text.title, text.content) if text else None)


def ruled_like(service: Routing, asked: Inquiry | None) -> list[Ruled]:
    """The same of a text that was asked about."""
    near = asked.nearest() if asked else []
    return [(local(each.case.at, service.catalogue), _ruled(each.case, service.catalogue), each.case.reason) for each in near]


def _ruled(case: RuledCase, catalogue: Catalogue) -> Phrase:
    other = case.department if case.granted else case.target
    names = [department_name(code, catalogue) for code in (case.belongs, other)]
    if case.belongs == other:
        return Phrase("%(department)s handles it").filled(department=names[0])
    return Phrase("%(department)s handles it, not %(other)s").filled(department=names[0], other=names[1])


def shown_assignment(each: Assignment, catalogue: Catalogue, caller: Caller) -> ShownAssignment:
    """An assignment as pages show it to somebody who may read it."""

    def moment(instant: datetime | None) -> datetime | None:
        return local(instant, catalogue) if instant else None

    rule = Rule.parse(each.rule)
    proposed = department_name(each.proposed, catalogue) if each.proposed else None
    open_deadlines = [] if each.replied or each.concluded else list(each.deadlines.items())
    facts: list[tuple[Phrase, object]] = [
        (Phrase("Assigned on"), moment(each.created)),
        (Phrase("Why there"), BASES[rule.basis].filled(rule.detail) if rule else None),
        (Phrase("Signed for on"), moment(each.signed)),
        *((Phrase("To %(what)s by").filled(what=DEADLINES[kind]), moment(due)) for kind, due in open_deadlines if kind != "object"),
        (Phrase("Why it objects"), each.objection),
        (Phrase("Proposed department"), proposed),
        (Phrase("More time asked for until"), moment(each.asked_until)),
        (Phrase("Why more time"), each.asked_reason),
        (Phrase("Paused until"), moment(each.paused_until)),
        (Phrase("Replied on"), moment(each.replied)),
        (Phrase("Outcome"), OUTCOMES[each.outcome] if each.outcome else None),
        (Phrase("Ratings still awaited"), each.awaited),
    ]
    name = department_name(each.department, catalogue)
    told = [row for row in facts if row[1] is not None]
    decides = each.id if may_approve(caller, each) else None
    desk = f"{DESK}/{each.id}" if caller.role is Role.DEPARTMENT else None
    watched = f"/watched/{each.id}" if each.is_lead and caller.role in RULING else None
    draft = draft_of(each, catalogue)
    return ShownAssignment(name, ROLES[each.role], standing_of(each), told, each.reply, draft, decides, desk, watched)


def shown_promise(each: TrackedPromise, catalogue: Catalogue) -> tuple[TrackedPromise, Words | None, datetime]:
    """A promise as pages show it: with where it stands, and by when it is to be kept."""
    return each, PROMISED.get(each.state), local(each.due, catalogue)
