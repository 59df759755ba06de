"""`huiying demo`: sample opinions go all the way round on a real broker, and what happened is told as a story."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.console.client.http import Client
from services.console.demo.departments import Desk
from services.console.demo.report import tell
from services.console.demo.samples import Case, load_samples
from services.console.embedded.installation import Installation
from services.console.embedded.launch import service_url
from services.console.embedded.supervisor import Supervisor
from services.console.settings import HOME, Addresses, ConsoleSettings
from services.console.terminal import fail, step
from services.contracts.definitions import department_user
from services.runtime.clock import SystemClock

PATIENCE_SECONDS, LOOK_SECONDS = 60.0, 0.25
STANDARD, FAST = HOME / "deploy" / "catalogue.yml", HOME / "deploy" / "catalogue.fast.yml"


def run_demo(given: ConsoleSettings) -> tuple[ConsoleSettings, Addresses]:
    """Start the system with seconds for days, walk the samples through, tell the story; everything is left running."""
    settings = (
        given if given.has_own_catalogue and given.catalogue.absolute() != STANDARD.absolute() else replace(given, catalogue=FAST)
    )
    place = Supervisor(settings).up()
    demo = Demo(Client(place), place, Installation(settings.var), load_samples(), SystemClock().now())
    demo.run()
    tell(demo.cases, demo.names, demo.statistics())
    return settings, place


@dataclass
class Demo:
    """One run: the cases, and everybody's part in them."""

    client: Client
    place: Addresses
    installation: Installation
    cases: Sequence[Case]
    began: datetime

    def run(self) -> None:
        """Submit, let the departments work and the submitters rate, until every story has ended."""
        self.names = {row["code"]: row["name"] for row in self.client.get("/departments")["items"]}
        for case in self.cases:
            answer = self.client.post("/opinions", case.form, public=case.is_public)
            case.opinion, case.receipt, case.state = answer["id"], answer["receipt"], answer["state"]
        step(f"提交 {len(self.cases)} 件意见建议 opinions submitted")
        with self._desks() as desks:
            end = time.monotonic() + PATIENCE_SECONDS
            while waiting := [case for case in self.cases if not case.done]:
                for case in waiting:
                    self._follow(case)
                self._check(desks, waiting, end)
                time.sleep(LOOK_SECONDS)
        for case in self.cases:
            case.assignment = self.client.get("/assignments", opinion=case.opinion, role="lead")["items"][0]
            case.reminders = [*self.client.pages("/reminders", opinion=case.opinion)][::-1]

    def statistics(self) -> dict[str, Any]:
        """The published numbers of this run, as soon as the counting service has heard of all of it."""
        wanted = {
            "submitted": len(self.cases), "replied": len(self.cases),
            "concluded": sum(1 for case in self.cases if case.handling.rating),
            "reminded": sum(1 for case in self.cases for each in case.reminders if each["state"] == "sent"),
        }  # fmt: skip
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer: dict[str, Any] = self.client.get("/statistics", by="department", **{"from": self.began.isoformat()})
            counts = answer["total"]["counts"]
            if all(counts[name] >= number for name, number in wanted.items()):
                return answer
            if time.monotonic() > end:
                found = {name: counts[name] for name in wanted}
                fail(f"The statistics do not arrive at what happened: {found} of {wanted}.", "huiying doctor; huiying logs metrics")
            time.sleep(LOOK_SECONDS)

    @contextmanager
    def _desks(self) -> Iterator[list[Desk]]:
        cases, stop = {case.opinion: case for case in self.cases}, threading.Event()
        desks = [Desk(code, self._url(code), cases, stop) for code in self.names]
        for desk in desks:
            desk.start()
        try:
            yield desks
        finally:
            stop.set()
            for desk in desks:
                desk.join(5.0)

    def _url(self, code: str) -> str:
        user = department_user(code)
        if not self.installation.knows(user):
            return self.place.broker_url
        return service_url(self.place.broker_url, user, self.installation.password(user))

    def _follow(self, case: Case) -> None:
        seen = self.client.get(f"/receipts/{case.receipt}")
        if seen["state"] != case.state and case.handling.late:
            step(f"  {case.title}: {seen['state']}")
        case.state = seen["state"]
        if "evaluation" in seen["may"] and (rating := case.next_rating):
            body = {"result": rating, "process": case.handling.process, "comment": case.handling.comment}
            if case.ratings:
                body = {"result": rating}
            self.client.post(
                f"/receipts/{case.receipt}/evaluation", {name: value for name, value in body.items() if value}, public=True
            )
            case.ratings.append(rating)

    def _check(self, desks: Sequence[Desk], waiting: Sequence[Case], end: float) -> None:
        troubles = [trouble for desk in desks for trouble in desk.troubles]
        if troubles:
            fail(f"A department had trouble: {troubles[0]}", "huiying doctor; huiying logs routing")
        if time.monotonic() > end:
            stuck = "; ".join(f"{case.title}: {case.state}" for case in waiting)
            fail(f"After {PATIENCE_SECONDS:.0f} s these have not come to their end: {stuck}", "huiying doctor; huiying logs")
