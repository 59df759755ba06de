"""Commands for the catalogue: check a file, compare it with the open cases, put it into use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from services.console.catalogue import read_catalogue
from services.console.client.http import Client, PageView
from services.console.client.management import Management
from services.console.client.topology import apply_topology
from services.console.embedded.assemblies import assemblies
from services.console.embedded.installation import Installation
from services.console.settings import OWN_CATALOGUE, ConsoleSettings, addresses, load_settings
from services.console.terminal import fail, json_option, out, print_json, print_plain, step
from services.contracts.catalogue.against import Use, lacking
from services.contracts.catalogue.check import check_catalogue, load_catalogue
from services.contracts.catalogue.document import Problem, snapshot
from services.contracts.topology import department_queue
from services.runtime.clock import SystemClock
from services.runtime.process.replacing import alone, digest_of, is_example, replace_catalogue, replace_text
from services.runtime.store.database import Database

#: `--against` without an address: the installation on this machine.
HERE = "here"
#: Where services list the codes that their open cases use.
ADDRESSES = ("/assignments/codes", "/opinions/codes")
ADVICE = "give these codes back to the file, or put it into use all the same with --anyway: no case stops, and their terms stay"


@click.group()
def catalogue() -> None:
    """目录 · the catalogue of departments, topics and rules."""


@catalogue.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--against", is_flag=False, flag_value=HERE, metavar="[URL]", help="Compare with the open cases, here or there.")
@json_option
def catalogue_check(file: Path, against: str | None, as_json: bool) -> None:
    """Print what is wrong with FILE, with line numbers; exit status 1 for errors.

    With --against, also when open cases name what FILE lacks.
    """
    problems = _problems(file)
    errors = sum(problem.severity == "error" for problem in problems)
    missing = _missing(load_settings(), file, against) if against and not errors else []
    if as_json:
        listed = [{"line": each.line, "severity": each.severity, "path": each.path, "reason": each.reason} for each in problems]
        named = [{"kind": use.kind, "code": use.code, "cases": use.cases, "example": use.example} for use in missing]
        print_json({"problems": listed, "lacking": named} if against else listed)
    else:
        _print_problems(file, problems)
        _print_missing(missing)
        out.print(f"{errors} 个错误 errors, {len(problems) - errors} 个警告 warnings")
    raise SystemExit(1 if errors or missing else 0)


@catalogue.command("use")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--anyway", is_flag=True, help="Without asking what open cases name.")
@click.option("--against", default=HERE, metavar="URL", help="Where the open cases are, when not here.")
@click.option("--keep", is_flag=True, help="When FILE cannot be used, say so and stay with the one in use.")
@click.option("--once", is_flag=True, help="Only where FILE says something else than when it was last put into use with --once.")
def catalogue_use(file: Path, anyway: bool, against: str, keep: bool, once: bool) -> None:
    """Put FILE into use without a restart: running services read it within seconds. The one before is kept beside it."""
    settings = load_settings()
    target = place_of(settings)
    mark = target.with_name(f"{target.stem}.taken")
    problems = [problem for problem in _problems(file) if problem.severity == "error"]
    _print_problems(file, problems)
    missing = [] if problems or anyway else _missing(settings, file, against)
    _print_missing(missing)
    if problems or missing:
        if keep and target.exists():
            step(f"仍用原目录 Still in use: {target}")
            return
        fail(f"{file} was not put into use.", ADVICE if missing else f"huiying catalogue check {file}")
    text = _whole(file)
    if once and target.exists() and mark.exists() and mark.read_text(encoding="utf-8") == digest_of(text):
        # What was put into use since, at a page or by hand, stays.
        step(f"文件未变，仍用现行目录 The file is as it was, still in use: {target}")
        return
    _make_room(settings, file)
    put_into_use(target, text)
    if once:
        replace_text(mark, digest_of(text))
    step(f"目录已启用 In use: {target}")


def place_of(settings: ConsoleSettings) -> Path:
    """The file that running services read: the one in the settings, or the installation's own. Fails when there is neither."""
    if not settings.has_own_catalogue and not settings.var.is_dir():
        fail("Nothing was started here yet.", "huiying up, or name a file of yours in HUIYING_CATALOGUE")
    return settings.catalogue if settings.has_own_catalogue else settings.var / OWN_CATALOGUE


def put_into_use(target: Path, text: str) -> None:
    """Replace the catalogue in `target`; the previous one is kept beside it."""
    if is_example(target) and not target.is_symlink():
        fail(f"{target} belongs to the project and is not written to.", "name a file of yours in HUIYING_CATALOGUE")
    with alone(target):
        replace_catalogue(target, _whole(target) if target.exists() else "", text)


def open_codes(settings: ConsoleSettings, url: str = HERE) -> list[Use]:
    """The codes that open cases use, from the stores on this machine or from a system's API; fails when neither answers."""
    stores = [name for name in assemblies() if (settings.var / f"{name}.db").exists()]
    if url == HERE and stores:
        return [use for name in stores for use in _uses(settings, name)]
    place = addresses(settings)
    client = Client(place if url == HERE else replace(place, url=url.rstrip("/")))
    return [use for path in ADDRESSES for use in client.get(path, PageView[Use]).items]


def _uses(settings: ConsoleSettings, name: str) -> Sequence[Use]:
    database = Database(Installation(settings.var).database_url(name), name, SystemClock())
    try:
        with database.reading() as connection:
            return assemblies()[name].uses(connection)
    except SQLAlchemyError as error:
        fail(f"The store of {name} does not answer: {error.__class__.__name__}.", "huiying doctor")
    finally:
        database.close()


def _missing(settings: ConsoleSettings, file: Path, url: str) -> Sequence[Use]:
    return lacking(load_catalogue(file), open_codes(settings, url))


def _make_room(settings: ConsoleSettings, file: Path) -> None:
    """Make queues for new departments before anything is sent to them."""
    url, fresh = addresses(settings).management_url, replace(settings, catalogue=file)
    if url is None:
        return
    management = Management(url)
    before = set(management.queues())
    apply_topology(management, fresh)
    for name in sorted(set(map(department_queue, read_catalogue(fresh).queued)) - before):
        step(f"新队列 New queue: {name}; what is open already comes into it when its department asks for a resync")


def _problems(file: Path) -> list[Problem]:
    try:
        return check_catalogue(file.read_text(encoding="utf-8"), lambda name: (file.parent / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return [Problem(1, "", f"cannot be read, it has to be a file in UTF-8: {error}")]


def _whole(path: Path) -> str:
    folder = path.resolve().parent
    return snapshot(path.read_text(encoding="utf-8"), lambda name: (folder / name).read_text(encoding="utf-8"))


def _print_problems(file: Path, problems: Sequence[Problem]) -> None:
    for problem in problems:
        print_plain(f"{file}:{problem.line}: {problem.severity}: {problem.path or 'document'}: {problem.reason}")


def _print_missing(missing: Sequence[Use]) -> None:
    for use in missing:
        print_plain(f"目录缺少 lacks {use.kind} {use.code!r}: {use.cases} 件未结 open cases, such as {use.example}")
