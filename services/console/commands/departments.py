"""Commands for departments: broker credentials, and a department's program to try them with."""

from __future__ import annotations

import secrets

import click
import pika.exceptions

from examples.python.department import Answers, DepartmentProgram
from services.console.catalogue import check_queue, unqueued
from services.console.client.amqp import DISTRUST
from services.console.client.management import management_of
from services.console.embedded.broker import department_url, service_url
from services.console.embedded.installation import Installation
from services.console.settings import ConsoleSettings, addresses, load_settings, read_address_book
from services.console.terminal import fail, print_plain, step
from services.contracts.definitions import department_user, password_hash
from services.contracts.errors import Unavailable
from services.contracts.messages.values import Outcome
from services.runtime.messaging.probe import BrokerProbe, Distrusted
from services.runtime.tls import bare, context

MOST_DAYS = 3650
#: Outcomes that need a promise.
AHEAD = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})


@click.group()
def department() -> None:
    """承办单位 · departments."""


@department.command("credentials")
@click.argument("code")
@click.option("--rotate", is_flag=True, help="A new password; programs that are connected stay until they reconnect.")
def department_credentials(code: str, rotate: bool) -> None:
    """Print the AMQP address with which department CODE reads its queue and sends its commands."""
    settings = load_settings()
    check_queue(settings, code)
    password, installation = None, Installation(settings.var)
    if installation.var.exists():
        password = installation.new_password(department_user(code)) if rotate else installation.password(department_user(code))
    password = password or secrets.token_urlsafe(24)
    management_of(settings).admit_department(code, password_hash(password))
    print_plain(bare(service_url(addresses(settings).broker_url, department_user(code), password)))


@click.command()
@click.argument("department")
@click.option("--sign", is_flag=True, help="Sign for every assignment.")
@click.option("--reply", metavar="TEXT", help="Answer every assignment with TEXT.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), default="solved", show_default=True)
@click.option("--promise", metavar="TEXT", help="Promise TEXT with it; in_progress and planned need that.")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=30,
    show_default=True,
    help="When the promise is due, counted from the assignment.",
)
@click.option("--count", type=click.IntRange(1), help="Stop after this number of assignments.")
@click.option("--store", type=click.Path(dir_okay=False), default=":memory:", help="A file for what was received and is not done.")
def listen(
    department: str,
    sign: bool,
    reply: str | None,
    outcome: str,
    promise: str | None,
    days: int,
    count: int | None,
    store: str,
) -> None:
    """承办单位接收 · receive what is assigned to DEPARTMENT, and answer it: runs examples/python/department.py."""
    if reply is not None and (Outcome(outcome) in AHEAD) != (promise is not None):
        raise click.UsageError(f"--promise goes with --outcome {' and '.join(sorted(AHEAD))}, and with no other.")
    settings = load_settings()
    if department in unqueued(settings):
        check_queue(settings, department)
    url = _url(settings, department)
    _trust(url)
    step(f"监听 Listening to department.{department}; Ctrl-C ends")
    try:
        answers = Answers(sign, reply, outcome, promise, days)
        DepartmentProgram(bare(url), department, answers, print_plain, context(url), store=store).run(count)
    except KeyboardInterrupt:
        return
    except pika.exceptions.ProbableAuthenticationError:
        fail("The broker does not know this user.", f"huiying department credentials {department}")


def _trust(url: str) -> None:
    """Fails when the broker's certificate cannot be trusted; a broker that is away may come back."""
    try:
        BrokerProbe(url).reach()
    except Distrusted as error:
        fail(f"The broker cannot be trusted: {error}.", DISTRUST)
    except Unavailable:
        return


def _url(settings: ConsoleSettings, code: str) -> str:
    """The broker's address for the department's own user where this installation runs it, else as in the settings."""
    url = addresses(settings).broker_url
    is_ours = bare(url) == read_address_book(settings.var).get("BROKER_URL")
    return department_url(url, Installation(settings.var), code) if is_ours else url
