"""Commands for access tokens."""

from __future__ import annotations

from datetime import datetime

import click
import msgspec

from services.console.catalogue import check_department, check_station
from services.console.embedded.installation import access_url
from services.console.settings import ConsoleSettings, load_settings
from services.console.terminal import fail, json_option, out, print_json, print_plain, step, table
from services.contracts.errors import HuiyingError, Refusal
from services.contracts.people.callers import Role, TokenGrants, check_grant, named_party
from services.contracts.people.grants import GRANTABLE, grant_of
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
from services.runtime.web.access import tokens as access


class Token(msgspec.Struct):
    """An access token as it is listed."""

    id: str
    role: str
    party: str | None
    source: str | None
    channels: list[str] | None
    created: datetime
    used: datetime | None
    expires: datetime | None
    revoked: datetime | None


@click.group()
def token() -> None:
    """访问令牌 · access tokens."""


@token.command("create")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--department", "department_code", help="The department it acts for; needed for roles department and head.")
@click.option("--station", help="The station it acts for; needed for roles station and informant.")
@click.option("--deputy", help="The deputy it acts for, by the code in the register; needed for role deputy.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    type=click.Choice(GRANTABLE),
    help="A channel it may submit by, or relay; several times for several. Without this: what goes with the role.",
)
@click.option("--source", help="The sender whose external ids are its own, such as hotline-12345; the office's roles are one each.")
@click.option("--days", type=int, help="It expires after this number of days; without, it is valid until revoked.")
@json_option
def token_create(
    role: str, department_code: str | None, station: str | None, deputy: str | None, channels: tuple[str, ...],
    source: str | None, days: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a token. It is shown once and never again."""
    settings = load_settings()
    if department_code is not None:
        check_department(settings, department_code)
    if station is not None:
        check_station(settings, station)
    try:
        check_grant(role, {"department": department_code, "station": station, "deputy": deputy}, channels)
        party = department_code or station or deputy
        token_id, value = access.create(_store(settings), role, party, days, TokenGrants(channels, source))
    except Refusal as error:
        fail(error.detail, "; ".join(f"{name}: {', '.join(reasons)}" for name, reasons in error.errors.items()))
    if as_json:
        grant = grant_of(role, channels or None, source)
        print_json({
            "id": token_id, "token": value, "role": role, "department": department_code, "station": station, "deputy": deputy,
            "days": days,
            "channels": sorted(grant.channels), "source": grant.source,
        })  # fmt: skip
    else:
        print_plain(value)
        step(f"编号 Id {token_id}；只显示这一次 shown only this once; to end it: huiying token revoke {token_id}")


@token.command("revoke")
@click.argument("token_id", metavar="ID")
def token_revoke(token_id: str) -> None:
    """End a token and the sessions that were opened with it; every service refuses it within seconds."""
    try:
        access.revoke(_store(load_settings()), token_id)
    except HuiyingError as error:
        fail(str(error), "huiying token list")
    step(f"已吊销 Revoked {token_id}")


@token.command("list")
@json_option
def token_list(as_json: bool) -> None:
    """List all tokens with their last use, newest first; the tokens' values are not shown."""
    rows = access.listing(_store(load_settings()))
    if as_json:
        print_json(list(map(named_party, rows)))
        return
    shown = table(
        "编号 id",
        "角色 role",
        "代表谁 acts for",
        "来源 source",
        "渠道 channels",
        "建立 created",
        "最近使用 used",
        "到期 expires",
        "吊销 revoked",
    )
    for each in msgspec.convert(rows, list[Token]):
        moments = map(_moment, (each.created, each.used, each.expires, each.revoked))
        shown.add_row(each.id, each.role, each.party or "", *_granted(each), *moments)
    out.print(shown)


def _granted(given: Token) -> tuple[str, str]:
    """The sender and the channels of a token, as they are shown."""
    grant = grant_of(given.role, given.channels, given.source)
    everything = grant.channels.issuperset(GRANTABLE)
    return grant.source or "", "全部 all" if everything else " ".join(sorted(grant.channels))


def _store(settings: ConsoleSettings) -> Database:
    return Database(access_url(settings), "access", SystemClock())


def _moment(instant: datetime | None) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S") if instant else ""
