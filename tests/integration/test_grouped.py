"""Rows grouped without holding all of them: on both stores the same groups, however many are read at a time."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import sqlalchemy as sa

from services.runtime.store.counting import grouped

ROWS = 57
CODES = (None, "water", "roads")


@pytest.fixture
def database(any_database):
    return any_database()


@pytest.fixture
def rows(database):
    table = sa.Table("grouped_rows", sa.MetaData(), *(sa.Column(name, sa.String) for name in ("id", "opinion", "topic", "area")))
    chosen = random.Random(5)
    made = [
        {
            "id": f"{number:03}",
            "opinion": f"o-{chosen.randrange(1000):03}",
            "topic": chosen.choice(CODES),
            "area": chosen.choice(CODES),
        }
        for number in range(ROWS)
    ]
    table.create(database.engine)
    with database.transaction() as work:
        work.execute(table.insert(), made)
    return table, made


@pytest.mark.parametrize("most", [1, 7, ROWS - 1, ROWS, 10 * ROWS])
def test_groups_add_up_to_all_rows_however_many_are_read_at_a_time(database, rows, most):
    table, made = rows
    cases, examples = Counter(), {}
    with database.reading() as connection:
        for group in grouped(connection, sa.select(table), "opinion", most):
            codes = group["topic"], group["area"]
            cases[codes] += group["cases"]
            examples[codes] = min(group["example"], examples.get(codes, "p"))
    assert cases == Counter((row["topic"], row["area"]) for row in made)
    for codes, example in examples.items():
        assert example == min(row["opinion"] for row in made if (row["topic"], row["area"]) == codes)


def test_no_more_rows_are_held_than_are_read_at_a_time(database, rows):
    with database.reading() as connection:
        assert max(group["cases"] for group in grouped(connection, sa.select(rows[0]), "opinion", 4)) <= 4
