"""What this process knows of what was learned: read from the store, and kept fresh by looks at it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.routing.store.learning import models
from services.runtime.store.database import Database

if TYPE_CHECKING:
    from services.routing.domain.learning.knowledge import Inquiry, Knowledge

log = structlog.get_logger()
#: How often (s) a process looks for a new version and new rulings, and how many of the newest it compares.
LOOK_SECONDS, RECENT = 1.0, 50


class Learning:
    """Everything learned, for one process. What decides never waits for a look: it takes what is known."""

    def __init__(self, database: Database) -> None:
        self._database, self._looking = database, threading.Lock()
        self._known: frozenset[str] = frozenset()
        self._version, self._look_at = 0, float("-inf")
        #: None until there is something to know, so that a place that has decided nothing loads nothing for it.
        self.knowledge: Knowledge | None = None

    def fresh(self) -> Knowledge | None:
        """What is known, after a look where the last one was some time ago; for requests, which may wait for it."""
        if time.monotonic() >= self._look_at:
            with self._looking:
                # Of those that waited for the same look, the first one did it for all.
                if time.monotonic() >= self._look_at:
                    self._look()
        return self.knowledge

    def about(self, title: str, content: str) -> Inquiry | None:
        """What is known of a text; None while nothing is learned."""
        knowledge = self.fresh()
        return knowledge.about(title, content) if knowledge else None

    def look(self) -> bool:
        """Take in a new version, or new rulings; there is never more to do at once. While the store is away, all stays."""
        with self._looking:
            self._look()
        return False

    def _look(self) -> None:
        try:
            self._take_in()
        except SQLAlchemyError as error:
            log.warning("learning_not_read", error=repr(error))
        self._look_at = time.monotonic() + LOOK_SECONDS

    def _take_in(self) -> None:
        with self._database.reading() as connection:
            version, recent = models.version_in_use(connection), models.recent_rulings(connection, RECENT)
            fresh = [each for each in recent if each not in self._known]
            all_of_it = version != self._version or len(fresh) == RECENT or (fresh and self.knowledge is None)
            if not all_of_it and fresh and self.knowledge is not None:
                self.knowledge.learn(models.ruled_texts(connection, fresh))
                self._known |= frozenset(fresh)
        if all_of_it:
            self._load()

    def _load(self) -> None:
        """Everything from the start: the model as it was trained, all precedents, and a step for each ruling since the training."""
        from services.routing.domain.learning.knowledge import Knowledge
        from services.routing.domain.learning.model import Model, ModelInvalid
        from services.routing.domain.learning.precedents import MOST

        with self._database.snapshot() as connection:
            stored, ids = models.model_in_use(connection), models.recent_rulings(connection, MOST)
            rulings = models.ruled_texts(connection, ids)
        model = None
        if stored is not None:
            try:
                model = Model.unpack(stored.body or b"")
            except ModelInvalid as error:
                log.error("model_broken", version=stored.version, error=str(error), advice="huiying model train")
                with self._database.transaction() as work:
                    models.put_aside(work, stored.version)
        last = (stored.ruled if stored else None) or ""
        # The version of what was read here: another one may have come into use since it was looked for.
        version = stored.version if stored and model else 0
        knowledge = Knowledge(model, version)
        knowledge.remember([each for each in rulings if each.case.id <= last])
        knowledge.learn([each for each in rulings if each.case.id > last])
        self._known, self._version = frozenset(ids), version
        self.knowledge = knowledge if model is not None or rulings else None
        log.info("learning_taken_in", version=knowledge.version, rulings=len(rulings))
