"""What can be chosen in the form, by the catalogue."""

from __future__ import annotations

from services.contracts.catalogue.model import Catalogue, Reason
from services.contracts.words.bilingual import Words, name_of

#: Options by group: the group's name (None: no group), and the value and name of each of its options.
Options = list[tuple[Words | None, list[tuple[str, Words]]]]


def areas_of(catalogue: Catalogue) -> Options:
    """All areas."""
    return [(None, [(area.code, name_of(area)) for area in catalogue.areas.values()])]


def departments_of(catalogue: Catalogue) -> Options:
    """All departments."""
    return [(None, [(each.code, name_of(each)) for each in catalogue.departments.values()])]


def stations_of(catalogue: Catalogue) -> Options:
    """The stations by area; an area without one is left out."""
    found = [
        (
            name_of(area),
            [(each.code, name_of(each)) for each in catalogue.stations.values() if each.area == area.code],
        )
        for area in catalogue.areas.values()
    ]
    return [(area, stations) for area, stations in found if stations]


def topics_of(catalogue: Catalogue) -> Options:
    """The topics by department; a department without one is left out."""
    found = [
        (name_of(each), [(topic.code, name_of(topic)) for topic in catalogue.topics.values() if topic.department == each.code])
        for each in catalogue.departments.values()
    ]
    return [(department, topics) for department, topics in found if topics]


def advice_of(reason: Reason) -> Words:
    """Where to turn with what is declined."""
    return Words(reason.advice, reason.advice_en)
