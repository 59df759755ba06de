"""Sheets of codes to be printed: stickers and posters as PDF, made into a file of their own and sent from it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import flask

from services.contracts.catalogue import stored
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CODE_KINDS
from services.intake.app.context import KEEPERS, Intake
from services.intake.domain.constituency.codes import PORTION, CodeBatch
from services.intake.schemas.constituency.codes import SheetsQuery
from services.intake.store.constituency import codes as store
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import origin
from services.runtime.web.routes import API, Answer, Routes

# The library that writes PDF is loaded when something is printed.
if TYPE_CHECKING:
    from services.intake.gateway.sheets import Sheet

routes = Routes()
PDF, SVG = "application/pdf", "image/svg+xml"
#: What is kept in memory of a file (bytes), and sent in one piece.
IN_MEMORY, PIECE = 4_000_000, 65_536


@routes.get(f"{API}/codes/batches/<batch>/sheets", access=KEEPERS, query=SheetsQuery, answers={200: None}, gives=(PDF,))
def sheets(call: Call[Intake]) -> Answer:
    """Print the codes of a batch that are in use: as stickers, 24 on a page, or a poster each; thousands take seconds."""
    return printed(call, call.path["batch"], call.query["form"], call.query["after"])


def printed(call: Call[Intake], batch_id: str, form: str, after: int = 0) -> flask.Response:
    """The sheets of a batch behind a number as a file; raises `NotFound`."""
    with call.service.database.reading() as connection:
        batch = store.find_batch(connection, batch_id, call.caller.station)
    response = flask.Response(_written(call.service, sheet_of(call, batch), batch, form, after), content_type=PDF)
    response.headers["Content-Disposition"] = f'inline; filename="{form}-{batch.id}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _written(service: Intake, sheet: Sheet, batch: CodeBatch, form: str, after: int) -> Iterator[bytes]:
    from services.intake.gateway.sheets import write_posters, write_stickers

    write = write_posters if form == "posters" else write_stickers
    file: IO[bytes]
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write(file, sheet, _numbered(service, batch, after))
        file.seek(0)
        yield from iter(lambda: file.read(PIECE), b"")


def _numbered(service: Intake, batch: CodeBatch, after: int) -> Iterator[tuple[int, str]]:
    while True:
        with service.database.reading() as connection:
            found = store.codes_of(connection, batch.id, after, PORTION, in_use=True)
        if not found:
            return
        yield from ((each.number, each.code) for each in found)
        after = found[-1].number


def sheet_of(call: Call[Intake], batch: CodeBatch) -> Sheet:
    """What stands on all sheets of a batch."""
    from services.intake.gateway.sheets import Sheet

    catalogue, placement = call.service.catalogue, batch.placement
    area, station = stored.found(catalogue.areas, placement.area), stored.found(catalogue.stations, placement.station)
    about = CODE_KINDS[placement.kind]
    if placement.label:
        about = Words(placement.label, placement.label)
    elif station and placement.kind != "household":
        about = name_of(station)
    elif area:
        about = name_of(area)
    return Sheet(name_of(catalogue), about, prefix_of(call))


def prefix_of(call: Call[Intake]) -> str:
    """The address of a form before its code."""
    return f"{call.service.accounts.rules.public_url or origin(call.guard)}/c/"


def address_of(call: Call[Intake], code: str) -> str:
    """What the picture of a code holds."""
    return prefix_of(call) + code
