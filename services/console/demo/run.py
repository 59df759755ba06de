"""Runs the demonstration: submits the sample opinions, answers and rates them, and prints what happened."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from services.console.client.answers import AssignmentView, PublicReceiptView, ReminderView, StatisticsView, SubmittedView
from services.console.client.answers import DepartmentView as NamedDepartment
from services.console.client.http import Client, PageView
from services.console.demo.departments import SampleDepartment
from services.console.demo.report import CaseReport, print_report
from services.console.demo.samples import DemoCase, load_samples
from services.console.embedded.broker import department_url
from services.console.embedded.installation import Installation
from services.console.embedded.supervisor import Supervisor
from services.console.settings import HOME, Addresses, ConsoleSettings
from services.console.terminal import fail, step
from services.runtime.clock import SystemClock

PATIENCE_SECONDS, LOOK_SECONDS = 60.0, 0.25
STANDARD, FAST = HOME / "deploy" / "catalogue.yml", HOME / "deploy" / "catalogue.fast.yml"


def run_demo(given: ConsoleSettings) -> tuple[ConsoleSettings, Addresses]:
    """Start the system with seconds instead of days, run the samples, print the report; everything is left running."""
    settings = (
        given if given.has_own_catalogue and given.catalogue.absolute() != STANDARD.absolute() else replace(given, catalogue=FAST)
    )
    place = Supervisor(settings).up()
    demo = Demo(Client(place), place, Installation(settings.var), load_samples(), SystemClock().now())
    reports = demo.run()
    print_report(reports, demo.names, demo.statistics(reports))
    return settings, place


@dataclass
class Demo:
    """One run with its cases."""

    client: Client
    place: Addresses
    installation: Installation
    cases: Sequence[DemoCase]
    began: datetime

    def run(self) -> list[CaseReport]:
        """Submit the samples, have departments answer and submitters rate, until every case has ended."""
        self.names = {each.code: each.name for each in self.client.get("/departments", PageView[NamedDepartment]).items}
        for case in self.cases:
            answer = self.client.post("/opinions", case.form, SubmittedView, public=case.is_public)
            case.opinion, case.receipt, case.state = answer.id, answer.receipt, answer.state
        step(f"提交 {len(self.cases)} 件意见建议 opinions submitted")
        with self._departments() as departments:
            end = time.monotonic() + PATIENCE_SECONDS
            while waiting := [case for case in self.cases if not case.done]:
                for case in waiting:
                    self._follow(case)
                self._check(departments, waiting, end)
                time.sleep(LOOK_SECONDS)
        return [self._report(case) for case in self.cases]

    def _report(self, case: DemoCase) -> CaseReport:
        assignment = self.client.get("/assignments", PageView[AssignmentView], {"opinion": case.opinion, "role": "lead"}).items[0]
        return CaseReport(case, assignment, [*self.client.pages("/reminders", ReminderView, {"opinion": case.opinion})][::-1])

    def statistics(self, reports: Sequence[CaseReport]) -> StatisticsView:
        """The published numbers of this run, once all of it is counted."""
        wanted = {
            "submitted": len(self.cases), "replied": len(self.cases),
            "concluded": sum(1 for case in self.cases if case.handling.rating),
            "reminded": sum(len(report.sent) for report in reports),
        }  # fmt: skip
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.client.get("/statistics", StatisticsView, {"by": "department", "from": self.began.isoformat()})
            counts = answer.total.counts
            if all(counts[name] >= number for name, number in wanted.items()):
                return answer
            if time.monotonic() > end:
                found = {name: counts[name] for name in wanted}
                fail(f"The statistics do not arrive at what happened: {found} of {wanted}.", "huiying doctor; huiying logs metrics")
            time.sleep(LOOK_SECONDS)

    @contextmanager
    def _departments(self) -> Iterator[list[SampleDepartment]]:
        cases, stop = {case.opinion: case for case in self.cases}, threading.Event()
        departments = [
            SampleDepartment(code, department_url(self.place.broker_url, self.installation, code), cases, stop)
            for code in self.names
        ]
        for each in departments:
            each.start()
        try:
            yield departments
        finally:
            stop.set()
            for each in departments:
                each.join(5.0)

    def _follow(self, case: DemoCase) -> None:
        seen = self.client.get(f"/receipts/{case.receipt}", PublicReceiptView)
        if seen.state != case.state and case.handling.late:
            step(f"  {case.title}: {seen.state}")
        case.state = seen.state
        if "evaluation" in seen.may and (rating := case.next_rating):
            first = {} if case.ratings else {"process": case.handling.process, "comment": case.handling.comment}
            body = {"result": rating, **{name: value for name, value in first.items() if value}}
            self.client.post(f"/receipts/{case.receipt}/evaluation", body, object, public=True)
            case.ratings.append(rating)

    def _check(self, departments: Sequence[SampleDepartment], waiting: Sequence[DemoCase], end: float) -> None:
        troubles = [trouble for each in departments for trouble in each.troubles]
        if troubles:
            fail(f"A department had trouble: {troubles[0]}", "huiying doctor; huiying logs routing")
        if time.monotonic() > end:
            stuck = "; ".join(f"{case.title}: {case.state}" for case in waiting)
            fail(f"After {PATIENCE_SECONDS:.0f} s these have not come to their end: {stuck}", "huiying doctor; huiying logs")
