"""HTTP routes."""

from __future__ import annotations

from dataclasses import dataclass

import flask

from services.contracts.people.callers import PUBLIC
from services.metrics.domain.statistics import StatisticsRequest
from services.metrics.handlers import ledger as handlers
from services.metrics.handlers.service import Service
from services.metrics.handlers.sessions import session_statistics
from services.metrics.handlers.statistics import is_final
from services.metrics.handlers.statistics import statistics as published_statistics
from services.metrics.schemas.ledger import (
    Consistency,
    LedgerDays,
    LedgerHeads,
    LedgerInclusion,
    LedgerKeys,
    LedgerLeaf,
    LedgerProofs,
    TwoHeads,
    WantedEvent,
    day_answer,
    head_answer,
    inclusion_answer,
    proof_answer,
)
from services.metrics.schemas.sessions import SessionsAnswer, SessionsQuery, sessions_answer
from services.metrics.schemas.statistics import StatisticsAnswer, StatisticsQuery, statistics_answer
from services.runtime.web.calls import Call
from services.runtime.web.compression import compressed, takes_gzip
from services.runtime.web.lists.paging import LARGEST_LIMIT, Page, page, read_cursor, read_number
from services.runtime.web.problems import json_response
from services.runtime.web.routes import API, Answer, Routes

JSON, NDJSON = "application/json", "application/x-ndjson"
#: For how long others may keep what reads the same for ever; a calendar that is published later can still change a median.
FINAL_SECONDS = 86_400
routes = Routes()


@dataclass(frozen=True, slots=True)
class EncodedAnswer:
    """An answer as bytes, plain and compressed; what is `final` reads the same for ever."""

    plain: bytes
    packed: bytes
    final: bool


@routes.get(f"{API}/statistics", access=PUBLIC, charges=True, query=StatisticsQuery, answers={200: StatisticsAnswer})
def statistics(call: Call[Service]) -> Answer:
    """The published numbers and rates, by any dimensions, as of any instant."""
    asked = StatisticsRequest(**call.query)
    encoded = call.service.share("answer", asked, lambda: _encoded(call, asked), lambda: None, lambda each: each.final)
    packed = takes_gzip()
    response = flask.Response(encoded.packed if packed else encoded.plain, content_type=JSON)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if encoded.final:
        response.cache_control.public, response.cache_control.max_age = True, FINAL_SECONDS
    return response


@routes.get(f"{API}/statistics/sessions", access=PUBLIC, charges=True, query=SessionsQuery, answers={200: SessionsAnswer})
def sessions(call: Call[Service]) -> Answer:
    """The published numbers and rates of sessions with people, and of what was told there, as of any instant."""
    return 200, sessions_answer(session_statistics(call.service, StatisticsRequest(**call.query), call.charge))


def _encoded(call: Call[Service], asked: StatisticsRequest) -> EncodedAnswer:
    published = published_statistics(call.service, asked, call.charge)
    body = json_response(200, statistics_answer(published)).get_data()
    return EncodedAnswer(body, compressed(body), is_final(published))


@routes.get(f"{API}/ledger", access=PUBLIC, cost=5, query=Page, answers={200: LedgerDays})
def ledger(call: Call[Service]) -> Answer:
    """The days of the ledger with their roots, each with the hash of the one before."""
    limit = call.query["limit"]
    found = call.service.ledger.days(read_cursor(call.query["cursor"]), limit + 1)
    return 200, page(list(map(day_answer, found)), limit, "day")


@routes.get(f"{API}/ledger/key", access=PUBLIC, cost=1, query=Page, answers={200: LedgerKeys})
def ledger_key(call: Call[Service]) -> Answer:
    """The public keys that heads of the ledger are signed with, the newest first."""
    return 200, page(call.service.signer.listed if call.service.signer else [], LARGEST_LIMIT, "key")


@routes.get(f"{API}/ledger/heads", access=PUBLIC, cost=5, query=Page, answers={200: LedgerHeads})
def ledger_heads(call: Call[Service]) -> Answer:
    """The signed heads of the ledger, oldest first; `/api/v1/witness/heads` has them as another service received them."""
    limit, after = call.query["limit"], read_number(call.query["cursor"])
    return 200, page(list(map(head_answer, call.service.heads.listed(after, limit + 1))), limit, "number")


@routes.get(f"{API}/ledger/consistency", access=PUBLIC, cost=20, query=TwoHeads, answers={200: Consistency})
def ledger_consistency(call: Call[Service]) -> Answer:
    """The proof (RFC 9162) that the head over `second` leaves extends the one over `first`."""
    first, second = call.query["first"], call.query["second"]
    path = handlers.consistency(call.service, first, second)
    return 200, {"first": first, "second": second, "path": [each.hex() for each in path]}


@routes.get(f"{API}/ledger/inclusion", access=PUBLIC, cost=20, query=WantedEvent, answers={200: LedgerInclusion})
def ledger_inclusion(call: Call[Service]) -> Answer:
    """Where the message with an id is counted, with the proof for the first signed head over it."""
    return 200, inclusion_answer(handlers.inclusion(call.service, call.query["event"]))


@routes.get(f"{API}/ledger/<day>", access=PUBLIC, cost=20, answers={200: LedgerLeaf}, gives=(NDJSON,))
def ledger_day(call: Call[Service]) -> Answer:
    """The leaves of a day as NDJSON, in order and to the byte."""
    parts = handlers.leaves_of(call.service, call.path["day"])
    return flask.Response((b"".join(leaf + b"\n" for leaf in part) for part in parts), content_type=NDJSON)


@routes.get(f"{API}/ledger/proofs/<subject>", access=PUBLIC, cost=10, query=Page, answers={200: LedgerProofs})
def ledger_proofs(call: Call[Service]) -> Answer:
    """Where an opinion is counted, with the inclusion proofs; its subject is SHA-256 of `huiying-ledger` and its id."""
    limit, after = call.query["limit"], read_number(call.query["cursor"])
    found = handlers.proofs(call.service, call.path["subject"], after, limit + 1)
    return 200, page(list(map(proof_answer, found)), limit, "number")
