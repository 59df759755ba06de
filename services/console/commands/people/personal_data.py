"""Commands for personal data: seal it under the newest key, erase it for one case or for old cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import click
import msgspec

from services.console.client.http import Client
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, json_option, print_json, progress, step

AT_ONCE = 200
#: The length of a UUID, which no receipt has.
LENGTH_OF_ID = 36


class Portion(msgspec.Struct):
    """An answer about some of the cases; `next` is where to go on, None at the end."""

    next: str | None


class RotatedView(Portion):
    """Numbers of opinions, and of sealed texts: sealed again, already current, and not readable with any key."""

    opinions: int = 0
    renewed: int = 0
    current: int = 0
    broken: int = 0


class RetainedView(Portion):
    """Numbers of cases that are old enough, and of persons erased in them."""

    cases: int = 0
    persons: int = 0


class ErasedView(msgspec.Struct):
    """What was erased for one opinion."""

    id: str
    persons: int
    content: bool


P = TypeVar("P", bound=Portion)


@click.group()
def contacts() -> None:
    """个人信息 · personal data at rest."""


@contacts.command("rotate")
@json_option
def contacts_rotate(as_json: bool) -> None:
    """Seal all personal data under the newest of HUIYING_CONTACT_KEYS.

    It can be interrupted and repeated; texts that are sealed under that key already are left as they are.
    """
    total = RotatedView(None)
    with progress() as shown:
        task = shown.add_task("封存 sealing", total=None, note="")
        for each in _portions("/contacts/rotation", {}, RotatedView):
            total.opinions += each.opinions
            total.renewed += each.renewed
            total.current += each.current
            total.broken += each.broken
            shown.update(task, completed=total.opinions, note=f"{total.renewed} 条重新封存 sealed again")
    if as_json:
        print_json(_sums(total))
    else:
        step(f"查看 {total.opinions} 件，重新封存 {total.renewed} 条，已是最新 {total.current} 条")
        step(f"{total.opinions} opinions, {total.renewed} texts sealed again, {total.current} were already")
    if total.broken:
        fail(f"{total.broken} texts cannot be opened with any of the keys.", "put the missing key behind the others and repeat")


@click.command()
@click.argument("case", metavar="OPINION|RECEIPT")
@click.option("--content", is_flag=True, help="Erase what was written too.")
@json_option
def erase(case: str, content: bool, as_json: bool) -> None:
    """删除 · erase the personal data of an opinion's submitter and co-signers; with a co-signer's receipt, of that one only.

    Statistics stay as they are. It cannot be undone.
    """
    kind = "opinions" if len(case) == LENGTH_OF_ID else "receipts"
    answer = _client().post(f"/{kind}/{case}/erasure", {"content": content}, ErasedView)
    if as_json:
        print_json(msgspec.to_builtins(answer))
        return
    step(f"已删除 {answer.persons} 人的信息 personal data of {answer.persons} erased · {answer.id}")
    if content:
        step("内容已删除 content erased" if answer.content else "内容此前已删除 the content was erased before")


@click.command()
@click.option("--days", required=True, type=click.IntRange(1, 36_500), help="How long ago the cases ended.")
@click.option("--yes", is_flag=True, help="Erase; without it, only count.")
@json_option
def retention(days: int, yes: bool, as_json: bool) -> None:
    """保存期限 · erase the personal data of cases that ended more than this number of days ago."""
    total = RetainedView(None)
    for each in _portions("/retention", {"days": days, "erase": yes}, RetainedView):
        total.cases += each.cases
        total.persons += each.persons
    if as_json:
        print_json({**_sums(total), "erased": yes})
    elif yes:
        step(f"已删除 {total.cases} 件中 {total.persons} 人的信息")
        step(f"{total.persons} persons of {total.cases} cases erased")
    else:
        step(f"{total.cases} 件已到期限 cases are old enough; to erase their personal data, repeat with --yes")


def _client() -> Client:
    return Client(addresses(load_settings()))


def _sums(total: Portion) -> dict[str, int]:
    return {name: getattr(total, name) for name in total.__struct_fields__ if name != "next"}


def _portions(path: str, body: Mapping[str, object], into: type[P]) -> Iterator[P]:
    """Every answer of a route that works on a limited number of cases at a time."""
    client, after = _client(), None
    while True:
        answer = client.post(path, {**body, "after": after, "limit": AT_ONCE}, into)
        yield answer
        after = answer.next
        if after is None:
            return
