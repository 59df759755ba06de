"""Celery: acknowledged after the work, also when the worker dies; every publish confirmed; retried without end."""

from __future__ import annotations

import psycopg
from celery import Celery
from kombu.exceptions import OperationalError

from benchmarks.peers import work
from benchmarks.peers.place import AMQP
from benchmarks.peers.web import Store

app = Celery("peer", broker=AMQP)
app.conf.update(
    task_default_queue=work.TASKS, task_default_queue_type="quorum", task_default_exchange_type="topic",
    task_default_routing_key=work.TASKS, task_ignore_result=True, task_acks_late=True, task_reject_on_worker_lost=True,
    broker_transport_options={"confirm_publish": True}, broker_pool_limit=16, broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=16,
)  # fmt: skip
TROUBLES = (psycopg.Error, OperationalError, OSError)
_stores: list[Store] = []


def store() -> Store:
    """The connection of this process, which was forked before there was one."""
    if not _stores or _stores[0].connection.broken:
        _stores[:] = [Store()]
    return _stores[0]


@app.task(autoretry_for=TROUBLES, max_retries=None, retry_backoff=True, retry_backoff_max=4)
def assign(opinion: str, title: str, content: str) -> None:
    """Choose the department, store the assignment, tell the department."""
    assignment = work.route(opinion, title, content)
    store().connection.execute(work.ASSIGN, assignment)
    body = work.message(assignment, title, content)
    with app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            body, exchange="", routing_key=assignment.queue, delivery_mode=2, retry=True,
            content_type="application/cloudevents+json", content_encoding="utf-8",
        )  # fmt: skip
