"""What the holder of a receipt can see and do."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from services.contracts.errors import NotAllowed, NotFound
from services.contracts.ledger import subject_of
from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS, RESENDS
from services.intake.app.receipt.promising import known_receipt, promise_of
from services.intake.app.sessions.telling import telling
from services.intake.app.views import LastRating, ReceiptView, moment, part_of
from services.intake.domain.attaching import may_attach
from services.intake.domain.opinion import Opinion
from services.intake.domain.publication.publishing import CONSENT
from services.intake.domain.receipt import receipts
from services.intake.domain.receipt.rating import given_to, may_do, may_evaluate
from services.intake.domain.timeline import (
    TimelineEntry,
    advisers_of,
    answers_of,
    due_of,
    has_answers,
    lines_for,
    promises_of,
    shown_state,
)
from services.intake.handlers import submitter
from services.intake.handlers.resending import resend
from services.intake.schemas.answers import OpinionStanding, RatingTaken, Receipt
from services.intake.schemas.bodies import AddedDetails, Evaluation, Withdrawal
from services.intake.schemas.lost import LostReceipt, LostReceiptAsked
from services.intake.schemas.queries import MOST_LINES, TimelineQuery
from services.intake.store import reading
from services.intake.store.answering import answer_photos_of
from services.intake.store.attachments import attachments_of
from services.intake.store.handling import handlers_of
from services.intake.store.writing import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
RECEIPT = f"{API}/receipts/{{receipt}}"


@routes.get(f"{API}/receipts/<receipt>", access=PUBLIC, counts=(RECEIPTS,), query=TimelineQuery, answers={200: Receipt})
def read_receipt(call: Call[Intake]) -> Answer:
    """What became of the opinion behind a receipt."""
    return 200, receipt_data(call.service, call.path["receipt"], **call.query)


@routes.post(
    f"{API}/receipts/<receipt>/evaluation",
    access=PUBLIC,
    counts=(RECEIPTS,),
    body=Evaluation,
    answers={201: RatingTaken},
    made=RECEIPT,
)
def evaluate(call: Call[Intake]) -> Answer:
    """Rate the reply, and revise the rating once; open until the date on the receipt. Staff may not rate."""
    if call.caller.role is not None:
        raise NotAllowed("Only who submitted or signed an opinion rates its reply: send this without a token.")
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        store = IntakeStore(work, call.service.vault)
        state = submitter.evaluate(store, receipt, call.body)
        promise = promise_of(call.service, store.sent(OpinionEvaluated))
        return 201, {"state": state} | ({"promise": promise} if promise else {})

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/evaluation", call.body, act)


@routes.post(
    f"{API}/receipts/<receipt>/details",
    access=PUBLIC,
    counts=(RECEIPTS,),
    body=AddedDetails,
    answers={201: OpinionStanding},
    made=RECEIPT,
)
def add_details(call: Call[Intake]) -> Answer:
    """Add details, when the reviewer or the department has asked for them."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, dict[str, State]]:
        return 201, {"state": submitter.add_details(IntakeStore(work, call.service.vault), receipt, call.body.content)}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/details", call.body, act)


@routes.post(
    f"{API}/receipts/<receipt>/withdrawal",
    access=PUBLIC,
    counts=(RECEIPTS,),
    body=Withdrawal,
    answers={201: OpinionStanding},
    made=RECEIPT,
)
def withdraw(call: Call[Intake]) -> Answer:
    """Withdraw the opinion; possible until there is a reply, and unless others were merged into it."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, dict[str, State]]:
        return 201, {"state": submitter.withdraw(IntakeStore(work, call.service.vault), receipt, call.body.reason)}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/withdrawal", call.body, act)


@routes.post(f"{API}/receipts/<receipt>/consent/withdrawal", access=PUBLIC, counts=(RECEIPTS,), answers={200: OpinionStanding})
def withdraw_consent(call: Call[Intake]) -> Answer:
    """Take back the consent that the opinion becomes public; what is public of it is gone at once."""
    receipt = known_receipt(call.path["receipt"])

    def unit(work: Transaction) -> State:
        return submitter.withdraw_consent(IntakeStore(work, call.service.vault), receipt)

    return 200, {"state": call.service.database.write(unit)}


@routes.post(f"{API}/receipts/lost", access=PUBLIC, counts=(RESENDS,), body=LostReceipt, answers={202: LostReceiptAsked})
def send_again(call: Call[Intake]) -> Answer:
    """Send receipts of opinions and bookings to the contact left with them, if there are any; if not, the answer is the same."""
    resent(call.service, call.body["contact"])
    return 202, {"detail": "If a receipt was left with this contact, it is on its way there."}


def resent(service: Intake, contact: str) -> None:
    """The same for a contact of a form; raises `Invalid` for what is none."""
    service.database.write(lambda work: resend(IntakeStore(work, service.vault), telling(service, work), contact))


def receipt_data(service: Intake, text: str, cursor: str | None = None, limit: int = MOST_LINES) -> ReceiptView:
    """What the holder of a receipt sees, for the API and for the page; raises `NotFound`, and `Invalid` for a wrong cursor."""
    receipt = known_receipt(text)
    with service.database.reading() as connection:
        found = reading.find_by_receipt(connection, receipt)
        if found is None:
            raise NotFound("There is no opinion with this receipt.")
        own, first = found
        case = (reading.find(connection, own.merged_into) if own.merged_into else None) or own
        lines, followed = _lines(connection, own, case, receipt), reading.is_followed(connection, own.id)
        photos = attachments_of(connection, own.id)
        theirs = answer_photos_of(connection, case.id, shown=True) if has_answers(lines) else []
        mine = [each for each in reading.ratings_of(connection, case.id) if each.receipt == receipt]
        awaited = reading.count_awaited(connection, case.id, case.round) if case.state is State.REPLIED else None
    part, earlier = part_of(lines, cursor, limit)
    given = given_to(case.question, case.round, mine)
    last = next((each for each in reversed(mine) if each.round == case.round), None)
    may = may_do(
        own.state, rates=may_evaluate(case.state, case.question, given, service.database.clock.now()), rated=bool(given),
        first=first, followed=followed, attaches=may_attach(own, len(photos)), tells_case=case is not own and case.takes_words,
        consents=own.visibility == CONSENT,
    )  # fmt: skip
    return ReceiptView(
        receipt=receipts.show_receipt(receipt), title=own.title, content=own.content, state=shown_state(own.state), topic=own.topic,
        area=own.area, station=own.station, submitted=own.submitted, level=case.level, key=case.key, leader=case.leader,
        department=case.department, due=due_of(lines, case.state), reply=case.answer, answers=answers_of(lines),
        promises=promises_of(lines),
        evaluation=LastRating(last.process, last.result, last.comment, last.at) if last else None, awaited=awaited,
        attachments=photos,
        answer_photos=theirs, may=may, timeline=list(map(moment, part)), earlier=earlier,
        ledger=f"/ledger?subject={subject_of(own.id)}",
    )  # fmt: skip


def _lines(connection: Connection, own: Opinion, case: Opinion, receipt: str) -> list[TimelineEntry]:
    """The timeline entries that this receipt may read: its own opinion's, and those of the case it was merged into."""
    lines = reading.timeline_of(connection, own.id)
    advisers = advisers_of(handlers_of(connection, case.id))
    if case.id != own.id:
        theirs = [line for line in reading.timeline_of(connection, case.id) if not line.what.startswith("opinion.")]
        lines = sorted([*lines, *theirs], key=lambda line: (line.at, line.id or 0))
    return lines_for(lines, receipt, advisers)
