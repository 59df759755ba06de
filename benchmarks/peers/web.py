"""The web process of those that hand on one opinion at a time: store, commit, enqueue, answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import orjson
import psycopg
from flask import Flask, Response, request

from benchmarks.peers import work
from benchmarks.peers.place import POSTGRES

#: Hands an opinion on to the worker and returns when the broker has it.
Enqueue = Callable[[work.Opinion], None]
Answer = tuple[dict[str, str], int]
JSON = "application/json"


class Store(threading.local):
    """A connection for each thread, on which every statement is a commit of its own."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(POSTGRES, autocommit=True)


def accepted(opinion: str) -> Response:
    """The answer to an opinion that is safe."""
    return Response(orjson.dumps({"id": opinion}), 201, content_type=JSON)


def make_app(take: Callable[[work.Opinion], None]) -> Flask:
    """An application that answers with 201 once `take` has returned."""
    app = Flask(__name__)

    @app.post("/opinions")
    def submit() -> Response | Answer:
        try:
            opinion = work.read(request.get_data())
        except work.Invalid as error:
            return {"error": str(error)}, 422
        take(opinion)
        return accepted(opinion.id)

    return app


def store_and(enqueue: Enqueue) -> Flask:
    """An application that commits each opinion and then enqueues it."""
    store = Store()

    def take(opinion: work.Opinion) -> None:
        store.connection.execute(work.STORE, opinion)
        enqueue(opinion)

    return make_app(take)
