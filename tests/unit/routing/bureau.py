"""Routing for tests: a small town, a real store, a broker in memory, and short ways for departments to speak."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.contracts.catalogue.check import load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import Event, decode, encode
from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.contracts.messages.opinions import OpinionAccepted, OpinionEvaluated
from services.contracts.messages.values import Message, OpinionText, Rating
from services.contracts.people.callers import NOBODY, Caller, Role
from services.contracts.topology import COMMANDS, EVENTS, dead_queue, destinations
from services.routing import handlers
from services.routing.__main__ import ROUTES
from services.routing.app import Routing
from services.routing.consumer import subscriptions
from services.routing.domain.choice import Router
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.gateway.learning import Learning
from services.routing.handlers import due
from services.routing.store.cases import RoutingStore
from services.routing.store.promises import promises_of
from services.routing.store.tables import assignments
from services.runtime.clock import ZONE, FixedClock, new_id
from services.runtime.messaging.broker import Outgoing
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.process.catalogue import InUse
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.statements.bulk import rows_of
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app

TOWN = load_catalogue(Path(__file__).parent / "town.yml")
MIGRATIONS = Path(handlers.__file__).parents[1] / "migrations"
CALLERS = {
    "admin": Caller(Role.ADMIN),
    "reviewer": Caller(Role.REVIEWER),
    "supervisor": Caller(Role.SUPERVISOR),
    "scraper": Caller(Role.SCRAPER),
    **{code: Caller(Role.DEPARTMENT, code) for code in TOWN.departments},
    **{f"head-of-{code}": Caller(Role.HEAD, code) for code in TOWN.departments},
}
REPLY = {"content": "已修好。", "outcome": "solved"}
PROMISE = {"what": "换管道", "due": "2027-01-15T17:00:00+08:00"}
PLANNED = {"content": "已列入计划。", "outcome": "planned", "promise": PROMISE}


def at(text: str) -> datetime:
    """An instant in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def accepted(opinion: str, title: str = "河堤塌了一段", content: str = "请修。", topic: str | None = None) -> OpinionAccepted:
    """What intake says of an opinion that it lets in."""
    return OpinionAccepted(OpinionText(opinion, title, content, topic), "web", "automatic", topic)


class FakeAuthenticator(TokenAuthenticator):
    """Knows `CALLERS` by name."""

    def __init__(self) -> None:
        pass

    def caller(self, header: str | None) -> Caller:
        return CALLERS.get((header or "").removeprefix("Bearer "), NOBODY)


@dataclass
class Bureau:
    """One routing service and everybody who speaks with it."""

    database: Database
    clock: FixedClock
    catalogue: Catalogue = TOWN
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.service = Routing(self.database, InUse(self.catalogue, Router), Learning(self.database))
        self.broker = MemoryBroker(self.catalogue.departments)
        self.client = create_app("routing", self.service, ROUTES, FakeAuthenticator(), Telemetry()).test_client()
        self._dispatchers = {
            subscription.queue: Dispatcher(
                subscription, self.database, partial(self.broker.consumer, subscription.queue), self.broker.publisher,
                Telemetry(), 100,
            )
            for subscription in subscriptions(self.service)
        }  # fmt: skip

    def consume(self, queue: str) -> None:
        """Let the service hear all that waits in one of its queues, a hundred messages a batch."""
        consumer = self.broker.consumer(queue, 1000)
        while self.broker.waiting(queue):
            self._dispatchers[queue].turn(consumer)
        consumer.close()

    def put(self, opinion: str, message: Message, sequence: int = 1) -> None:
        """Put something that intake says about an opinion, in an event of its own, into the queue."""
        event = Event(new_id(), "/intake", opinion, self.clock.now(), sequence, message)
        exchange, key = destinations(message)[0] if message.PRIVATE else (EVENTS, f"{message.TYPE}.-")
        self.broker.route(Outgoing(event.id, exchange, key, encode(event)))

    def publish_to_routing(self, opinion: str, message: Message, sequence: int = 1) -> None:
        """The same, and let routing hear it."""
        self.put(opinion, message, sequence)
        self.consume("routing.events")

    def accept(
        self, title: str = "河堤塌了一段", content: str = "请修。", topic: str | None = None, opinion: str | None = None
    ) -> str:
        """An opinion is accepted; returns its assignment's id."""
        opinion = opinion or f"o-{next(self.numbers)}"
        self.publish_to_routing(opinion, accepted(opinion, title, content, topic))
        answer: str = self.of(opinion)["id"]
        return answer

    def evaluate(
        self, assignment: str, result: str = "satisfied", comment: str | None = None, round: int | None = None, **more: Any
    ) -> None:
        """A submitter rates the reply of this round, or of the one named."""
        row = self.row(assignment)
        more["round"] = round or row["round"]
        self.publish_to_routing(
            row["opinion"], OpinionEvaluated(assignment, row["department"], Rating(result), None, comment, **more)
        )

    def command(self, key: str, data: Any, command: str | None = None, sender: str | None = None) -> str:
        """A department sends a command and routing hears it; returns the command's id."""
        command = new_id() if command is None else command
        body = data if isinstance(data, bytes) else json.dumps({"id": command, "data": data}).encode()
        self.broker.route(Outgoing(command, COMMANDS, key, body), sender)
        self.consume("routing.commands")
        return command

    def post(self, path: str, body: Any, who: str | None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", json=body, headers=named | ({"Authorization": f"Bearer {who}"} if who else {}))

    def get(self, path: str, who: str | None = None, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query_string=query, headers={"Authorization": f"Bearer {who}"} if who else {})

    def pages(self, usual: str, language: str) -> Callable[..., Any]:
        """What asks for a page, or sends a form, as who usually does, or as somebody else."""

        def ask(path: str, who: str | None = usual, form: Mapping[str, Any] | None = None) -> Any:
            headers = {"Authorization": f"Bearer {who}", "Accept-Language": language} if who else {}
            if form is None:
                return self.client.get(path, headers=headers)
            return self.client.post(path, data=form, headers=headers, content_type="application/x-www-form-urlencoded")

        return ask

    def do(self, assignment: str, verb: str, body: Mapping[str, Any] | None = None, who: str = "water") -> Any:
        """A department's move over HTTP."""
        return self.post(f"/assignments/{assignment}/{verb}", body or {}, who)

    def ask(self, way: str, assignment: str, verb: str, body: Mapping[str, Any] | None = None, who: str = "water") -> Any:
        """A department's move over "http" or "amqp"; None when it was made, else the (detail, errors) of the refusal."""
        if way == "http":
            answer = self.do(assignment, verb, body, who)
            said = answer.get_json()
            return None if answer.status_code == 200 else (said["detail"], said.get("errors", {}))
        before = len(self.rejected())
        self.command(f"{who}.{verb}", {"assignment": assignment, **(body or {})})
        refusals = self.rejected()[before:]
        return (refusals[0].detail, {name: list(each) for name, each in refusals[0].errors.items()}) if refusals else None

    def rule(self, assignment: str, about: str, granted: bool, who: str = "supervisor", **more: str) -> Any:
        """A supervisor's ruling over HTTP."""
        body = {"about": about, "granted": granted, "reason": "依职责清单。", **more}
        return self.post(f"/assignments/{assignment}/rule", body, who)

    def leads(self, opinion: str) -> list[Mapping[str, Any]]:
        """Every assignment that an opinion has had, oldest first."""
        return self._rows(assignments.c.opinion == opinion)

    def lead(self, opinion: str) -> Mapping[str, Any]:
        """The assignment of the department that leads an opinion's case now."""
        (row,) = (each for each in self.leads(opinion) if each["role"] == "lead" and each["state"] != "reassigned")
        return row

    def beside(self, opinion: str) -> dict[str, Mapping[str, Any]]:
        """The assignments beside the lead's by department, the latest of each."""
        return {row["department"]: row for row in self.leads(opinion) if row["role"] != "lead"}

    def let_in(self, opinion: str, title: str = "河堤塌了一段", topic: str | None = None, **chosen: Any) -> Mapping[str, Any]:
        """An opinion is accepted as a reviewer wants it; returns the lead's assignment."""
        self.publish_to_routing(
            opinion, OpinionAccepted(OpinionText(opinion, title, "请修。", topic), "web", "reviewer", topic, **chosen)
        )
        return self.lead(opinion)

    def resume_capped(self, limit: int = 200) -> int:
        with self.database.transaction() as work:
            found = (store := RoutingStore(work, self.catalogue)).paused_too_long(limit)
            due.resume_capped(store, found)
        return len(found)

    def conclude_lapsed(self, limit: int = 200) -> int:
        with self.database.transaction() as work:
            found = (store := RoutingStore(work, self.catalogue)).lapsed(work.now - due.ON_ITS_WAY, limit)
            due.conclude_lapsed(store, found)
        return len(found)

    def break_overdue(self, limit: int = 200) -> int:
        with self.database.transaction() as work:
            found = (store := RoutingStore(work, self.catalogue)).promises_due(limit)
            due.break_overdue(store, found)
        return len(found)

    def promises(self, assignment: str) -> list[TrackedPromise]:
        """What the department has promised, the earliest due first."""
        with self.database.reading() as connection:
            return promises_of(connection, assignment)

    def row(self, assignment: str) -> Mapping[str, Any]:
        """An assignment as it is stored."""
        (row,) = self._rows(assignments.c.id == assignment)
        return row

    def of(self, opinion: str) -> Mapping[str, Any]:
        """The one assignment of an opinion."""
        (row,) = self.leads(opinion)
        return row

    def forge(self, assignment: str, **values: Any) -> None:
        """Store something of an assignment that no move has made."""
        with self.database.transaction() as work:
            work.execute(assignments.update().where(assignments.c.id == assignment).values(**values))

    def _rows(self, which: sa.ColumnElement[bool]) -> list[Mapping[str, Any]]:
        with self.database.reading() as connection:
            return rows_of(connection.execute(sa.select(assignments).where(which).order_by(assignments.c.id)))

    def said(self, about: str | None = None) -> list[Event]:
        """What went into the outbox, in order, without the copies of what others have said."""
        events = [decode(row["body"]) for row in self.sent() if row["type"] != OpinionEvaluated.TYPE]
        return [event for event in events if about in (None, event.subject)]

    def story(self, opinion: str) -> list[tuple[str, int]]:
        """Types and sequence numbers of what was said about an opinion."""
        return [(event.type.removeprefix("assignment."), event.sequence) for event in self.said(opinion)]

    def answers(self) -> list[CommandAccepted | CommandRejected]:
        """What departments were answered, in order."""
        return [event.data for event in self.said() if isinstance(event.data, CommandAccepted | CommandRejected)]

    def sent(self, about: str | None = None) -> list[Mapping[str, Any]]:
        """The messages in the outbox, in order, each with all of its places; one that was said twice is there twice."""
        with self.database.reading() as connection:
            rows = rows_of(connection.execute(sa.select(outbox_table).order_by(outbox_table.c.id)))
        found: list[dict[str, Any]] = []
        for row in rows:
            (place,) = json.loads(row["destinations"])
            if found and found[-1]["message_id"] == row["message_id"] and place not in found[-1]["places"]:
                found[-1]["places"].append(place)
            else:
                found.append({**row, "places": [place], "subject": decode(row["body"]).subject})
        whole = [{**each, "destinations": json.dumps(each["places"])} for each in found]
        return [each for each in whole if about in (None, each["subject"])]

    def rejected(self) -> list[CommandRejected]:
        return [event.data for event in self.said() if isinstance(event.data, CommandRejected)]

    def dead(self, queue: str) -> list[Outgoing]:
        return self.broker.waiting(dead_queue(queue))
