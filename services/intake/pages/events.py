"""The names of events and actors on pages: a row for every message."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.messages.accounts import LetterLinked
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.contracts.messages.ledger import LedgerHeaded
from services.contracts.messages.merging import (
    AssignmentDetailed,
    AssignmentJoined,
    AssignmentParted,
    OpinionJoined,
    OpinionParted,
    OpinionUnmerged,
)
from services.contracts.messages.opinions import (
    LetterErased,
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionSubmitted,
    OpinionWithdrawn,
)
from services.contracts.messages.supervision import (
    CalendarChanged,
    CardIssued,
    LetterCancelled,
    LetterRequested,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    ReminderSent,
    SupervisionRaised,
    SupervisionResolved,
    SupervisionScheduled,
)
from services.design.phrases import Phrase
from services.intake.domain.actors import DEPARTMENT, HEAD, LADDER, OFFICE, POLICY, ROUTING, SUBMITTER, SUPERVISOR
from services.intake.domain.erasing import ERASED
from services.intake.domain.publication.publishing import RELEASED_ENTRY, WITHHELD_ENTRY

EVENTS: Mapping[str, Phrase] = {
    OpinionSubmitted.TYPE: Phrase("Received"),
    OpinionAccepted.TYPE: Phrase("Accepted"),
    OpinionReturned.TYPE: Phrase("More detail asked for"),
    OpinionDetailed.TYPE: Phrase("More detail given"),
    OpinionMerged.TYPE: Phrase("To be handled with another"),
    OpinionJoined.TYPE: Phrase("Another opinion is handled with this one"),
    OpinionUnmerged.TYPE: Phrase("Handled on its own again"),
    OpinionParted.TYPE: Phrase("Another opinion is no longer handled with this one"),
    OpinionWithdrawn.TYPE: Phrase("Withdrawn"),
    OpinionDeclined.TYPE: Phrase("Not accepted"),
    OpinionEvaluated.TYPE: Phrase("Rated"),
    AssignmentCreated.TYPE: Phrase("Assigned"),
    AssignmentSigned.TYPE: Phrase("Signed for"),
    AssignmentProgressed.TYPE: Phrase("Progress"),
    AssignmentObjected.TYPE: Phrase("Objection"),
    AssignmentRuled.TYPE: Phrase("Ruling"),
    AssignmentReassigned.TYPE: Phrase("Reassigned"),
    AssignmentAsked.TYPE: Phrase("More time asked for"),
    AssignmentExtended.TYPE: Phrase("Extended"),
    AssignmentPaused.TYPE: Phrase("Paused"),
    AssignmentResumed.TYPE: Phrase("Resumed"),
    AssignmentReplied.TYPE: Phrase("Answered"),
    AssignmentReopened.TYPE: Phrase("To be handled again"),
    AssignmentConcluded.TYPE: Phrase("Concluded"),
    AssignmentCancelled.TYPE: Phrase("No longer asked for"),
    AssignmentAdvised.TYPE: Phrase("Answered for its part"),
    AssignmentDrafted.TYPE: Phrase("Answer drafted"),
    AssignmentAmended.TYPE: Phrase("Draft sent back"),
    AssignmentMarked.TYPE: Phrase("Key supervision"),
    AssignmentRaised.TYPE: Phrase("Raised to the next level"),
    AssignmentRechecked.TYPE: Phrase("Looked at again"),
    AssignmentRescheduled.TYPE: Phrase("Deadlines moved with the working days"),
    AssignmentJoined.TYPE: Phrase("The department was told of the merge"),
    AssignmentParted.TYPE: Phrase("The department was told that the merge is undone"),
    AssignmentDetailed.TYPE: Phrase("The department was told the details"),
    PromiseMade.TYPE: Phrase("Promised"),
    PromiseKept.TYPE: Phrase("Promise kept"),
    PromiseBroken.TYPE: Phrase("Promise not kept"),
    ReminderSent.TYPE: Phrase("Reminded"),
    CardIssued.TYPE: Phrase("A card was issued"),
    SupervisionRaised.TYPE: Phrase("Supervision begun"),
    SupervisionScheduled.TYPE: Phrase("On the agenda of a meeting"),
    SupervisionResolved.TYPE: Phrase("Result of the supervision"),
    CalendarChanged.TYPE: Phrase("The working days have changed"),
    LedgerHeaded.TYPE: Phrase("A head of the ledger was signed"),
    LetterRequested.TYPE: Phrase("Submitter told by letter"),
    LetterCancelled.TYPE: Phrase("Submitter no longer told by letter"),
    LetterLinked.TYPE: Phrase("Somebody with an account told by letter"),
    LetterErased.TYPE: Phrase("Personal data erased"),
    ERASED: Phrase("Personal data erased"),
    RELEASED_ENTRY: Phrase("Made public"),
    WITHHELD_ENTRY: Phrase("Not made public"),
    CommandAccepted.TYPE: Phrase("A command was carried out"),
    CommandRejected.TYPE: Phrase("A command was refused"),
}

ACTORS: Mapping[str, Phrase] = {
    SUBMITTER: Phrase("the submitter"),
    OFFICE: Phrase("a reviewer of the congress office"),
    POLICY: Phrase("automatically, by the rules of acceptance"),
    ROUTING: Phrase("automatically, by the rules of assignment"),
    SUPERVISOR: Phrase("a supervisor of the congress"),
    DEPARTMENT: Phrase("the department"),
    HEAD: Phrase("the department's head"),
    LADDER: Phrase("automatically, by the rules of supervision"),
}
