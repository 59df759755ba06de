"""Training on the store: beside what routes, in a process of its own, and recorded whatever comes of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import structlog

from services.contracts.catalogue.model import Catalogue
from services.routing.domain.choice import Router
from services.routing.domain.learning.gate import FEWEST_CASES, MOST_CASES, Report, Verdict, is_due, verdict
from services.routing.store.learning import models
from services.runtime.store.database import Database

if TYPE_CHECKING:
    from services.routing.domain.learning.training import Step

log = structlog.get_logger()
COMMAND = ("-m", "services.routing", "train")
LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Training:
    """What came of a training."""

    version: int
    verdict: Verdict
    report: Report | None


def train_now(database: Database, catalogue: Catalogue, router: Router, step: Step = lambda *_: None) -> Training:
    """Train on all decided cases of the store, and bring the model into use if it is good enough.

    What was erased is in neither the new model nor, from then on, in the old one, of which only the report stays.
    """
    with database.transaction() as work:
        version = models.claim(work)
    with database.snapshot() as connection:
        rows = models.decided_cases(connection, database.clock.now(), MOST_CASES)
        before, ruled = models.report_in_use(connection), models.last_ruling(connection)
        forced = models.knows_erased(connection)
    model, report = None, None
    if len(rows) >= FEWEST_CASES:
        from services.routing.domain.learning.training import Decided, train

        cases = [Decided(each.title, each.content, each.department, router.points(each.title, each.content)) for each in rows]
        trained = train(cases, catalogue.learning.threshold, step)
        if trained is not None:
            model, report = trained.model, trained.report
    found = verdict(report, None if before is None else before.f1, forced=forced)
    told = msgspec.to_builtins(report) if report else {}
    with database.transaction() as work:
        if found == "in_use" and model is not None:
            models.adopt(work, version, model.pack(), ruled, told)
        else:
            models.settle(work, version, "rejected", told)
            if forced:
                models.rules_alone(work)
    log.info("model_trained", version=version, verdict=found, cases=len(rows), f1=report.f1 if report else None)
    return Training(version, found, report)


class Nightly:
    """Has the model trained once a day, in a child process; what routes goes on beside it."""

    def __init__(self, database: Database, catalogue: Callable[[], Catalogue], hour: int) -> None:
        self._database, self._catalogue, self._hour = database, catalogue, hour
        #: The training that goes on, or has ended since the last look.
        self.child: subprocess.Popen[bytes] | None = None
        self._began: datetime | None = None

    def look(self) -> bool:
        """Begin a training where one is due, or see what became of it; there is never more to do at once."""
        if self.child is not None:
            if (status := self.child.poll()) is None:
                return False
            self.child = None
            if status:
                log.error("training_failed", status=status, advice="huiying model train")
        if self.is_due():
            self._began = self._database.clock.now()
            self.child = subprocess.Popen((sys.executable, *COMMAND), stdin=subprocess.DEVNULL)
        return False

    def is_due(self) -> bool:
        """Whether the hour has come since the last training, or since the first case where there was none."""
        with self._database.reading() as connection:
            latest = models.trainings(connection, 1)
            since = latest[0].at if latest else models.first_created(connection)
        if since is not None and self._began is not None:
            # A child that could not even begin its work leaves nothing in the store.
            since = max(since, self._began)
        return is_due(since, self._database.clock.now().astimezone(self._catalogue().calendar.zone), self._hour)
