"""Messages of intake about an opinion."""

from __future__ import annotations

from typing import ClassVar, Literal

from services.contracts.messages.values import AwareDatetime, Count, Handling, Message, OpinionText, Rating, SpotAnswer


class OpinionSubmitted(Message, frozen=True):
    """Somebody told us something; it has a receipt from here on. `told` is when, where it was told elsewhere before.

    `code_kind` is of what kind the code is by which it came, `campaign` the 主题征集 that it counts for. `deputy_code` is
    the deputy of the register who brings it, with the `groups` that they belonged to at that time. What was asked at a session
    names it, with its kind and its theme.
    """

    TYPE: ClassVar[str] = "opinion.submitted"
    KEY: ClassVar[str | None] = "topic"
    channel: str
    title: str
    topic: str | None = None
    area: str | None = None
    station: str | None = None
    told: AwareDatetime | None = None
    code_kind: str | None = None
    campaign: str | None = None
    deputy_code: str | None = None
    groups: tuple[str, ...] | None = None
    session: str | None = None
    session_kind: str | None = None
    theme: str | None = None


class OpinionAccepted(Message, frozen=True):
    """The review let it in, by policy (`automatic`) or by a person (`reviewer`), who may have said how it is to be handled.

    `department` and `co_handlers` are given where the reviewer chose them; `leader` leads the case in person; `again` says that
    it had been let in before, was merged, and is handled on its own now. `answer` is what was answered or promised on the spot,
    at the `session` where it was told, by the department that is named.
    """

    TYPE: ClassVar[str] = "opinion.accepted"
    KEY: ClassVar[str | None] = "topic"
    opinion: OpinionText
    channel: str
    decision: Literal["automatic", "reviewer"]
    topic: str | None = None
    level: str | None = None
    difficulty: str | None = None
    department: str | None = None
    co_handlers: tuple[str, ...] = ()
    handling: Handling = "joint"
    key: bool = False
    leader: str | None = None
    again: bool = False
    answer: SpotAnswer | None = None
    session: str | None = None


class OpinionReturned(Message, frozen=True):
    """The reviewer needs to know more; the submitter completes it with the receipt."""

    TYPE: ClassVar[str] = "opinion.returned"
    KEY: ClassVar[str | None] = "topic"
    question: str
    topic: str | None = None


class OpinionDeclined(Message, frozen=True):
    """The review did not let it in, for a reason of the catalogue, with advice where to go."""

    TYPE: ClassVar[str] = "opinion.declined"
    KEY: ClassVar[str | None] = "topic"
    reason: str
    advice: str
    topic: str | None = None


class OpinionMerged(Message, frozen=True):
    """并案: handled with the opinion `into`, whose reply its submitter gets too; `accepted` says whether it had been let in."""

    TYPE: ClassVar[str] = "opinion.merged"
    KEY: ClassVar[str | None] = "topic"
    into: str
    accepted: bool
    topic: str | None = None


class OpinionWithdrawn(Message, frozen=True):
    """The submitter took it back before there was a reply; `accepted` says whether it had been let in."""

    TYPE: ClassVar[str] = "opinion.withdrawn"
    KEY: ClassVar[str | None] = "topic"
    accepted: bool
    reason: str | None = None
    topic: str | None = None


class OpinionDetailed(Message, frozen=True):
    """The submitter has told more; `merged` is the id of the merged opinion whose submitter it was, where it was one."""

    TYPE: ClassVar[str] = "opinion.detailed"
    KEY: ClassVar[str | None] = "topic"
    content: str
    topic: str | None = None
    merged: str | None = None


class LetterErased(Message, frozen=True):
    """What its submitter wrote was erased on request; `opinion` has what stands in its place.

    Services that keep words of it hear of this, and nobody else.
    """

    TYPE: ClassVar[str] = "letter.erased"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    PRIVATE_TO: ClassVar[tuple[str, ...]] = ("routing.events", "notify.letters")
    opinion: OpinionText


class OpinionEvaluated(Message, frozen=True):
    """The submitter rated the reply. `rater` tells several of one case apart and nobody who they are.

    `awaited` is how many of those who get the reply have not rated it in this round.

    Its department gets a copy from routing without `rater` and `comment`; the reason of a dissatisfied one comes with the rework.
    """

    TYPE: ClassVar[str] = "opinion.evaluated"
    KEY: ClassVar[str | None] = "topic"
    WITHHELD: ClassVar[tuple[str, ...]] = ("rater", "comment")
    assignment: str
    department: str
    result: Rating
    process: Rating | None = None
    comment: str | None = None
    topic: str | None = None
    round: Count = 1
    rater: str | None = None
    revision: bool = False
    awaited: Count = 0


class OpinionSupported(Message, frozen=True):
    """附议: how many people support the case now; who they are is said nowhere.

    `change` is what happened: somebody supports it, somebody no longer does, or supporters `moved` with a merge, which are the same
    people as before and are not counted again.
    """

    TYPE: ClassVar[str] = "opinion.supported"
    KEY: ClassVar[str | None] = "topic"
    supporters: Count
    change: Literal["given", "withdrawn", "moved"]
    department: str | None = None
    topic: str | None = None
