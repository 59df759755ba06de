"""`huiying ledger verify`: runs the programs in examples/ that outsiders use."""

from __future__ import annotations

import ssl
import sys
import urllib.request

import click

from examples.python import verify_heads, verify_ledger
from services.console.settings import addresses, load_settings


@click.group()
def ledger() -> None:
    """公开账本 · the public ledger of every counted event."""


@ledger.command("verify")
@click.argument("folder", required=False)
@click.option("--url", help="The address of the place; by default this installation's.")
@click.option("--against", metavar="FILE", help="ledger.json of an earlier copy.")
@click.option("--opinion", metavar="ID", help="Check that this opinion is counted.")
@click.option("--promise", metavar="FILE", help="Check the promise in the answer to a submission or a rating.")
@click.option("--save", metavar="FOLDER", help="Keep a copy of what was read.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def ledger_verify(folder: str | None, url: str | None, as_json: bool, **given: str | None) -> None:
    """Prove from public data alone, or from a copy in FOLDER, that history was not rewritten."""
    here = addresses(load_settings())
    if here.tls_ca and not folder and not url:
        trust = ssl.create_default_context(cafile=here.tls_ca)
        # The programs know none of our settings.
        urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust)))
    place = [folder] if folder else ["--url", url or here.url]
    options = [part for name, value in given.items() if value for part in (f"--{name}", value)]
    sys.exit(verify_ledger.main([*place, *options, *(["--json"] if as_json else [])], too=verify_heads.also))
