"""Submitting opinions, one or many."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import AtCapacity, Refusal
from services.contracts.lifecycle import State
from services.contracts.people.grants import Grant
from services.intake.domain.constituency.campaign import CampaignNote, counted
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.codes import read_code
from services.intake.domain.constituency.linking import NO_REGISTER, LinkedDeputy
from services.intake.domain.constituency.owing import Party
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Addressee, Person, Signer
from services.intake.domain.receipt.receipts import new_receipt
from services.intake.domain.sessions.where import AtSession
from services.intake.domain.submission.claims import check_same, digests, digests_of_persons, impersonal, resolve
from services.intake.domain.submission.submission import Submission, is_let_in_at_once
from services.intake.handlers import notifying
from services.intake.handlers.constituency.telling import Correspondence

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


class CapacityLimit(Protocol):
    """How many more opinions may come in."""

    def take(self) -> None:
        """Count one more; raises `AtCapacity` when there is no room for it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the sender of an opinion gets: `known` when the same one was here before, `cosigners` the receipts of the others.

    `campaign` says whether it counts for the one that it names.
    """

    id: str
    receipt: str
    state: State
    known: bool = False
    cosigners: tuple[str, ...] = ()
    campaign: CampaignNote | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender of opinions: its grants, the catalogue and the capacity, and how the deputies whom it names are told."""

    catalogue: Catalogue
    capacity: CapacityLimit
    grant: Grant
    telling: Correspondence


@dataclass(frozen=True, slots=True)
class _Known:
    """What was taken under an external id, and what was sent then: the submission itself where it stands earlier in the same batch,
    else a digest of each field; None: only the text's `fingerprint`."""

    taken: Taken
    said: Submission | Mapping[str, str] | None
    fingerprint: str = ""


def take(
    store: IntakeStore, catalogue: Catalogue, submission: Submission, opinion_id: str, source: str | None = None,
    note: CampaignNote | None = None, deputy: LinkedDeputy | None = None, asked: list[tuple[Opinion, Care]] | None = None,
    session: AtSession | None = None,
) -> Taken:  # fmt: skip
    """Store a new opinion with all who signed it, review it by policy, and say so. The submission is resolved.

    A deputy whom it names is `asked` to take it up, and to be told so by the caller.
    """
    automatic = is_let_in_at_once(catalogue, submission.channel)
    receipt = new_receipt(secrets.randbits)
    opinion = Opinion.submit(
        submission, opinion_id, receipt, store.now, source=source, automatic=automatic, about=note.facts if note else {},
        deputy=deputy, session=session,
    )  # fmt: skip
    if deputy is not None and asked is not None and submission.submitted_at is None:
        # What was told elsewhere before has had its deputy there.
        care = Care.ask(opinion, store.duties.new_id(), Party("deputy", deputy.code, deputy.name), catalogue)
        store.duties.save(care)
        asked.append((opinion, care))
    signers = tuple(Signer(new_receipt(secrets.randbits), person) for person in submission.cosigners)
    # The next submission with the same external id is compared with these.
    given = impersonal(digests(submission)) if submission.external_id else None
    store.add(opinion, submission, given, signers)
    notifying.write(store, opinion_id, "received", _addressees(opinion, submission.submitter, signers))
    return Taken(opinion_id, receipt, opinion.state, cosigners=tuple(each.receipt for each in signers), campaign=note)


def _addressees(opinion: Opinion, submitter: Person | None, signers: Iterable[Signer]) -> Iterable[Addressee]:
    people = ((opinion.receipt, submitter), *((each.receipt, each.person) for each in signers))
    for receipt, person in people:
        if person is not None:
            yield Addressee(opinion.id, receipt, opinion.title, person.name, person.email, person.phone)


def submit(store: IntakeStore, sender: Sender, submission: Submission, opinion_id: str) -> Taken:
    """One opinion. With an external id that its sender used before: the same answer for the same request, else `Conflict`."""
    (result,) = submit_many(store, sender, [submission], [opinion_id])
    if isinstance(result, Refusal):
        raise result
    return result


def submit_many(store: IntakeStore, sender: Sender, submissions: Sequence[Submission], ids: Sequence[str]) -> list[Taken | Refusal]:
    """Several opinions of a sender in one transaction, idempotent by its external ids; a bad one is refused alone.

    From the first one on that there is no room for, none is taken that is new, so that the rest of a file can be sent again.
    """
    wanted = [each.external_id for each in submissions if each.external_id]
    scanned = [code for each in submissions if each.code and (code := read_code(each.code))]
    codes = store.printed(scanned) if scanned else {}
    called = {each.campaign for each in submissions} | {each.placement.campaign for each in codes.values()}
    campaigns = store.campaigns(list(filter(None, called))) if any(called) else {}
    held = {each.placement.session for each in codes.values()}
    sessions = store.at_sessions(list(filter(None, held))) if any(held) else {}
    known = _remembered(store, wanted, sender.grant) if wanted else {}
    cards = [each.placement.deputy for each in codes.values()]
    named = {word for word in (sender.grant.deputy, *cards, *(each.deputy for each in submissions)) if word}
    register = store.known_deputies(named) if named else NO_REGISTER
    asked: list[tuple[Opinion, Care]] = []
    results: list[Taken | Refusal] = []
    full: AtCapacity | None = None
    for submission, opinion_id in zip(submissions, ids, strict=True):
        try:
            complete = resolve(sender.catalogue, submission, sender.grant, codes)
            resolved, note = counted(sender.catalogue, complete, campaigns, store.now)
            external_id = resolved.external_id
            if external_id in known:
                results.append(_recall(known[external_id], resolved))
                continue
            deputy = register.link(resolved.deputy, claimed=bool(submission.deputy or sender.grant.deputy))
            if full is None:
                full = _at_capacity(sender.capacity)
            if full is not None:
                results.append(full)
                continue
            where = sessions.get(resolved.session) if resolved.session else None
            taken = take(store, sender.catalogue, resolved, opinion_id, sender.grant.source, note, deputy, asked, where)
        except Refusal as error:
            results.append(error)
            continue
        results.append(taken)
        if external_id:
            known[external_id] = _Known(replace(taken, known=True), resolved)
    sender.telling.ask(store, asked)
    return results


def _at_capacity(capacity: CapacityLimit) -> AtCapacity | None:
    try:
        capacity.take()
    except AtCapacity as error:
        return error
    return None


def _remembered(store: IntakeStore, external_ids: Sequence[str], grant: Grant) -> dict[str | None, _Known]:
    """What was taken from this sender under each of these external ids that is known, with all that was said then."""
    found = store.with_external_ids(external_ids, grant.sources)
    signed = store.signers([each.id for each in found.values()]) if found else {}
    known: dict[str | None, _Known] = {}
    for external_id, each in found.items():
        signers = signed.get(each.id, [])
        taken = Taken(each.id, each.receipt, each.state, True, tuple(signer.receipt for signer in signers))
        persons = digests_of_persons(each.persons, [signer.person for signer in signers])
        # Fields that were erased since cannot be compared, so they count as different.
        known[external_id] = _Known(taken, None if each.given is None else {**each.given, **persons}, each.fingerprint)
    return known


def _recall(known: _Known, submission: Submission) -> Taken:
    """The opinion stored under this external id; a different one under the same id is refused, since it would be lost."""
    if known.said is not None:
        said = digests(known.said) if isinstance(known.said, Submission) else known.said
        check_same(said, digests(submission))
    else:
        # An earlier version kept no more than this of what it was sent.
        check_same({"content": known.fingerprint}, {"content": submission.fingerprint})
    return known.taken
