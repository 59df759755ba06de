from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from services.console.embedded.broker import service_url
from services.console.embedded.installation import Installation
from services.console.embedded.starting.launch import WEB_MODULE, WORKER_MODULE, Program, programs
from services.console.embedded.starting.preloading import LATE
from services.console.settings import ConsoleSettings
from services.contracts.topology import SERVICES
from tests.authority import Authority

URLS = {name: f"amqp://{name}:secret-of-{name}@127.0.0.1:5680/huiying" for name in SERVICES}


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = Installation(tmp_path)
    monkeypatch.setattr(made, "worker_ports", lambda: {name: 9000 + place for place, name in enumerate(SERVICES)})
    return made


def launched(installation: Installation, **given: Any) -> dict[str, Program]:
    settings = replace(ConsoleSettings(), var=installation.var, **given)
    return {program.name: program for program in programs(settings, installation, URLS)}


def test_what_programs_run_and_what_is_loaded_for_them_is_there(installation: Installation) -> None:
    modules = {program.argv[2] for program in launched(installation).values()}
    assert modules == {WEB_MODULE, WORKER_MODULE}
    assert [name for name in (*modules, *LATE) if find_spec(name) is None] == []


def test_a_worker_gets_its_own_secrets_and_nobody_elses(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ADMIN_TOKEN", "hy_administrator")
    monkeypatch.setenv("HUIYING_BROKER_URL", "amqp://huiying:administrator@127.0.0.1/huiying")
    monkeypatch.setenv("HUIYING_NOTIFY_LEADER_CHANNELS", "mailto://leader-secret@example.org")
    monkeypatch.setenv("UNRELATED_SECRET", "unrelated-secret")
    started = launched(installation)
    for name in SERVICES:
        seen = str(started[name].environment)
        assert [other for other in SERVICES if f"secret-of-{other}" in seen] == [name]
        assert [other for other in SERVICES if f"{installation.var}/{other}.db" in seen] == [name]
        assert "administrator" not in seen
        assert "unrelated-secret" not in seen
        assert ("leader-secret" in seen) == (name == "notify")


def test_only_who_keeps_personal_data_has_the_keys_to_it(installation: Installation) -> None:
    keys = installation.contact_keys()
    assert len(keys) >= 32
    started = launched(installation)
    assert {name for name in SERVICES if keys in str(started[name].environment)} == {"intake", "notify"}
    assert keys in str(started["web"].environment)
    assert Installation(installation.var).contact_keys() == keys


def test_keys_given_from_outside_take_their_place_and_are_remembered(installation: Installation) -> None:
    old = installation.contact_keys()
    started = launched(installation, contact_keys=("n" * 32, old))
    assert started["notify"].settings["HUIYING_CONTACT_KEYS"] == f"{'n' * 32} {old}"
    assert Installation(installation.var).contact_keys() == f"{'n' * 32} {old}"


def test_only_the_web_process_listens_where_it_was_told(installation: Installation) -> None:
    started = launched(installation, host="0.0.0.0", port=8123)
    assert started["web"].settings["HUIYING_HOST"] == "0.0.0.0"
    assert started["web"].settings["HUIYING_PORT"] == "8123"
    assert {started[name].settings["HUIYING_HOST"] for name in SERVICES} == {"127.0.0.1"}


@pytest.mark.slow
def test_another_file_for_the_catalogue_is_another_digest_and_another_shell_is_not(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: each.digest for name, each in launched(installation).items()}
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert {name: each.digest for name, each in launched(installation).items()} == before
    other = launched(installation, catalogue=Path("elsewhere.yml"))
    assert all(each.digest != before[name] for name, each in other.items())


def test_the_address_for_another_user_keeps_the_place() -> None:
    assert (
        service_url("amqp://huiying:x@broker.example:5671/huiying", "intake", "y") == "amqp://intake:y@broker.example:5671/huiying"
    )


def test_the_address_for_another_user_keeps_the_trust() -> None:
    admin = "amqps://huiying:x@broker.example/huiying?cacertfile=/etc/ca.pem"
    assert service_url(admin, "intake", "y") == "amqps://intake:y@broker.example:5671/huiying?cacertfile=/etc/ca.pem"


def test_the_key_of_the_origin_is_for_the_web_process_only(installation: Installation, tmp_path: Path) -> None:
    shown = Authority(tmp_path / "ca").issue("web", "127.0.0.1")
    started = launched(installation, tls_certificate=shown.certificate, tls_key=shown.key)
    assert started["web"].settings["HUIYING_TLS_KEY"] == str(shown.key)
    assert [name for name in SERVICES if "HUIYING_TLS_KEY" in started[name].environment] == []
