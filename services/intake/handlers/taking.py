"""Taking opinions in, one or many."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import AtCapacity, Refusal
from services.contracts.grants import Grant
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages.opinions import OpinionAccepted, OpinionSubmitted
from services.contracts.messages.values import OpinionText
from services.intake import domain
from services.intake.handlers import notifying
from services.intake.handlers.submitter import SUBMITTER

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

POLICY = "policy"
_AS_GIVEN = ("external_id", "area", "station", "deputy", "location", "submitter", "relay")


class CapacityLimit(Protocol):
    """How many more opinions may come in."""

    def take(self) -> None:
        """Count one more; raises `AtCapacity` when there is no room for it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the sender of an opinion gets: `known` when the same one was here before, `cosigners` the receipts of the others."""

    id: str
    receipt: str
    state: State
    known: bool = False
    cosigners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends opinions, as far as it matters here: what they are granted, and what they send to."""

    catalogue: Catalogue
    capacity: CapacityLimit
    grant: Grant


@dataclass(frozen=True, slots=True)
class _Known:
    """What was taken under an external id, and a digest of each field as it was sent then; None: only the text's `fingerprint`."""

    taken: Taken
    said: Mapping[str, str] | None
    fingerprint: str = ""


def take(store: IntakeStore, catalogue: Catalogue, form: Mapping[str, Any], opinion_id: str, source: str | None = None) -> Taken:
    """Store a new opinion with all who signed it, review it by policy, and say so. `form` is resolved."""
    automatic = domain.review(catalogue, form["channel"]).automatic
    state = advance(State.SUBMITTED, Move.ACCEPT) if automatic else State.SUBMITTED
    receipt = domain.new_receipt(secrets.randbits)
    store.add_opinion({
        "id": opinion_id, "receipt": receipt, "fingerprint": domain.fingerprint(form), "title": form["title"],
        "content": form["content"], "channel": form["channel"], "topic": form["topic"], "visibility": form["visibility"],
        "state": state, "submitted": store.now, "told": form.get("submitted_at"), "round": 1, "said": 2 if automatic else 1,
        "heard": 0, "waiting_since": None if automatic else store.now, **_identity(form, source),
        **{name: form.get(name) for name in _AS_GIVEN},
    })  # fmt: skip
    store.record(opinion_id, store.now, OpinionSubmitted.TYPE, SUBMITTER, channel=form["channel"])
    places = {"topic": form["topic"], "area": form.get("area"), "station": form.get("station")}
    told = datetime.fromisoformat(form["submitted_at"]) if form.get("submitted_at") else None
    store.publish(OpinionSubmitted(form["channel"], form["title"], **places, told=told), opinion_id, 1)
    if automatic:
        store.record(opinion_id, store.now, OpinionAccepted.TYPE, POLICY)
        text = OpinionText(opinion_id, form["title"], form["content"], **places)
        store.publish(OpinionAccepted(text, form["channel"], "automatic", form["topic"]), opinion_id, 2)
    return Taken(opinion_id, receipt, state, cosigners=_sign(store, form, opinion_id, receipt))


def _identity(form: Mapping[str, Any], source: str | None) -> dict[str, Any]:
    """Whose number it carries, and what to compare with when that number comes again."""
    if not form.get("external_id"):
        return {"source": None, "given": None}
    return {"source": source, "given": domain.impersonal(domain.digests(form))}


def _sign(store: IntakeStore, form: Mapping[str, Any], opinion_id: str, receipt: str) -> tuple[str, ...]:
    """联名: give each co-signer a receipt, and tell whoever can be reached theirs; returns the co-signers' receipts."""
    named = [{"receipt": domain.new_receipt(secrets.randbits), **person} for person in form.get("cosigners") or ()]
    for number, person in enumerate(named, 1):
        contact = {name: person.get(name) for name in ("name", "phone", "email")}
        store.add_signer({
            "receipt": person["receipt"], "opinion": opinion_id, "number": number, "kind": person["kind"], **contact,
        })  # fmt: skip
    people = [{**(form.get("submitter") or {}), "receipt": receipt}, *named]
    notifying.write(store, opinion_id, "received", [{**person, "title": form["title"]} for person in people])
    return tuple(person["receipt"] for person in named)


def submit(store: IntakeStore, sender: Sender, form: Mapping[str, Any], opinion_id: str) -> Taken:
    """One opinion. With an external id that its sender used before: the same answer for the same request, else `Conflict`."""
    (result,) = submit_many(store, sender, [form], [opinion_id])
    if isinstance(result, Refusal):
        raise result
    return result


def submit_many(
    store: IntakeStore, sender: Sender, forms: Sequence[Mapping[str, Any]], ids: Sequence[str]
) -> list[Taken | Refusal]:
    """Several opinions of a sender in one transaction, idempotent by its external ids; a bad one is refused alone.

    From the first one on that there is no room for, none is taken that is new, so that the rest of a file can be sent again.
    """
    wanted = [form["external_id"] for form in forms if form.get("external_id")]
    known = _remembered(store, wanted, sender.grant) if wanted else {}
    results: list[Taken | Refusal] = []
    full: AtCapacity | None = None
    for form, opinion_id in zip(forms, ids, strict=True):
        try:
            resolved = domain.resolve(sender.catalogue, form, sender.grant)
            external_id = resolved.get("external_id")
            if external_id in known:
                results.append(_recall(known[external_id], resolved))
                continue
            if full is None:
                full = _at_capacity(sender.capacity)
            if full is not None:
                results.append(full)
                continue
            taken = take(store, sender.catalogue, resolved, opinion_id, sender.grant.source)
        except Refusal as error:
            results.append(error)
            continue
        results.append(taken)
        if external_id:
            known[external_id] = _Known(replace(taken, known=True), domain.digests(resolved))
    return results


def _at_capacity(capacity: CapacityLimit) -> AtCapacity | None:
    try:
        capacity.take()
    except AtCapacity as error:
        return error
    return None


def _remembered(store: IntakeStore, external_ids: Sequence[str], grant: Grant) -> dict[str, _Known]:
    """What was taken from this sender under each of these external ids that is known, with all that was said then."""
    rows = store.with_external_ids(external_ids, grant.sources)
    signed = store.signers([row["id"] for row in rows.values()]) if rows else {}

    def known(row: Mapping[str, Any]) -> _Known:
        signers = signed.get(row["id"], [])
        taken = Taken(row["id"], row["receipt"], State(row["state"]), True, tuple(each["receipt"] for each in signers))
        people = [{name: value for name, value in each.items() if name != "receipt"} for each in signers]
        persons = domain.digests({**store.persons(row), "cosigners": people})
        # What was erased since is not known any more, and so differs from whatever comes.
        return _Known(taken, None if not row["source"] else {**(row["given"] or {}), **persons}, row["fingerprint"])

    return {external_id: known(row) for external_id, row in rows.items()}


def _recall(known: _Known, form: Mapping[str, Any]) -> Taken:
    """What was taken under this external id; anything else under it would be lost, so it is refused."""
    if known.said is not None:
        domain.check_same(known.said, domain.digests(form))
    else:
        # An earlier version kept no more than this of what it was sent.
        domain.check_same({"content": known.fingerprint}, {"content": domain.fingerprint(form)})
    return known.taken
