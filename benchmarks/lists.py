"""How long every list of a service takes with many cases behind it, and how heavy its pages are: time on the server, one by one."""

from __future__ import annotations

import gzip
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from flask.testing import FlaskClient

from benchmarks.cluster import PrivateCluster
from benchmarks.lists_handled import Asked, asked_of_notify, asked_of_routing, fill_notify, fill_routing
from benchmarks.lists_store import TOLD, fill
from benchmarks.opinions import texts_of
from benchmarks.quantiles import quantiles
from services.console.settings import EXAMPLE
from services.contracts.people.callers import Role
from services.intake import __main__ as intake
from services.intake.app.context import Intake
from services.notify import __main__ as notify
from services.routing import __main__ as routing
from services.runtime.clock import FixedClock
from services.runtime.process.assembly import AnyAssembly
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS, STORE, migrate
from services.runtime.telemetry import Telemetry
from services.runtime.web.access import tokens as access
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import API

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
MANY, TIMES = 1_000_000, 7
ASSEMBLIES: Mapping[str, AnyAssembly] = {"intake": intake.ASSEMBLY, "routing": routing.ASSEMBLY, "notify": notify.ASSEMBLY}
#: What a list may take at most, in milliseconds.
GOAL = 150.0


@contextmanager
def store(assembly: AnyAssembly, kind: str, clock: FixedClock) -> Iterator[tuple[Any, Database]]:
    """An empty store of a kind with its service, and one of access; both are gone afterwards."""
    own = assembly.name
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="huiying-lists-"))
        url, access_url = f"sqlite:///{name}/{own}.db", f"sqlite:///{name}/access.db"
        if kind == "postgresql":
            cluster = PrivateCluster()
            cluster.start()
            stack.callback(cluster.stop)
            url = cluster.create()
        database = stack.enter_context(closing(Database(url, own, clock)))
        migrate(database, STORE, "runtime")
        migrate(database, assembly.migrations, own)
        tokens = stack.enter_context(closing(Database(access_url, "access", clock)))
        migrate(tokens, ACCESS, "access")
        known = {
            f"HUIYING_{own.upper()}_DATABASE_URL": url, "HUIYING_ACCESS_DATABASE_URL": access_url,
            "HUIYING_CATALOGUE": str(EXAMPLE),
            "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying", "HUIYING_CONTACT_KEYS": "a-key-for-benches-as-long-as-it-has-to-be",
        }  # fmt: skip
        yield assembly.build(load(assembly.settings, own, known), database, clock), tokens


def questions(service: Intake, word: str, rare: str) -> Asked:
    """What is asked, by name: the address, and who asks."""
    catalogue = service.catalogue
    topic, area, department = (sorted(each)[1] for each in (catalogue.topics, catalogue.areas, catalogue.departments))
    station = next(iter(sorted(catalogue.stations)), None)
    public: dict[str, Mapping[str, object]] = {
        "list": {}, "topic": {"topic": topic}, "area": {"area": area}, "department": {"department": department},
        "station": {"station": station}, "state": {"state": "handling"}, "two states": {"state": "handling,replied"},
        "month": {"month": "2026-11"}, "month of nothing": {"month": "2024-02"},
        "topic and state": {"topic": topic, "state": "handling"},
        "words": {"q": word}, "rare words": {"q": rare}, "no such words": {"q": "龘龘"},
        "words of a month": {"q": word, "month": "2026-10"},
        "words and topic": {"q": word, "topic": topic, "state": "handling"}, "middle": {"before": 300_000},
    }  # fmt: skip
    staff: dict[str, Mapping[str, object]] = {
        "list": {}, "last change": {"sort": "updated"}, "state": {"state": "signed"}, "no such state": {"state": "drafted"},
        "topic": {"topic": topic}, "area": {"area": area}, "department": {"department": department},
        "station": {"station": station}, "channel": {"channel": "hotline"}, "no such channel": {"channel": "open311"},
        "level": {"level": "city"},
        "outcome": {"outcome": "declined"}, "a week": {"from": "2026-11-01", "to": "2026-11-07"},
        "topic and state": {"topic": topic, "state": "signed"},
        "words": {"q": word}, "rare words": {"q": rare}, "words and state": {"q": word, "state": "signed"},
        "words of a week": {"q": word, "from": "2026-11-01", "to": "2026-11-07"},
    }  # fmt: skip
    own = {"list": {}, "state": {"state": "signed"}, "words": {"q": word}, "rare words": {"q": rare}}
    asked: dict[str, tuple[str, Role | None]] = {
        **{f"public: {name}": (_address("/public", query), None) for name, query in public.items() if None not in query.values()},
        "public: page of a department": (f"/public/departments/{department}", None),
        "public: promises": ("/public/promises", None),
        "public: feed": ("/public/feed.atom", None),
        **{
            f"office: {name}": (_address(f"{API}/opinions", query), Role.REVIEWER)
            for name, query in staff.items()
            if None not in query.values()
        },
        **{f"department: {name}": (_address(f"{API}/opinions", query), Role.DEPARTMENT) for name, query in own.items()},
        "office: page of cases": ("/cases", Role.REVIEWER),
        "department: page of cases": ("/cases", Role.DEPARTMENT),
        "office: desk": ("/fragments/intake/office", Role.REVIEWER),
        "office: reviews": (f"{API}/reviews", Role.REVIEWER),
        "office: reviews in groups": (f"{API}/reviews?grouped=true", Role.REVIEWER),
        "office: to be made public": (f"{API}/publications", Role.REVIEWER),
        "first page": ("/", None),
    }
    if station:
        asked["public: page of a station"] = (f"/public/stations/{station}", None)
    return asked


def _address(path: str, query: Mapping[str, object]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def ask(client: FlaskClient, address: str, token: str | None) -> tuple[list[float], list[float], int]:
    """The milliseconds of some answers but the first, those of the CPU in this process alone, and the compressed bytes of one."""
    taken, worked, size = [], [], 0
    for _ in range(TIMES + 1):
        began, work = time.perf_counter(), time.process_time()
        answer = client.get(address, headers={"Authorization": f"Bearer {token}"} if token else {})
        taken.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - work))
        if answer.status_code != 200:
            raise click.ClickException(f"{address}: {answer.status_code}")
        size = len(gzip.compress(answer.data, 5))
    return taken[1:], worked[1:], size


def client_of(assembly: AnyAssembly, service: Any, tokens: Database) -> FlaskClient:
    """Who asks a service for its answers, without a network between them."""
    application = create_app(assembly.name, service, assembly.routes, TokenAuthenticator(tokens), Telemetry())
    return application.test_client(use_cookies=False)


def show(client: FlaskClient, asked: Asked, known: Mapping[Role, str]) -> None:
    """Ask everything, each role with its token, and print a line for each."""
    click.echo(f"{'':38}{'p50':>9}{'worst':>9}{'CPU p50':>9}{'bytes':>9}")
    for name, (address, role) in asked.items():
        taken, worked, size = ask(client, address, known[role] if role else None)
        (p50, _, _, worst), cpu = quantiles(taken), quantiles(worked)[0]
        click.echo(f"{name:38}{p50:9.1f}{worst:9.1f}{cpu:9.1f}{size:9}{'' if p50 < GOAL else '   over'}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cases", default=MANY, show_default=True, help="how many opinions there are")
@click.option("--store", "kind", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--service", "which", type=click.Choice(["intake", "routing", "notify"]), default="intake", show_default=True)
@click.option("--word", default="施工", show_default=True, help="a word that many have")
@click.option("--rare", default="井盖", show_default=True, help="a word that few have")
def lists(file: Path, cases: int, kind: str, which: str, word: str, rare: str) -> None:
    """测列表 · how long every list takes with many opinions behind it; their texts are those of FILE, a CSV."""
    clock = FixedClock(NOW - TOLD * timedelta(hours=1))
    assembly: AnyAssembly = ASSEMBLIES[which]
    with store(assembly, kind, clock) as (service, tokens):
        client = client_of(assembly, service, tokens)
        department = sorted(service.catalogue.departments)[1]
        known = {
            role: access.create(tokens, role, department if role is Role.DEPARTMENT else None)[1]
            for role in (Role.REVIEWER, Role.SUPERVISOR, Role.DEPARTMENT)
        }
        began = time.monotonic()
        if which == "intake":
            fill(service, client, known[Role.REVIEWER], clock, texts_of(file)[:TOLD], cases)
            asked = questions(service, word, rare)
        elif which == "routing":
            fill_routing(service, clock, cases)
            asked = asked_of_routing(service)
        else:
            fill_notify(service, clock, cases)
            asked = asked_of_notify(service)
        click.echo(f"{cases} cases of {which} on {kind} in {time.monotonic() - began:.0f} s, milliseconds", err=True)
        show(client, asked, known)
