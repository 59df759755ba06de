"""How long desks take, and whether what is closed costs them anything: few opinions and many, with as many open ones."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import click
import flask.testing

from services.console.settings import EXAMPLE
from services.contracts.duties import CareState, HopState
from services.contracts.lifecycle import State
from services.intake import __main__ as intake
from services.intake.store.constituency.duties import cares, relay_hops
from services.intake.store.constituency.tables import deputies
from services.intake.store.tables import opinions
from services.runtime.clock import ZONE, FixedClock
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS, STORE, migrate
from services.runtime.telemetry import Telemetry
from services.runtime.web import access
from services.runtime.web.application import create_app

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
#: How many deputies there are, how many opinions are open whatever the store, and how often each question is asked.
DEPUTIES, OPEN, TIMES, A_PORTION = 300, 3_000, 40, 5_000
FEW, MANY = 5_000, 100_000
STATION = "chengdong"
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "to take": ("deputy", "/api/v1/entrusted?duty=take"),
    "to feed back": ("deputy", "/api/v1/entrusted?duty=feedback"),
    "waiting": ("deputy", "/api/v1/entrusted?duty=wait"),
    "to confirm": ("deputy", "/api/v1/entrusted?duty=relay"),
    "deputy's page": ("deputy", "/entrusted"),
    "station's desk": ("station", "/api/v1/entrusted?duty=take"),
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


def measure(many: int, times: int) -> dict[str, float]:
    """The milliseconds of CPU that each question takes on a store with so many opinions."""
    with tempfile.TemporaryDirectory(prefix="huiying-desks-") as name:
        url, other = f"sqlite:///{name}/intake.db", f"sqlite:///{name}/access.db"
        database, tokens = Database(url, "intake", FixedClock(NOW)), Database(other, "access", FixedClock(NOW))
        migrate(database, STORE, "runtime")
        migrate(database, intake.ASSEMBLY.migrations, "intake")
        migrate(tokens, ACCESS, "access")
        fill(database, many)
        known = {
            "HUIYING_INTAKE_DATABASE_URL": url, "HUIYING_ACCESS_DATABASE_URL": other, "HUIYING_CATALOGUE": str(EXAMPLE),
            "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying", "HUIYING_CONTACT_KEYS": "k" * 40,
        }  # fmt: skip
        service = intake.build(load(intake.ASSEMBLY.settings, "intake", known), database, FixedClock(NOW))
        app = create_app("intake", service, intake.ROUTES, access.TokenAuthenticator(tokens), Telemetry())
        parties = {"deputy": "d-7", "station": STATION}
        who = {role: access.create(tokens, role, parties.get(role))[1] for role, _ in QUESTIONS.values()}
        client = app.test_client()
        found = {question: _milliseconds(client, who[role], path, times) for question, (role, path) in QUESTIONS.items()}
        for each in (database, tokens):
            each.close()
        return found


def _milliseconds(client: flask.testing.FlaskClient, token: str, path: str, times: int) -> float:
    ask: Callable[[], int] = lambda: client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code  # noqa: E731
    if ask() != 200:
        raise click.ClickException(f"{path} is not answered")
    began = time.process_time()
    for _ in range(times):
        ask()
    return 1000 * (time.process_time() - began) / times


@click.command()
@click.option("--opinions", "many", default=MANY, show_default=True, help="opinions of the large store")
@click.option("--times", default=TIMES, show_default=True, help="how often each question is asked")
def entrusted(many: int, times: int) -> None:
    """测代表工作台 · how long desks take, with few closed opinions and with many."""
    small, large = measure(FEW, times), measure(many, times)
    click.echo(f"milliseconds of CPU; {OPEN} open ones of {FEW} opinions, then of {many}")
    for question in QUESTIONS:
        click.echo(f"{question:18}{small[question]:8.1f}{large[question]:8.1f}   {large[question] / small[question]:5.2f}")
