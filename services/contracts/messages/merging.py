"""并案: what is published of the two cases of a merge, and of what is told to the case that goes on."""

from __future__ import annotations

from typing import ClassVar

from services.contracts.messages.values import Message, OpinionText, Role


class OpinionJoined(Message, frozen=True):
    """并案, told of the case that goes on: `opinion` is handled with it from now on, and this is what it says."""

    TYPE: ClassVar[str] = "opinion.joined"
    KEY: ClassVar[str | None] = "topic"
    opinion: OpinionText
    topic: str | None = None


class OpinionUnmerged(Message, frozen=True):
    """撤销并案: no longer handled with the opinion `out_of`; it waits for the reviewer again."""

    TYPE: ClassVar[str] = "opinion.unmerged"
    KEY: ClassVar[str | None] = "topic"
    out_of: str
    topic: str | None = None


class OpinionParted(Message, frozen=True):
    """撤销并案, told of the case that goes on: `opinion` (an id) is no longer handled with it."""

    TYPE: ClassVar[str] = "opinion.parted"
    KEY: ClassVar[str | None] = "topic"
    opinion: str
    topic: str | None = None


class AssignmentJoined(Message, frozen=True):
    """并案: `opinion` is handled with the case of this assignment from now on; the reply answers it too."""

    TYPE: ClassVar[str] = "assignment.joined"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    opinion: OpinionText
    role: Role = "lead"


class AssignmentParted(Message, frozen=True):
    """撤销并案: `opinion` (an id) is no longer handled with the case of this assignment."""

    TYPE: ClassVar[str] = "assignment.parted"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    opinion: str
    role: Role = "lead"


class AssignmentDetailed(Message, frozen=True):
    """A submitter of the case has told more; `merged` is the id of the merged opinion whose submitter it was, where it was one."""

    TYPE: ClassVar[str] = "assignment.detailed"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    content: str
    merged: str | None = None
    role: Role = "lead"
