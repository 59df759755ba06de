"""并案 and 撤销并案: a merge is an event of both cases, and those who join one are told what was said in it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import Move, State, advance
from services.intake.domain.reviewing import Terms
from services.intake.handlers import notifying, supporting
from services.intake.handlers.constituency.caring import end_duties
from services.intake.handlers.reviewing import accept

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


def merge(store: IntakeStore, catalogue: Catalogue, opinion_id: str, into: str) -> tuple[State, str]:
    """并案: handle an opinion with another one; its submitter gets that one's reply and may evaluate it too.

    Those who were merged into it before go along; a target that was merged itself stands for its own. Returns the state and the
    opinion that it is handled with. Raises `NotFound`, `Conflict`, `Invalid` for a target that nobody handles.
    """
    into = store.case_of(into)
    # All that change are locked together and always in the same order, so that nobody waits for another one for ever.
    found = store.load_many([opinion_id, into, *store.followers_of(opinion_id)])
    opinion = store.load(opinion_id)
    followers = store.followers_of(opinion_id)
    if not found.keys() >= set(followers):
        # Merged into it between the look and the lock.
        raise Conflict("Another opinion is handled with this one by now; send the same request again.")
    if into not in found:
        advance(opinion.state, Move.MERGE)
        raise Invalid("Name the opinion it is to be handled with.", {"into": ["There is no such opinion."]})
    case, had = found[into], opinion.department
    newcomers = store.reachable([opinion_id])
    opinion.merge_into(case, [found[each] for each in followers])
    end_duties(store, opinion)
    store.move_followers(opinion_id, into)
    supporting.move(store, opinion, case, back=False)
    store.save(opinion, case)
    for about, facts in notifying.so_far(catalogue, had, case):
        notifying.write(store, opinion_id, about, newcomers, **facts)
    return opinion.state, into


def accept_and_merge(store: IntakeStore, catalogue: Catalogue, opinion_id: str, into: str) -> None:
    """Let one of two that wait in on the usual terms, and handle the other one with it. Raises as `merge` and `accept`."""
    store.load_many([opinion_id, into])
    accept(store, catalogue, into, Terms())
    merge(store, catalogue, opinion_id, into)


def unmerge(store: IntakeStore, opinion_id: str) -> State:
    """撤销并案: the opinion waits for the reviewer again, who decides on it alone; its submitter no longer gets the other's reply.

    Raises `NotFound`, `Conflict` for one that is not merged.
    """
    found = store.load_many([opinion_id, store.case_of(opinion_id)])
    opinion = store.load(opinion_id)
    advance(opinion.state, Move.UNMERGE)
    case = found.get(opinion.merged_into or "")
    if case is None:
        # Merged into another case between the look and the lock.
        raise Conflict(f"The opinion is handled with {opinion.merged_into} by now; send the same request again.")
    opinion.unmerge(case)
    supporting.move(store, opinion, case, back=True)
    store.save(opinion, case)
    return opinion.state
