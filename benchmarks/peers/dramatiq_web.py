"""The web process in front of dramatiq."""

from __future__ import annotations

from benchmarks.peers.dramatiq_worker import assign
from benchmarks.peers.web import store_and

app = store_and(lambda opinion: assign.send(opinion.id, opinion.title, opinion.content) and None)
