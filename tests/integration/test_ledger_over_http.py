"""The stand-alone verifier reads a ledger over HTTP, as an outsider would."""

import shutil
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from examples.python import verify_heads, verify_ledger
from services.contracts.ledger import subject_of
from services.metrics import __main__ as main
from services.metrics.handlers import ledger
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import START, Case, whole_history
from tests.unit.metrics.test_heads import Two


@pytest.fixture
def running(any_database, clock, tmp_path):
    made = running_on(any_database("metrics", main.ASSEMBLY.migrations), clock, tmp_path)
    story = whole_history()
    for number in range(5):
        clock.instant = START + timedelta(days=number)
        made.consume(story[number * 20 : number * 20 + 20])
    return made


@pytest.fixture
def address(running):
    server = make_server("127.0.0.1", 0, running.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def verify(tmp_path):
    program = shutil.copy(verify_ledger.__file__, tmp_path / "verify_ledger.py")

    def run(*arguments: str) -> tuple[int, str]:
        answer = subprocess.run(
            [sys.executable, "-I", "-S", program, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert answer.stderr == ""
        return answer.returncode, answer.stdout

    return run


def test_an_outsider_keeps_a_copy_and_comes_back(running, address, verify):
    status, text = verify("--url", address, "--save", "copy", "--opinion", "o1")
    assert (status, text.splitlines()[-1]) == (0, "all is well")
    assert "5 days, 100 leaves" in text
    running.consume(Case("later").submitted().events)
    assert verify("--url", address, "--against", "copy/ledger.json", "--opinion", subject_of("later"))[0] == 0
    assert verify("copy")[0] == 0


def test_an_address_that_is_no_ledger_is_named(address, tmp_path):
    answer = subprocess.run(
        [sys.executable, verify_ledger.__file__, "--url", f"{address}/nowhere"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "/nowhere/api/v1/ledger" in answer.stderr


def test_the_heads_of_a_kept_copy_are_checked_by_the_two_files_alone(running, verify, tmp_path):
    copy = tmp_path / "copy"
    ledger.sign_head(running.service)
    verify_ledger.verify(Two(running), save=str(copy), too=verify_heads.also)
    program = shutil.copy(verify_heads.__file__, tmp_path / "verify_heads.py")
    verify("copy")  # puts the other file beside it
    for words, status in (("all is well", 0), ("history was rewritten", 1)):
        answer = subprocess.run(
            [sys.executable, "-I", "-S", program, "copy"], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert (answer.returncode, answer.stderr) == (status, "")
        assert words in answer.stdout
        text = (copy / "heads.json").read_text()
        root = verify_ledger.as_json(text.encode(), "heads")["heads"][0]["root"]
        (copy / "heads.json").write_text(text.replace(root, "00" * 32))
