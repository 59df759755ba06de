"""并案 and 撤销并案: a merge is an event of both cases, and whoever joins one is told what was said in it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages.merging import OpinionJoined, OpinionParted, OpinionUnmerged
from services.contracts.messages.opinions import OpinionMerged
from services.contracts.messages.values import OpinionText
from services.intake import domain
from services.intake.handlers import notifying
from services.intake.handlers.reviewing import OFFICE, Row, known

if TYPE_CHECKING:
    from services.intake.store import IntakeStore


def merge(store: IntakeStore, catalogue: Catalogue, opinion_id: str, into: str) -> tuple[State, str]:
    """并案: handle an opinion with another one; its submitter gets that one's reply and may evaluate it too.

    Those who were merged into it before go along; a target that was merged itself stands for its own. Returns the state and the
    opinion that it is handled with. Raises `NotFound`, `Conflict`, `Invalid` for a target that nobody handles.
    """
    into = store.case_of(into)
    # Locked together and always in the same order, so that two mergers at the same moment wait for each other and not for ever.
    rows = store.opinions([opinion_id, into])
    row, target = known(rows.get(opinion_id)), rows.get(into)
    state = advance(State(row["state"]), Move.MERGE)
    case = domain.check_merge(row, target)
    newcomers, joining = store.reachable([opinion_id]), [row, *store.followers(opinion_id)]
    store.change(opinion_id, state=state, merged_into=into, said=row["said"] + 1)
    store.move_followers(opinion_id, into)
    store.record(opinion_id, store.now, OpinionMerged.TYPE, OFFICE, **domain.standing_of(case))
    merged = OpinionMerged(into, domain.is_accepted(State(row["state"])), row["topic"])
    store.publish(merged, opinion_id, row["said"] + 1)
    for number, each in enumerate(joining, case["said"] + 1):
        # Without its words: this line is on the receipts of the case too.
        store.record(into, store.now, OpinionJoined.TYPE, OFFICE, opinion=each["id"])
        text = OpinionText(each["id"], each["title"], each["content"], each["topic"], each["area"], each["station"])
        store.publish(OpinionJoined(text, case["topic"]), into, number)
    store.change(into, said=case["said"] + len(joining))
    for about, facts in notifying.so_far(catalogue, row, case):
        notifying.write(store, opinion_id, about, newcomers, **facts)
    return state, into


def unmerge(store: IntakeStore, opinion_id: str) -> State:
    """撤销并案: the opinion waits for the reviewer again, who decides on it alone; its submitter no longer gets the other's reply.

    Raises `NotFound`, `Conflict` for one that is not merged.
    """
    into = store.case_of(opinion_id)
    rows = store.opinions([opinion_id, into])
    row = known(rows.get(opinion_id))
    state = advance(State(row["state"]), Move.UNMERGE)
    case = _merged_with(row, rows.get(row["merged_into"]))
    store.change(
        opinion_id, state=state, merged_into=None, said=row["said"] + 1, waiting_since=store.now, department=None, assignment=None,
    )  # fmt: skip
    store.record(opinion_id, store.now, OpinionUnmerged.TYPE, OFFICE)
    store.publish(OpinionUnmerged(case["id"], row["topic"]), opinion_id, row["said"] + 1)
    store.change(case["id"], said=case["said"] + 1)
    store.record(case["id"], store.now, OpinionParted.TYPE, OFFICE, opinion=opinion_id)
    store.publish(OpinionParted(opinion_id, case["topic"]), case["id"], case["said"] + 1)
    return state


def _merged_with(row: Row, case: Row | None) -> Row:
    if case is None:
        # Merged into another case between the look and the lock.
        raise Conflict(f"The opinion is handled with {row['merged_into']} by now; send the same request again.")
    return case
