"""The README's table of where a new thing goes is true: in a copy of the project, one of each is added to the files it names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from docs.generator.product import ROOT

FOLDERS = ("services", "docs", "tests", "deploy", "examples", "benchmarks")
FILES = ("README.md", "README.zh-CN.md", "pyproject.toml", ".importlinter")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
#: What Python has compiled comes along: it counts for files that are not changed.
LEFT_OUT = shutil.ignore_patterns(".pytest_cache", ".hypothesis")


@dataclass(frozen=True)
class NewThing:
    """A new thing: its row in the table, what is written where, and what has to hold then."""

    row: str
    #: (file, behind which text of it, what is written)
    added: tuple[tuple[str, str, str], ...]
    #: What the generated pages show of it.
    shown: tuple[tuple[str, str], ...]
    #: The tests that would complain.
    tests: tuple[str, ...]
    #: The tests that write their golden files themselves when they are told to.
    golden: tuple[str, ...] = ()


RECEIPTS = "tests/unit/intake/test_receipt_forms.py::test_each_form_is_there_exactly_while_it_can_be_sent"
LIFECYCLE, VOCABULARY = "services/contracts/lifecycle.py", "services/contracts/words/vocabulary.py"
STATE = NewThing(
    "state or move",
    (
        (
            LIFECYCLE,
            '    CONCLUDED = "concluded",       6,         _,       X,          _,        _,    _,      _,        X,      X\n',
            '    LAPSED = "lapsed",             0,         _,       _,          _,        _,    _,      _,        _,      X\n',
        ),
        (
            LIFECYCLE,
            '    Transition(_S.RETURNED, _M.COMPLETE, _S.SUBMITTED, "intake"),\n',
            '    Transition(_S.RETURNED, _M.DECLINE, _S.LAPSED, "intake"),\n',
        ),
        (
            VOCABULARY,
            'Words("这件意见建议的办理到此结束。", "The handling of this opinion is finished.")),\n',
            '    State.LAPSED: StateWords(Words("已失效", "Lapsed"), Words("逾期未补充。", "Nothing more was heard.")),\n',
        ),
    ),
    (("docs/lifecycle.md", "| `lapsed` | 0 |"), ("docs/lifecycle.md", "returned --> lapsed: decline")),
    (
        "tests/unit/contracts/test_lifecycle.py", "tests/architecture/test_states.py", "tests/architecture/test_vocabulary.py",
        "tests/architecture/test_messages.py", RECEIPTS,
    ),
)  # fmt: skip
FIELD = NewThing(
    "field of a message",
    (
        (
            "services/contracts/messages/opinions.py",
            "    accepted: bool\n    reason: str | None = None\n    topic: str | None = None\n",
            "    regret: bool = False\n",
        ),
        ("tests/unit/contracts/test_messages.py", 'OpinionWithdrawn(True, "已经自己解决。", TEXT.topic', ", True"),
    ),
    (("docs/messages.md", "`regret`"), ("services/contracts/asyncapi.json", '"regret"')),
    ("tests/unit/contracts/test_messages.py", "tests/architecture/test_messages.py", "tests/architecture/test_versions.py"),
    ("tests/unit/contracts/test_messages.py",),
)
METRIC = NewThing(
    "metric",
    (
        (
            "services/contracts/measures.py",
            "#: What the metrics service computes from its read model.\nPRODUCT = (\n",
            '    Measure("huiying_promises_made", "gauge", "Promises made so far", ("department",)),\n',
        ),
        (
            "services/metrics/series.py",
            "    return filled(tally.promises_by_department_state, product(catalogue.departments, STATES))\n",
            """

@series("huiying_promises_made", SharedFigure(("promised",)))
def _promises_made(catalogue: Catalogue, tally: Tally) -> Numbers:
    return {(code,): tally.promises_by_department_state[code, "made"] for code in catalogue.departments}
""",
        ),
    ),
    (("docs/metrics.md", "| `huiying_promises_made` |"),),
    ("tests/unit/metrics/test_series.py", "tests/architecture/test_tables.py"),
    ("tests/unit/metrics/test_series.py",),
)
SETTING = NewThing(
    "setting",
    (
        (
            "services/metrics/settings.py",
            'doc="days for which heard messages are remembered")\n',
            """    patience: int = env("{SERVICE}_PATIENCE", whole_number, 5, doc="seconds to wait for nothing")\n""",
        ),
    ),
    (("docs/configuration.md", "| `HUIYING_METRICS_PATIENCE` |"),),
    ("tests/architecture/test_tables.py",),
)
ERROR = NewThing(
    "error",
    (
        (
            "services/contracts/errors.py",
            "    seconds = 30\n",
            """\n\nclass Gone(Refusal):\n    \"\"\"It was there, and is no more.\"\"\"\n""",
        ),
        (
            "services/contracts/errors.py",
            """    Changed: Status(412, "changed", "It has changed since it was read"),\n""",
            """    Gone: Status(410, "gone", "It was there, and is no more"),\n""",
        ),
        (
            "services/contracts/words/problems.py",
            "PROBLEMS: Mapping[str, Meaning] = {\n",
            """    "gone": Meaning("已不存在", "It was there, and is no more", "请回到列表。", "Go back to the list."),\n""",
        ),
    ),
    (("docs/api.md", "| 410 | `/problems/gone` |"),),
    (
        "tests/architecture/test_tables.py", "tests/architecture/test_answers.py", "tests/unit/contracts/test_problems.py",
        "tests/unit/contracts/test_errors.py",
    ),
)  # fmt: skip
THINGS = (STATE, FIELD, METRIC, SETTING, ERROR)


def named_in(row: str) -> list[str]:
    """The files and folders that a row of the table names."""
    (cells,) = re.findall(rf"^\| {re.escape(row)} \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    return re.findall(r"`([^`]+)`", cells)


def is_named(path: str, names: list[str]) -> bool:
    """Whether a path is a file that is named, lies in a folder that is, or has the name that is said of every service."""
    return any(f"/{name.rstrip('/')}/" in f"/{path}/" for name in names)


def run(folder: Path, *arguments: str) -> None:
    """Run Python in the copy."""
    done = subprocess.run([sys.executable, "-B", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which each of the new things is added, with its generated pages made again."""
    folder = tmp_path_factory.mktemp("project")
    for part in (*FOLDERS, *FILES):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=LEFT_OUT)
        else:
            shutil.copy(source, folder / part)
    for path, behind, text in (addition for thing in THINGS for addition in thing.added):
        old = (folder / path).read_text()
        assert old.count(behind) == 1, f"{path}: {behind}"
        (folder / path).write_text(old.replace(behind, behind + text))
    run(folder, "docs/generate.py")
    return folder


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.row)
def test_the_table_names_the_files_that_a_new_thing_is_written_in(thing: NewThing) -> None:
    names = named_in(thing.row)
    assert [path for path, _, _ in thing.added if not is_named(path, names)] == []


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.row)
def test_the_generated_pages_show_a_new_thing(thing: NewThing, scratch: Path) -> None:
    assert [(path, text) for path, text in thing.shown if text not in (scratch / path).read_text()] == []


def test_new_things_need_no_other_files(scratch: Path) -> None:
    # Once for all: most of what it takes is to start. Whose files do not suffice is seen from which test fails.
    # The golden files are written before others read them.
    names = [*(name for thing in THINGS for name in thing.golden), *(name for thing in THINGS for name in thing.tests)]
    run(scratch, *PYTEST, "--golden", *dict.fromkeys(names))
