"""The command that reads the audit trail."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
import msgspec

from services.console.embedded.installation import access_url
from services.console.settings import load_settings
from services.console.terminal import fail, json_option, out, print_json, table
from services.contracts.people.callers import named_party
from services.contracts.time.durations import parse_duration
from services.runtime.clock import ZONE, SystemClock
from services.runtime.store.database import Database
from services.runtime.web.access import audit as audit_trail

MOST_LINES = 1000


class AuditLine(msgspec.Struct):
    """One line of the audit trail; without a `status` the request was interrupted."""

    at: datetime
    token: str | None
    person: str | None
    name: str | None
    role: str
    party: str | None
    method: str
    route: str
    subject: str | None
    status: int | None


@click.command()
@click.option("--since", help="From here on: 24h, 7d, 2026-11-22 or 2026-11-22T09:30.")
@click.option("--person", metavar="ID", help="What one person did; the id is in 'huiying account list'.")
@click.option("--token", "token_id", metavar="ID", help="What one token did; its id is in 'huiying token list'.")
@click.option("--subject", metavar="ID", help="What was done with one opinion or assignment, and who saw it.")
@click.option("--limit", type=click.IntRange(1), default=MOST_LINES, show_default=True, help="Number of lines, the newest.")
@json_option
def audit(since: str | None, person: str | None, token_id: str | None, subject: str | None, limit: int, as_json: bool) -> None:
    """留痕 · who changed what and who saw personal data, oldest first. A line without a status is of an interrupted request."""
    wanted = {"token": token_id, "person": person, "subject": subject}
    rows = audit_trail.listing(_store(), since=_instant(since) if since else None, wanted=wanted, limit=limit)
    if as_json:
        print_json(list(map(named_party, rows)))
        return
    shown = table("时间 at", "何人 by", "身份 who", "做了什么 what", "对象 subject", "结果 status")
    for line in msgspec.convert(rows, list[AuditLine]):
        who = " ".join(filter(None, (line.role, line.party)))
        status = "–" if line.status is None else str(line.status)
        shown.add_row(f"{line.at:%Y-%m-%d %H:%M:%S}", _by(line), who, f"{line.method} {line.route}", line.subject or "", status)
    out.print(shown)


def _by(line: AuditLine) -> str:
    """Who it was: the name at the time and the id, or the token of a program."""
    return " ".join(filter(None, (line.name, line.person))) or line.token or ""


def _store() -> Database:
    return Database(access_url(load_settings()), "access", SystemClock())


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return _ago(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZONE)


def _ago(text: str) -> datetime:
    try:
        given = parse_duration(text)
        span = timedelta(days=given.amount) if given.unit == "d" else given.elapsed
    except ValueError:
        span = None
    if span is None:
        fail(f"{text!r} is no instant and no duration.", "24h, 7d, 2026-11-22 or 2026-11-22T09:30")
    return SystemClock().now() - span
