"""How long desks take, and whether what is closed costs them anything: few opinions and many, with as many open ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import click

from benchmarks.lists import GOAL, ask, client_of, store
from benchmarks.quantiles import quantiles
from benchmarks.systems.stored import count_values
from services.contracts.lifecycle import State
from services.contracts.people.duties import CareState, HopState
from services.intake import __main__ as intake
from services.intake.store.constituency.duties import cares, relay_hops
from services.intake.store.constituency.tables import deputies
from services.intake.store.tables import opinions
from services.runtime.clock import ZONE, FixedClock
from services.runtime.store.database import Database
from services.runtime.web.access import tokens as access

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
#: How many deputies there are, and how many opinions are open whatever the store.
DEPUTIES, OPEN, A_PORTION = 300, 3_000, 5_000
FEW, MANY = 5_000, 100_000
STATION = "chengdong"
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "to take": ("deputy", "/api/v1/entrusted?duty=take"),
    "to feed back": ("deputy", "/api/v1/entrusted?duty=feedback"),
    "waiting": ("deputy", "/api/v1/entrusted?duty=wait"),
    "to confirm": ("deputy", "/api/v1/entrusted?duty=relay"),
    "deputy's page": ("deputy", "/entrusted"),
    "station's desk": ("station", "/api/v1/entrusted?duty=take"),
    "counted as waiting": ("deputy", "/fragments/intake/office/entrusted"),
    "through the station": ("station", "/api/v1/station/opinions"),
    "the station's page": ("station", "/station/opinions"),
    "presidium's page": ("supervisor", "/entrusted"),
    "by deputy": ("reviewer", "/api/v1/opinions?deputy_code=d-7"),
    "newest": ("reviewer", "/api/v1/opinions"),
}


def fill(database: Database, many: int) -> None:
    """Opinions with codes and deputies, of which the newest `OPEN` are open."""
    with database.engine.begin() as connection:
        connection.execute(deputies.insert(), [_deputy(number) for number in range(DEPUTIES)])
        for first in range(0, many, A_PORTION):
            portion = range(first, min(many, first + A_PORTION))
            connection.execute(opinions.insert(), [_opinion(number, many) for number in portion])
            connection.execute(cares.insert(), [_care(number, many) for number in portion])
            connection.execute(relay_hops.insert(), [_hop(number, many) for number in portion])
    with database.engine.begin() as connection:
        count_values(connection)


def _is_open(number: int, many: int) -> bool:
    return number >= many - OPEN


def _deputy(number: int) -> dict[str, object]:
    empty = dict.fromkeys(("identity", "duties", "promise", "results"), "")
    code, name = f"d-{number}", f"代表{number}"
    return {"code": code, "name": name, "level": "county", "term": "17", "state": "active", "updated": NOW, "sequence": 1} | empty


def _opinion(number: int, many: int) -> dict[str, object]:
    at, state = NOW - timedelta(minutes=many - number), State.SIGNED if _is_open(number, many) else State.CONCLUDED
    return {
        "id": f"01930f{number:08}", "receipt": f"{number:014}", "fingerprint": f"{number:064}", "title": f"路灯不亮 {number}",
        "content": "巷口的路灯坏了两周。", "channel": "qr", "area": STATION, "station": STATION, "visibility": "department",
        "state": state, "submitted": at, "updated": at, "round": 1, "published_sequence": 3, "handled_sequence": 1,
        "deputy_code": f"d-{number % DEPUTIES}", "code_kind": "household",
    }  # fmt: skip


def _care(number: int, many: int) -> dict[str, object]:
    owes = ("take", "feedback", None)[number // DEPUTIES % 3]
    is_open = _is_open(number, many)
    taken = CareState.ASKED if owes == "take" else CareState.TAKEN
    return {
        "id": f"c{number:08}", "opinion": f"01930f{number:08}", "deputy": f"d-{number % DEPUTIES}", "name": None, "station": None,
        "state": taken if is_open else CareState.FED_BACK, "asked": NOW, "at": NOW, "owes": owes if is_open else None,
        "due": NOW if is_open and owes else None, "answered_sequence": 0,
    }  # fmt: skip


def _hop(number: int, many: int) -> dict[str, object]:
    holder = "presidium" if number % 10 == 0 else "deputy"
    return {
        "id": f"h{number:08}", "opinion": f"01930f{number:08}", "number": 1, "holder": holder,
        "code": None if holder == "presidium" else f"d-{number % DEPUTIES}", "name": None,
        "state": HopState.TOLD if _is_open(number, many) else HopState.PASSED, "told": NOW, "due": NOW,
    }  # fmt: skip


def measure(kind: str, many: int) -> dict[str, tuple[list[float], list[float]]]:
    """The milliseconds that each question takes on a store with so many opinions: on the server, and of CPU in it."""
    with store(intake.ASSEMBLY, kind, FixedClock(NOW)) as (service, tokens):
        fill(service.database, many)
        client = client_of(intake.ASSEMBLY, service, tokens)
        parties = {"deputy": "d-7", "station": STATION}
        who = {role: access.create(tokens, role, parties.get(role))[1] for role, _ in QUESTIONS.values()}
        answers = {question: ask(client, path, who[role]) for question, (role, path) in QUESTIONS.items()}
        return {question: (taken, worked) for question, (taken, worked, _) in answers.items()}


@click.command()
@click.option("--opinions", "many", default=MANY, show_default=True, help="opinions of the large store")
@click.option("--store", "kind", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
def entrusted(many: int, kind: str) -> None:
    """测代表工作台 · how long desks take, with few closed opinions and with many."""
    small, large = measure(kind, FEW), measure(kind, many)
    click.echo(f"milliseconds on {kind}, p50 and worst, and of CPU; {OPEN} open ones of {FEW} opinions, then of {many}")
    for question in QUESTIONS:
        rows = [(quantiles(taken), quantiles(worked)[0]) for taken, worked in (small[question], large[question])]
        shown = "".join(f"{p50:9.1f}{worst:8.1f}{cpu:8.1f}" for (p50, *_, worst), cpu in rows)
        ratio = rows[1][1] / max(rows[0][1], 0.01)
        click.echo(f"{question:20}{shown}   {ratio:5.2f}{'' if rows[1][0][0] < GOAL else '   over'}")
