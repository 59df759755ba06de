"""What is entrusted to people over HTTP: relays, the care of a deputy, and everybody's own desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeVar

from marshmallow import Schema
from sqlalchemy.engine import Connection

from services.contracts.errors import Invalid, NotAllowed, NotFound
from services.contracts.people.callers import OFFICE, Caller, Role
from services.contracts.people.duties import CareState
from services.intake.app.constituency.telling import entrusting
from services.intake.app.context import Intake
from services.intake.app.opinions import change_opinion
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.constituency.relay import Hop
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Person, may_see_contact
from services.intake.domain.submission.submission import as_given
from services.intake.domain.timeline import PromiseStanding, promises_of
from services.intake.handlers.constituency.caring import NOT_YOURS, Entrusting
from services.intake.schemas.constituency.entrusting import (
    CareShape,
    DeputyNamed,
    DeputyPerhaps,
    EntrustedFile,
    EntrustedPage,
    EntrustedPromise,
    EntrustedQuery,
    FeedbackBody,
    HopShape,
)
from services.intake.store import reading
from services.intake.store.constituency import desk
from services.intake.store.constituency.registers import RegisterStore, out_of_office
from services.intake.store.writing import IntakeStore
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
T = TypeVar("T")
DEPUTIES: Final = frozenset({Role.DEPUTY})
#: Who acts for the presidium (主席团).
PRESIDIUM: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
ASKING: Final = OFFICE | {Role.STATION}
STARTING: Final = frozenset({Role.INFORMANT, Role.STATION})
RELAYING: Final = frozenset({Role.INFORMANT, Role.DEPUTY})
HOLDERS: Final = RELAYING | PRESIDIUM | {Role.STATION}


@dataclass(frozen=True, slots=True)
class EntrustedCase:
    """An opinion with what those know of it to whom it is entrusted; `submitter` is None for whom that is none of."""

    opinion: Opinion
    care: Care | None
    relay: Sequence[Hop]
    promises: Sequence[PromiseStanding]
    submitter: Person | None


def party_of(caller: Caller) -> Party:
    """Whom a caller acts for."""
    match caller.role:
        case Role.DEPUTY:
            return Party("deputy", caller.deputy)
        case Role.STATION:
            return Party("station", caller.station)
        case Role.INFORMANT:
            return Party("informant", caller.station)
    return Party("presidium")


def shown(shape: type[Schema], made: Care | Hop | PromiseStanding) -> dict[str, object]:
    """What a shape says of a care, a hop or a promise."""
    return {name: getattr(made, name) for name in shape().fields}


def active_deputy(register: RegisterStore, code: str) -> Party:
    """A deputy of the register who is in office; raises `Invalid` for anybody else."""
    found = register.deputy(code)
    if found is None or not found.is_in_office:
        raise Invalid("Name a deputy in office.", {"deputy": [f"The register has no deputy '{code}' in office."]})
    return Party("deputy", found.code, found.name)


def check_office(connection: Connection, caller: Caller) -> None:
    """Raises `NotAllowed` for a deputy who is not in office any more, or not for now: they act no more, and read no more."""
    if caller.deputy is not None and out_of_office(connection, [caller.deputy]):
        raise NotAllowed("You are not in office as a deputy; the office can tell you more.")


def act(call: Call[Intake], command: Callable[[Entrusting, str, Party | None], T]) -> T:
    """Carry a command on the opinion in the path out, in one transaction; it gets the deputy whom the body names, where it names
    one. Raises `Changed` when the caller has read another version of the opinion."""
    named = call.body["deputy"] if call.body and "deputy" in call.body else None

    def unit(store: IntakeStore, opinion_id: str) -> T:
        check_office(store.duties.register.connection, call.caller)
        deputy = active_deputy(store.duties.register, named) if named is not None else None
        return command(entrusting(call.service, store), opinion_id, deputy)

    return change_opinion(call, unit)


@routes.post(f"{API}/opinions/<opinion_id>/entrust", access=ASKING, body=DeputyNamed, answers={200: CareShape}, versioned=True)
def entrust(call: Call[Intake]) -> Answer:
    """Ask a deputy to take an opinion up as the first responsible person; a station asks for what came by it."""
    station = call.caller.station
    return 200, shown(CareShape, act(call, lambda to, opinion, deputy: to.entrust(opinion, deputy or Party("deputy"), station)))


@routes.post(f"{API}/opinions/<opinion_id>/take", access=DEPUTIES, answers={200: CareShape}, versioned=True)
def take(call: Call[Intake]) -> Answer:
    """Take up an opinion that the deputy was asked to; taking it again changes nothing."""
    return 200, shown(CareShape, act(call, lambda to, opinion, _: to.take(opinion, call.caller.deputy or "")))


@routes.post(f"{API}/opinions/<opinion_id>/pass", access=DEPUTIES, body=DeputyPerhaps, answers={200: CareShape}, versioned=True)
def pass_on(call: Call[Intake]) -> Answer:
    """Pass an opinion on to another deputy, or back to its station; answers with the care of the next one."""
    own = call.caller.deputy or ""
    return 200, shown(CareShape, act(call, lambda to, opinion, deputy: to.pass_on(opinion, own, deputy)))


@routes.post(f"{API}/opinions/<opinion_id>/feedback", access=DEPUTIES, body=FeedbackBody, answers={200: CareShape}, versioned=True)
def feed_back(call: Call[Intake]) -> Answer:
    """Record how the deputy told the voter what was answered."""
    own, how = call.caller.deputy or "", call.body["how"]
    return 200, shown(CareShape, act(call, lambda to, opinion, _: to.feed_back(opinion, own, how)))


@routes.post(f"{API}/opinions/<opinion_id>/relay", access=STARTING, body=DeputyPerhaps, answers={200: HopShape}, versioned=True)
def start_relay(call: Call[Intake]) -> Answer:
    """Begin the relay of an opinion of the caller's station; an informant has confirmed the first hop with that."""
    station = call.caller.station or ""
    confirmed_by = call.caller.who if call.caller.role is Role.INFORMANT else None
    return 200, shown(HopShape, act(call, lambda to, opinion, deputy: to.start(opinion, station, confirmed_by, deputy)))


@routes.post(f"{API}/opinions/<opinion_id>/relay/confirm", access=RELAYING | PRESIDIUM, answers={200: HopShape}, versioned=True)
def confirm_hop(call: Call[Intake]) -> Answer:
    """Confirm the hop that names the caller; a hop that nobody confirms is no hop."""
    return 200, shown(HopShape, act(call, lambda to, opinion, _: to.confirm(opinion, party_of(call.caller), call.caller.who)))


@routes.post(
    f"{API}/opinions/<opinion_id>/relay/pass", access=RELAYING, body=DeputyPerhaps, answers={200: HopShape}, versioned=True
)
def pass_hop(call: Call[Intake]) -> Answer:
    """Pass on to the next hop: an informant names the deputy, a deputy passes on to the presidium."""
    return 200, shown(HopShape, act(call, lambda to, opinion, deputy: to.relay_on(opinion, party_of(call.caller), deputy)))


@routes.get(f"{API}/entrusted", access=HOLDERS, query=EntrustedQuery, answers={200: EntrustedPage})
def list_entrusted(call: Call[Intake]) -> Answer:
    """List what is entrusted to the caller, one desk at a time, the oldest first."""
    duty, limit, now = call.query["duty"], call.query["limit"], call.service.database.clock.now()
    with call.service.database.reading() as connection:
        check_office(connection, call.caller)
        found = desk.on_desk(connection, party_of(call.caller), duty, read_cursor(call.query["cursor"]), limit)
    return 200, page([asdict(each) | {"duty": duty, "overdue": bool(each.due and each.due < now)} for each in found], limit)


@routes.get(f"{API}/entrusted/<opinion_id>", access=HOLDERS, answers={200: EntrustedFile}, personal=True)
def read_entrusted(call: Call[Intake]) -> Answer:
    """Read an opinion that is entrusted to the caller, with its reply and promises; who told it, once a deputy has taken it up."""
    case = entrusted_case(call)
    opinion = case.opinion
    names = ("title", "content", "topic", "area", "station", "state", "submitted", "department", "reply", "outcome")
    return 200, {name: getattr(opinion, name) for name in names} | {
        "opinion": opinion.id, "care": shown(CareShape, case.care) if case.care else None,
        "relay": [shown(HopShape, hop) for hop in case.relay],
        "promises": [shown(EntrustedPromise, promise) for promise in case.promises],
        "submitter": as_given(case.submitter) if case.submitter else None,
    }  # fmt: skip


def entrusted_case(call: Call[Intake]) -> EntrustedCase:
    """An opinion that is entrusted to the caller; raises `NotFound` for every other."""
    party, opinion_id = party_of(call.caller), call.path["opinion_id"]
    with call.service.database.reading() as connection:
        check_office(connection, call.caller)
        held = desk.held_by(connection, party, opinion_id)
        opinion = reading.find(connection, opinion_id) if held else None
        if held is None or opinion is None:
            raise NotFound(NOT_YOURS)
        care, hops = held
        own = care if care is not None and care.party.is_same(party) else None
        submitter = None
        if own is not None and own.state is not CareState.ASKED and may_see_contact(opinion.visibility, call.caller.role):
            submitter = reading.find_persons(connection, call.service.vault, opinion_id).submitter
        promises = promises_of(reading.timeline_of(connection, opinion_id))
    # What was not confirmed is no hop, unless it waits for this one.
    relay = [hop for hop in hops if hop.is_confirmed or hop.party.is_same(party)]
    return EntrustedCase(opinion, own, relay, promises, submitter)
