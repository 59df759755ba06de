"""The measurements of `python -m benchmarks` are found by their names."""

import click
import pytest

from benchmarks.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_a_measurement_is_where_the_table_says(name):
    found = main.get_command(click.Context(main), name)
    assert isinstance(found, click.Command)
    assert found.name == name


def test_there_is_no_other():
    context = click.Context(main)
    assert main.list_commands(context) == sorted(COMMANDS)
    assert main.get_command(context, "anything") is None
