"""Commands for personal data: seal it under the newest key, erase it for a case, let go of what is old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from services.console.client.http import Client
from services.console.commands.operations import json_option
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, print_json, progress, step

AT_ONCE = 200
#: An opinion's id is a UUID; nothing shorter is one, and no receipt is as long.
LENGTH_OF_ID = 36


@click.group()
def contacts() -> None:
    """个人信息 · personal data at rest."""


@contacts.command("rotate")
@json_option
def contacts_rotate(as_json: bool) -> None:
    """Seal all personal data under the newest of HUIYING_CONTACT_KEYS.

    It can be ended at any moment and begun again; what is under that key already is left as it is.
    """
    total = dict.fromkeys(("opinions", "renewed", "current", "broken"), 0)
    with progress() as shown:
        task = shown.add_task("封存 sealing", total=None, note="")
        for answer in _walk("/contacts/rotation", {}):
            total = {name: total[name] + answer[name] for name in total}
            note = f"{total['renewed']} 条重新封存 sealed anew"
            shown.update(task, completed=total["opinions"], note=note)
    if as_json:
        print_json(total)
    else:
        step(f"查看 {total['opinions']} 件，重新封存 {total['renewed']} 条，已是最新 {total['current']} 条")
        step(f"{total['opinions']} opinions, {total['renewed']} texts sealed anew, {total['current']} were already")
    if total["broken"]:
        fail(f"{total['broken']} texts cannot be opened with any of the keys.", "put the missing key behind the others and repeat")


@click.command()
@click.argument("case", metavar="OPINION|RECEIPT")
@click.option("--content", is_flag=True, help="What was written too, not only who wrote it.")
@json_option
def erase(case: str, content: bool, as_json: bool) -> None:
    """删除 · erase for good who told an opinion and who signed it. With a co-signer's receipt: the co-signer alone.

    What was counted stays counted. It cannot be undone; a second time there is nothing left to do.
    """
    kind = "opinions" if len(case) == LENGTH_OF_ID else "receipts"
    answer = _client().post(f"/{kind}/{case}/erasure", {"content": content})
    if as_json:
        print_json(answer)
        return
    step(f"已删除 {answer['persons']} 人的信息 personal data of {answer['persons']} erased · {answer['id']}")
    if content:
        step("内容已删除 content erased" if answer["content"] else "内容此前已删除 the content was erased before")


@click.command()
@click.option("--days", required=True, type=click.IntRange(1, 36_500), help="How long ago the cases ended.")
@click.option("--yes", is_flag=True, help="Erase; otherwise it only says how many there are.")
@json_option
def retention(days: int, yes: bool, as_json: bool) -> None:
    """保存期限 · erase who told and signed the cases that ended more than so many days ago."""
    total = dict.fromkeys(("cases", "persons"), 0)
    for answer in _walk("/retention", {"days": days, "erase": yes}):
        total = {name: total[name] + answer[name] for name in total}
    if as_json:
        print_json({**total, "erased": yes})
    elif yes:
        step(f"已删除 {total['cases']} 件中 {total['persons']} 人的信息")
        step(f"{total['persons']} persons of {total['cases']} cases erased")
    else:
        step(f"{total['cases']} 件已到期限 cases are old enough; to erase who told them, repeat with --yes")


def _client() -> Client:
    return Client(addresses(load_settings()))


def _walk(path: str, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every answer of a route that does some at a time and says where to go on."""
    client, after = _client(), None
    while True:
        answer = client.post(path, {**body, "after": after, "limit": AT_ONCE})
        yield answer
        after = answer["next"]
        if after is None:
            return
