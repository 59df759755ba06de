"""The web process in front of Celery."""

from __future__ import annotations

from benchmarks.peers.celery_worker import assign
from benchmarks.peers.web import store_and

app = store_and(lambda opinion: assign.delay(opinion.id, opinion.title, opinion.content))
