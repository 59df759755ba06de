"""Commands for the accounts of people. They ask the running system, so that letters can leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click
import msgspec

from services.console.client.http import Client
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, json_option, out, print_json, print_plain, step, table
from services.contracts.people.callers import SIGNED_IN
from services.contracts.people.grants import GRANTABLE


class GrantView(msgspec.Struct):
    """A role that somebody has."""

    id: str
    role: str
    department: str | None
    station: str | None
    deputy: str | None
    channels: list[str] | None


class AccountView(msgspec.Struct):
    """An account as it is listed."""

    id: str
    sign_in: str | None
    name: str
    state: str
    created: datetime
    seen: datetime | None
    second_factor: bool
    grants: list[GrantView]


class SentView(msgspec.Struct):
    """An account, and the link for its owner where no letter carries it."""

    account: AccountView
    link: str | None


role_option = click.option("--role", required=True, type=click.Choice(sorted(role.value for role in SIGNED_IN)))
department_option = click.option("--department", help="The department that is acted for, by its code.")
station_option = click.option("--station", help="The station that is acted for, by its code.")
deputy_option = click.option("--deputy", help="The deputy that is acted for, by the code in the register.")
channel_option = click.option(
    "--channel", "channels", multiple=True, type=click.Choice(GRANTABLE), help="A channel to submit by; several times for several."
)


@click.group()
def account() -> None:
    """账号 · accounts of people."""


@account.command("invite")
@click.argument("sign_in")
@click.option("--name", required=True, help="What the person is called.")
@role_option
@department_option
@station_option
@deputy_option
@channel_option
@click.option("--email", help="Where the letter with the link goes.")
@click.option("--phone", help="The same, as a text message.")
@click.option("--external", help="What the single sign-on calls this person.")
@json_option
def account_invite(
    sign_in: str, name: str, role: str, department: str | None, station: str | None, deputy: str | None, channels: Sequence[str],
    email: str | None, phone: str | None, external: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Invite somebody. Without a way to send a letter, the link is shown, this once."""
    grant = {"role": role, "department": department, "station": station, "deputy": deputy, "channels": list(channels)}
    body = {"sign_in": sign_in, "name": name, "grant": grant, "email": email, "phone": phone, "external": external}
    _tell_link(_client().post("/accounts", body, SentView), as_json)


@account.command("list")
@json_option
def account_list(as_json: bool) -> None:
    """List all accounts, newest first."""
    rows = list(_client().pages("/accounts", AccountView))
    if as_json:
        print_json(msgspec.to_builtins(rows))
        return
    shown = table("编号 id", "登录名 sign-in", "姓名 name", "状态 state", "权限 grants", "二次验证 second factor", "最近登录 seen")
    for each in rows:
        granted = "; ".join(" ".join(filter(None, (one.role, one.department, one.station, one.deputy))) for one in each.grants)
        seen = each.seen.strftime("%Y-%m-%d %H:%M") if each.seen else ""
        shown.add_row(each.id, each.sign_in or "", each.name, each.state, granted, "是 yes" if each.second_factor else "", seen)
    out.print(shown)


@account.command("grant")
@click.argument("who")
@role_option
@department_option
@station_option
@deputy_option
@channel_option
@json_option
def account_grant(
    who: str, role: str, department: str | None, station: str | None, deputy: str | None, channels: Sequence[str], as_json: bool
) -> None:
    """Grant another role to somebody, by id or sign-in name."""
    client = _client()
    body = {"role": role, "department": department, "station": station, "deputy": deputy, "channels": list(channels)}
    _tell(client.post(f"/accounts/{_found(client, who).id}/grants", body, AccountView), as_json)


@account.command("end-grant")
@click.argument("who")
@click.argument("grant")
@json_option
def account_end_grant(who: str, grant: str, as_json: bool) -> None:
    """End a role of somebody; GRANT is its id, which --json shows."""
    client = _client()
    _tell(client.post(f"/accounts/{_found(client, who).id}/grants/{grant}/end", {}, AccountView), as_json)


@account.command("rename")
@click.argument("who")
@click.argument("name")
@json_option
def account_rename(who: str, name: str, as_json: bool) -> None:
    """Call somebody NAME from now on; the audit trail keeps the name that they had at the time."""
    client = _client()
    _tell(client.post(f"/accounts/{_found(client, who).id}/name", {"name": name}, AccountView), as_json)


def _one_move(name: str, path: str, meaning: str) -> click.Command:
    @account.command(name, help=meaning)
    @click.argument("who")
    @json_option
    def move(who: str, as_json: bool) -> None:
        client = _client()
        _tell(client.post(f"/accounts/{_found(client, who).id}/{path}", {}, AccountView), as_json)

    return move


for _name, _path, _meaning in (
    ("suspend", "suspend", "Let somebody in no longer, and end their sessions."),
    ("resume", "resume", "Let somebody in again who was suspended."),
    ("sign-out", "sign-out", "End all sessions of somebody."),
    ("erase", "erasure", "Forget everything of somebody but the id, which stays in the audit trail."),
):
    _one_move(_name, _path, _meaning)


@account.command("reset")
@click.argument("who")
@json_option
def account_reset(who: str, as_json: bool) -> None:
    """End password, second factor and sessions of somebody, who gets a link to choose new ones."""
    client = _client()
    _tell_link(client.post(f"/accounts/{_found(client, who).id}/reset", {}, SentView), as_json)


def _client() -> Client:
    return Client(addresses(load_settings()))


def _found(client: Client, who: str) -> AccountView:
    for each in client.pages("/accounts", AccountView):
        if who in (each.id, each.sign_in):
            return each
    return fail(f"There is no account {who}.", "huiying account list")


def _tell(person: AccountView, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.to_builtins(person))
    else:
        step(f"{person.name} {person.sign_in or ''}: {person.state}")


def _tell_link(sent: SentView, as_json: bool) -> None:
    url = addresses(load_settings()).url
    link = f"{url}{sent.link}" if sent.link else None
    if as_json:
        print_json({"account": msgspec.to_builtins(sent.account), "link": link})
    elif link:
        print_plain(link)
        step("链接只显示这一次，请当面或以安全的方式交给本人 This link is shown only this once; hand it to its owner safely")
    else:
        step(f"已发信 A letter is on its way to {sent.account.name}")
