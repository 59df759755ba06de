"""The people of a playback: departments that sign for what is theirs and object to the rest, and an office that rules on it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from pika.adapters.blocking_connection import BlockingChannel

from examples.python.department import Answers, DepartmentProgram, Event
from services.console.client.answers import AssignmentView
from services.console.client.http import Client
from services.runtime.tls import bare, context


def key_of(title: str, content: str) -> str:
    """What two copies of a text have in common, however its blanks were kept on the way."""
    return "".join((title + content).split())


@dataclass
class Duties:
    """Whose duty each opinion is, by the labels of the file, and what the departments have done about it."""

    of: Mapping[str, str]
    signed: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    def department(self, event: Event) -> str:
        """The department to which the opinion of an assignment belongs."""
        text = event["data"]["opinion"]
        return self.of[key_of(text["title"], text["content"])]


class KnowingDepartment(DepartmentProgram):
    """A department that knows what is its own."""

    def __init__(self, url: str, code: str, duties: Duties) -> None:
        super().__init__(bare(url), code, Answers(), lambda _: None, context(url))
        self._duties = duties

    def start(self) -> None:
        """Serve its queue beside what else goes on, until the process ends."""
        threading.Thread(target=self.run, name=f"department-{self.code}", daemon=True).start()

    def handle(self, channel: BlockingChannel, event: Event) -> None:
        """Sign for an opinion of its own, name the department of another; what was refused is kept as a trouble."""
        duties = self._duties
        if event["type"] == "command.rejected":
            duties.troubles.append(f"{self.code}: {event['data']['detail']} {event['data']['errors']}")
        if event["type"] != "assignment.created" or event["data"]["role"] != "lead":
            return
        right = duties.department(event)
        if right == self.code:
            self.command(channel, event, "sign", {})
            duties.signed.add(event["subject"])
        else:
            self.command(channel, event, "object", {"reason": "不属本单位职责。", "department": right})


@dataclass(frozen=True)
class Office:
    """Rules on objections: as the department says, which knows."""

    client: Client

    def rule(self) -> int:
        """Grant every objection that waits; returns how many those were."""
        waiting = [*self.client.pages("/assignments", AssignmentView, {"state": "objected", "role": "lead"})]
        for each in waiting:
            body = {"about": "objection", "granted": True, "reason": "依职责清单，归所提单位办理。"}
            self.client.post(f"/assignments/{each.id}/rule", body, object)
        return len(waiting)
