"""Which departments of a catalogue have a queue."""

from services.contracts.catalogue.check import check_catalogue, parse_catalogue
from tests.unit.contracts.test_catalogue import GOOD, no_parent


def test_a_department_has_a_queue_unless_it_says_that_it_has_none() -> None:
    assert parse_catalogue(GOOD, no_parent).queued == ("petitions", "water")
    alone = parse_catalogue(GOOD.replace("name_en: Water}", "name_en: Water, queue: false}"), no_parent)
    assert (alone.queued, alone.unqueued) == (("petitions",), frozenset({"water"}))
    (problem,) = check_catalogue(GOOD.replace("name_en: Water}", "name_en: Water, queue: perhaps}"), no_parent)
    assert (problem.path, problem.severity) == ("departments.water.queue", "error")
