"""满意度测评: who may rate a reply, when and how often; and everything the holder of a receipt may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.contracts.messages.values import Rating
from services.contracts.words.text import is_visible

#: How often one rater may answer: about a reply once and one revision, about a promise that was kept once.
ON_A_REPLY, ON_A_PROMISE = 2, 1
#: What the holder of a receipt can do, as the API calls it.
_CALLED: Final[Mapping[Move, str]] = {Move.COMPLETE: "details", Move.WITHDRAW: "withdrawal", Move.EVALUATE: "evaluation"}


@dataclass(frozen=True, slots=True)
class Rated:
    """A rater's answer."""

    result: Rating
    process: Rating | None = None
    comment: str | None = None

    @property
    def lacks_reason(self) -> bool:
        """Whether somebody is dissatisfied, with the result or the process, and does not say why."""
        return Rating.DISSATISFIED in (self.result, self.process) and not is_visible(self.comment or "")


@dataclass(frozen=True, slots=True)
class GivenRating:
    """A rating by the holder of a receipt, in a round of the case `case`, in answer to routing's message `asked_sequence`.

    `attempt` counts the answers to that message from 1; a `revision` replaces one that the same holder gave in this round.
    """

    case: str
    receipt: str
    round: int
    asked_sequence: int
    attempt: int
    process: Rating | None
    result: Rating
    comment: str | None
    at: datetime
    revision: bool

    @property
    def rated(self) -> Rated:
        """The answer."""
        return Rated(self.result, self.process, self.comment)


@dataclass(frozen=True, slots=True)
class Question:
    """What the submitters of a case are asked, until `window`: by its reply, or again by a promise that was kept.

    `asked_sequence` is the number of routing's message that asked.
    """

    window: datetime | None
    by_reply: bool = True
    asked_sequence: int = 0

    @property
    def times(self) -> int:
        """How often each of them may answer."""
        return ON_A_REPLY if self.by_reply else ON_A_PROMISE


def given_to(question: Question, round_: int, ratings: Iterable[GivenRating]) -> list[Rated]:
    """The ratings of one rater that answer the question of this round."""
    return [each.rated for each in ratings if (each.round, each.asked_sequence) == (round_, question.asked_sequence)]


def check_evaluation(state: State, question: Question, given: Sequence[Rated], new: Rated | None, now: datetime) -> None:
    """Raises `Conflict` unless there is a reply, its window is open, and this rater (who has `given` so much) has a say left;
    `Invalid` when somebody is dissatisfied without a reason.

    `new` is None when it is only asked whether one could rate. An unchanged rating is refused. A case may have been
    concluded in between, by another rating of it.
    """
    moved_by_holder(state, Move.EVALUATE)
    if len(given) >= question.times:
        raise Conflict("This reply has been evaluated already.")
    if new is not None and given and given[-1] == new:
        raise Conflict("This is what was said already; a second rating is for another opinion of it.")
    if question.window is None and state is State.CONCLUDED:
        raise Conflict("The reply has not arrived here yet; try again in a moment.")
    if question.window is not None and now > question.window:
        raise Conflict(f"The evaluation was open until {question.window.isoformat()}.")
    if new is not None and new.lacks_reason:
        raise Invalid(
            "Who is dissatisfied says why, so that it can be done better.",
            {"comment": ["needed for dissatisfied: what is missing, or what went wrong"]},
        )


def moved_by_holder(state: State, move: Move) -> State:
    """The state after a move of who holds the receipt; raises `Conflict` that names what this person can do instead."""
    if move in allowed_moves(state):
        return advance(state, move)
    able = [called for each, called in _CALLED.items() if each in allowed_moves(state)]
    if state is State.PAUSED:
        able.insert(0, _CALLED[Move.COMPLETE])
    possible = ", ".join(able) or "nothing more. For something new, submit another opinion"
    raise Conflict(f"'{_CALLED[move]}' is not possible while the opinion is '{state}'. Possible now with the receipt: {possible}.")


def may_evaluate(state: State, question: Question, given: Sequence[Rated], now: datetime) -> bool:
    """Whether `check_evaluation` lets a rating pass."""
    try:
        check_evaluation(state, question, given, None, now)
    except Conflict:
        return False
    return True


def may_do(
    own: State, *, rates: bool, rated: bool, first: bool, followed: bool, attaches: bool, tells_case: bool, consents: bool
) -> list[str]:
    """What the holder of a receipt can do now.

    `rates`: the reply can be rated; `rated`: it was, so that it would be a revision; `first`: this is who submitted the opinion
    and not a co-signer; `followed`: others were merged into it; `attaches`: it may have one more photo; `tells_case`: it was merged
    into a case that is not answered yet; `consents`: the submitter agreed that it becomes public.
    """
    rows = (
        ("evaluation", rates and not rated),
        ("revision", rates and rated),
        ("withdrawal", first and not followed and Move.WITHDRAW in allowed_moves(own)),
        ("details", first and (tells_case or own.asks_submitter)),
        ("attachments", first and attaches),
        ("consent", first and consents),
    )
    return [name for name, possible in rows if possible]
