"""Output of the console: results on standard output, everything else on standard error, errors with advice."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import IO, Any, NoReturn

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from services.contracts.words.text import escape_json, printable
from services.runtime.settings import SettingsInvalid

#: A pipe or a file has no width, and tables in 80 columns are hard to read.
WIDTH = None if sys.stdout.isatty() else 150
STARTED = time.monotonic()


json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


class Terminal(Console):
    """A console that is safe for foreign text: neither control characters nor markup in it have an effect."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, soft_wrap=True, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Is called for every string that is printed, alone or in a table."""
        return super().render_str(printable(text, lines=True), **options)


out = Terminal(width=WIDTH)
err = Terminal(stderr=True)


class CommandFailed(click.ClickException):
    """A command has failed; `advice` says what to do next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice

    def show(self, file: IO[Any] | None = None) -> None:
        """Both lines on standard error."""
        err.print(f"错误 Error: {self.message}", style="red")
        if self.advice:
            err.print(f"下一步 Next: {self.advice}")


class CommandLine(click.Group):
    """A group of commands that reports invalid settings like any other failure."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except SettingsInvalid as error:
            raise CommandFailed(str(error), "correct the environment") from error


class LateCommands(CommandLine):
    """Loads the file of a command when that is called: all of them together take seconds.

    `places` tells of each command where it is among the files of a package.
    """

    def __init__(self, *given: Any, package: str, places: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self._package, self._places = package, places

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(self._places)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of a name."""
        if name not in self._places:
            return None
        module, _, function = self._places[name].rpartition(".")
        command: click.Command = getattr(import_module(f"{self._package}.{module}"), function)
        return command


def fail(message: str, advice: str = "") -> NoReturn:
    """Stop the command with exit status 1."""
    raise CommandFailed(message, advice)


def step(text: str) -> None:
    """Print a line of progress, with the seconds since the start."""
    err.print(f"{time.monotonic() - STARTED:5.1f}s  {text}", style="dim")


def print_json(value: object) -> None:
    """Print JSON on standard output."""
    sys.stdout.write(escape_json(json.dumps(value, ensure_ascii=False, indent=2, default=_plain)) + "\n")


def print_plain(text: str) -> None:
    """Print text without wrapping or colour."""
    sys.stdout.write(printable(text, lines=True) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(*columns: str, numbers: Sequence[str] = ()) -> Table:
    """An empty table that wraps long texts; `numbers` are further columns, aligned to the right."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in columns:
        made.add_column(title, overflow="fold")
    for title in numbers:
        made.add_column(title, overflow="fold", justify="right")
    return made


def progress() -> Progress:
    """A progress bar on standard error."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"), console=err, transient=False,
    )  # fmt: skip
