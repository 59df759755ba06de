"""The versions of the model: what was expected of each when it was trained, and what became of its decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import OFFICE
from services.design.phrases import Phrase
from services.routing.app.context import Routing
from services.routing.pages.paper import TEMPLATES, local
from services.routing.store.learning import models
from services.routing.store.learning.standing import ModelStanding, standings
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: How many versions the picture has: those that were in use.
MOST_DRAWN = 12
#: By how much less than expected a version may be right before that is said.
DRIFT = 0.03
STANDINGS: Mapping[str, tuple[Phrase, str]] = {
    "in_use": (Phrase("In use"), "good"), "retired": (Phrase("Was in use"), ""), "rejected": (Phrase("Did not pass"), "warn"),
    "broken": (Phrase("Cannot be read"), "bad"), "training": (Phrase("Being trained"), "info"),
    "interrupted": (Phrase("Interrupted"), "warn"),
}  # fmt: skip
Basis = Literal["expected", "seen"]
#: The pictures: what was expected when a version was trained, and what was seen since.
CHARTS: Sequence[tuple[Phrase, Basis, str]] = (
    (Phrase("Decided alone, as expected at the training, by version (%)"), "expected", "coverage"),
    (Phrase("Right of it, as expected at the training, by version (%)"), "expected", "accuracy"),
    (Phrase("Decided alone since, by version (%)"), "seen", "coverage"),
    (Phrase("Right of it since, by version (%)"), "seen", "accuracy"),
)
DOUBTFUL: Mapping[str, Phrase] = {
    "review": Phrase("A person decides"), "fallback": Phrase("The fallback department has it first"),
    "likeliest": Phrase("The likeliest department has it"),
}  # fmt: skip


@routes.get("/models", access=OFFICE, page=error_page)
def models_page(call: Call[Routing]) -> Answer:
    """Which model decides, how sure it has to be, and how good each version was expected to be and is."""
    service, catalogue = call.service, call.service.catalogue
    knowledge, terms = service.learning.fresh(), catalogue.learning
    with service.database.reading() as connection:
        trainings = models.trainings(connection)
        versions = standings(connection, trainings, service.database.clock.now())
    used = [each for each in reversed(versions) if each.standing in ("in_use", "retired")][-MOST_DRAWN:]
    charts = [(title, points) for title, basis, name in CHARTS if (points := _points(used, basis, name))]
    return desk_html(
        TEMPLATES, "models.html", place=catalogue, role=call.caller.role, charts=charts, broken=models.is_broken(trainings),
        version=knowledge.version if knowledge else 0, rulings=len(knowledge.precedents) if knowledge else 0,
        threshold=_percent(terms.threshold), doubtful=DOUBTFUL[terms.doubtful],
        rows=[_row(each, catalogue) for each in versions],
    )  # fmt: skip


def _points(versions: Sequence[ModelStanding], basis: Basis, name: str) -> list[tuple[str, int, None]]:
    """The column of each version that has such a share."""
    shares = [(str(each.version), _told(each, name)[basis == "seen"]) for each in versions]
    return [(version, percent, None) for version, percent in shares if percent is not None]


def _row(each: ModelStanding, catalogue: Catalogue) -> tuple[object, ...]:
    """A version, its standing and that one's colour, when it was trained, and its shares beside what was expected."""
    shares = _told(each, "coverage"), _told(each, "accuracy")
    return each, *STANDINGS[each.standing], local(each.at, catalogue), *shares, _drifts(each)


def _told(version: ModelStanding, name: str) -> tuple[int | None, int | None]:
    """What was expected of a version, and what was seen, in percent."""
    return _percent((version.report or {}).get(name)), _percent(getattr(version, name))


def _drifts(version: ModelStanding) -> bool:
    """Whether a version is right clearly less often than was expected."""
    expected, seen = (version.report or {}).get("accuracy"), version.accuracy
    return expected is not None and seen is not None and seen < expected - DRIFT


def _percent(share: float | None) -> int | None:
    return None if share is None else round(share * 100)
