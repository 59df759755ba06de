"""The short form of `make fuzz`: every operation of the OpenAPI document, for nobody and for the roles that reach most."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.contracts.people.callers import Role
from tests.fuzz.run import NOBODY, Fuzz

EXAMPLES, SEED = 2, 1


@pytest.fixture(scope="module")
def fuzz() -> Iterator[Fuzz]:
    with Fuzz() as made:
        yield made


@pytest.mark.parametrize("who", [NOBODY, Role.DEPARTMENT, Role.ADMIN])
def test_no_answer_is_5xx_or_undeclared(fuzz: Fuzz, who: str) -> None:
    report = fuzz.run(who, EXAMPLES, SEED, ("fuzzing",))
    assert report.findings == ""
    assert report.requests > 100
