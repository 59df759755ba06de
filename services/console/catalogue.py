"""The catalogue that the settings name, or a failure that says what to do."""

from __future__ import annotations

from difflib import get_close_matches

from services.console.settings import ConsoleSettings
from services.console.terminal import fail
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue
from services.contracts.catalogue.model import Catalogue


def read_catalogue(settings: ConsoleSettings) -> Catalogue:
    """The catalogue; fails with its problems."""
    try:
        return load_catalogue(settings.catalogue)
    except CatalogueInvalid as error:
        fail(f"{settings.catalogue}: {error}", f"huiying catalogue check {settings.catalogue}")


def unqueued(settings: ConsoleSettings) -> frozenset[str]:
    """The departments that have no queue; none where the catalogue cannot be read."""
    try:
        return load_catalogue(settings.catalogue).unqueued
    except CatalogueInvalid:
        return frozenset()


def check_department(settings: ConsoleSettings, code: str) -> None:
    """Fails unless the catalogue has the department; the advice has similar codes, or else all."""
    departments = read_catalogue(settings).departments
    if code not in departments:
        near = [each.code for each in departments.values() if each.name == code] or get_close_matches(code, departments)
        advice = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(departments)}."
        fail(f"There is no department {code!r} in {settings.catalogue}.", advice)


def check_station(settings: ConsoleSettings, code: str) -> None:
    """Fails unless the catalogue has the station; the advice has similar codes."""
    stations = read_catalogue(settings).stations
    if code not in stations:
        near = [each.code for each in stations.values() if each.name == code] or get_close_matches(code, stations)
        advice = f"Did you mean {' or '.join(near)}?" if near else "They are at /api/v1/stations, and under 'stations' there."
        fail(f"There is no station {code!r} in {settings.catalogue}.", advice)


def check_queue(settings: ConsoleSettings, code: str) -> None:
    """Fails unless the catalogue has the department and gives it a queue."""
    check_department(settings, code)
    if code in read_catalogue(settings).unqueued:
        fail(
            f"The department {code!r} has no queue in {settings.catalogue}: it works by HTTP.",
            f"huiying token create --role department --department {code}, or queue: true and huiying catalogue use",
        )
