"""Letters to those who submitted or signed an opinion. They go to notify alone, through an exchange of its own.

Whom a letter is for is sealed, so that neither the outbox nor a queue can be read by somebody who has no key.
A letter has no number among the messages of its opinion: a gap would tell everybody that somebody can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import UNNUMBERED
from services.contracts.messages.supervision import LetterRequested
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Addressee
from services.intake.domain.receipt.receipts import show_receipt

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore

About = Literal["received", "returned", "declined", "assigned", "taken", "replied", "kept", "resent"]
#: What those who support an opinion are told, and in whose words: they are not asked to rate it.
TO_SUPPORTERS: Mapping[About, Literal["supported", "support_replied", "support_kept", "resent"]] = {
    "received": "supported", "replied": "support_replied", "kept": "support_kept", "resent": "resent",
}  # fmt: skip
NOT_TO_SUPPORTERS = frozenset({"evaluate_by"})


def write(store: IntakeStore, opinion: str, about: About, people: Iterable[Addressee], /, **facts: str) -> None:
    """A letter to each of `people` who can be reached."""
    for person in people:
        kind = TO_SUPPORTERS.get(about) if person.supports else about
        if kind is None or not person.is_reachable:
            continue
        told = {name: fact for name, fact in facts.items() if name not in NOT_TO_SUPPORTERS} if person.supports else facts
        letter = LetterRequested(
            kind, show_receipt(person.receipt), person.title, told,
            store.seal(person.name), store.seal(person.email), store.seal(person.phone),
        )  # fmt: skip
        store.publish(letter, opinion, UNNUMBERED)


def department_name(catalogue: Catalogue, code: str) -> str:
    """A department as a letter calls it; by its code when the catalogue no longer has it."""
    return stored.department(catalogue, code).name


def so_far(catalogue: Catalogue, own: str | None, case: Opinion) -> list[tuple[About, dict[str, str]]]:
    """Facts that are new to those who join a case: which department has it, and its reply where there is one.

    `own` is the department that had their opinion before.
    """
    if case.department is None:
        return []
    named = {"department": department_name(catalogue, case.department)}
    found: list[tuple[About, dict[str, str]]] = []
    if own != case.department:
        found.append(("assigned", named))
    if case.reply is not None and case.outcome and case.state.is_answered:
        window = {"evaluate_by": case.evaluate_by.isoformat()} if case.evaluate_by else {}
        found.append(("replied", {**named, "outcome": case.outcome, **window}))
    return found
