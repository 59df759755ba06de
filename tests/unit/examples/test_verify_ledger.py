"""The program for outsiders stands alone, and the command is the same program."""

import json
import random
import shutil
import subprocess
import sys
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from examples.python import verify_ledger
from services.console.main import main
from services.contracts.ledger import NOTHING, LedgerEvent, Peaks, entry_hash, leaf_hash, leaf_of
from services.runtime.clock import ZONE

FIRST = date(2026, 11, 22)
SIZES = (1, 8, 21)


def made(folder: Path) -> Path:
    """A copy of a ledger of three days, of which the last one is open; opinion `o3` has leaves on two of them."""
    entries, lines_of, previous, tip, total = [], {}, NOTHING, NOTHING, 0
    for number, size in enumerate(SIZES):
        day, peaks, lines = (FIRST + timedelta(days=number)).isoformat(), Peaks(), []
        for index in range(size):
            moment = datetime(2026, 11, 22 + number, 9, index, tzinfo=ZONE)
            event = LedgerEvent(f"e{total + index}", "opinion.submitted", f"o{index}", moment, sha256(b"x").digest())
            lines.append(leaf_of(event, index, tip))
            tip = leaf_hash(lines[-1])
            peaks.append(tip)
        total += size
        closed = number < len(SIZES) - 1
        final = entry_hash(day, size, total, peaks.root, previous)
        entry = {"day": day, "closed": closed, "size": size, "total": total, "root": peaks.root.hex(), "previous": previous.hex()}
        entries.append({**entry, "hash": final.hex() if closed else None})
        previous, lines_of[day] = final, lines
    verify_ledger.keep(folder, entries, lines_of)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return made(tmp_path / "copy")


def alone(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The file by itself, where nothing else of the product and no installed package can be found."""
    program = shutil.copy(verify_ledger.__file__, tmp_path / "verify_ledger.py")
    return subprocess.run(
        [sys.executable, "-I", "-S", program, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
    )


@pytest.mark.slow
def test_the_file_stands_alone(copy: Path, tmp_path: Path) -> None:
    answer = alone(tmp_path, "copy", "--opinion", "o3")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.splitlines() == [
        "counted  2026-11-23 #3",
        "counted  2026-11-24 #3",
        f"3 days, 30 leaves, head {verify_ledger.Folder(str(copy)).entries()[-1]['root']}",
        "all is well",
    ]


def test_an_opinion_may_be_named_by_what_stands_for_it(copy: Path) -> None:
    source = verify_ledger.Folder(str(copy))
    named = [verify_ledger.verify(source, opinion=name)["counted"] for name in ("o3", verify_ledger.subject_of("o3"))]
    assert named[0] == named[1] != []


@pytest.mark.slow
def test_the_file_says_where_and_ends_with_one(copy: Path, tmp_path: Path) -> None:
    path = copy / "2026-11-23.ndjson"
    path.write_bytes(path.read_bytes().replace(b'"e5"', b'"e6"'))
    answer = alone(tmp_path, "copy", "--json")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["problems"][0].startswith("2026-11-23 #4: ")


WRONG = [
    (("nowhere",), "nowhere"), (("--url", "file:///etc"), "http"), (("--url", "http://127.0.0.1:1"), "127.0.0.1:1"),
    (("copy", "--against", "copy/2026-11-23.ndjson"), "not JSON"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_what_cannot_be_read_ends_with_two(copy: Path, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    answer = alone(tmp_path, *arguments)
    assert answer.returncode == 2
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.slow
def test_neither_and_both_places_are_refused(copy: Path, tmp_path: Path) -> None:
    assert alone(tmp_path).returncode == alone(tmp_path, "copy", "--url", "http://x").returncode == 2


def test_the_command_is_the_same_program(copy: Path) -> None:
    answer = CliRunner().invoke(main, ["ledger", "verify", str(copy), "--opinion", "o3"])
    assert answer.exit_code == 0, answer.output
    assert "counted  2026-11-24 #3" in answer.output
    report = CliRunner().invoke(main, ["ledger", "verify", str(copy), "--json", "--opinion", "nobody"])
    assert (report.exit_code, json.loads(report.output)["problems"]) == (1, ["the opinion nobody is not counted"])
    assert CliRunner().invoke(main, ["ledger", "verify", "--url", "ftp://x"]).exit_code == 2


@pytest.mark.slow
def test_any_changed_byte_of_any_day_is_found_at_its_leaf(copy: Path) -> None:
    order = random.Random(9162)
    source = verify_ledger.Folder(str(copy))
    for day in [entry["day"] for entry in source.entries()]:
        path = copy / f"{day}.ndjson"
        whole = path.read_bytes()
        for at in order.sample(range(len(whole)), 60):
            changed = bytearray(whole)
            changed[at] ^= order.randint(1, 255)
            path.write_bytes(changed)
            index = whole[:at].count(b"\n")
            problems = verify_ledger.verify(source)["problems"]
            assert any(problem.startswith(f"{day} #{index}") for problem in problems), (day, index, at, problems)
        path.write_bytes(whole)
    assert verify_ledger.verify(source)["problems"] == []


@pytest.mark.parametrize("day", [0, 1, 2])
def test_a_day_that_was_taken_out_or_put_elsewhere_is_found(copy: Path, day: int) -> None:
    entries = verify_ledger.Folder(str(copy)).entries()
    assert list(verify_ledger.check_chain(entries)) == []
    without = [entry for number, entry in enumerate(entries) if number != day]
    # The last day leaves no gap; an earlier copy shows that it is gone.
    assert bool(list(verify_ledger.check_chain(without))) == (day < 2)
    assert list(verify_ledger.check_against(entries, without, {entry["day"]: [] for entry in without}))
    turned = [entries[1], entries[0], entries[2]] if day == 0 else [entries[0], entries[2], entries[1]]
    assert list(verify_ledger.check_chain(turned))
