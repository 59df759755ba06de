"""Coming up: what can go wrong goes wrong before anything is stopped."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import click
import pytest

from services.console.embedded import supervisor as module
from services.console.embedded.installation import Installation
from services.console.embedded.supervisor import Supervisor
from services.console.settings import EXAMPLE, ConsoleSettings

URLS = dict.fromkeys(("intake", "routing", "notify", "metrics"), "amqp://127.0.0.1")


class Reached(Exception):
    """This is as far as it was to go."""


@pytest.fixture
def steps(monkeypatch):
    """What was done, in order; nothing is started or stopped."""
    done: list[str] = []
    broker = SimpleNamespace(
        service_urls=lambda: URLS, begin=lambda: False, wait=lambda: done.append("topology"), url="amqp://", management_url=None
    )
    monkeypatch.setattr(module, "choose_broker", lambda *_: broker)
    monkeypatch.setattr(module, "stop_all", lambda slots, _: done.append("stop"))
    monkeypatch.setattr(Installation, "worker_ports", lambda _: dict.fromkeys(URLS, 9000))
    monkeypatch.setattr(module, "listens", lambda _: False)
    monkeypatch.setattr(module, "migrate", lambda *_: done.append("migrate"))
    monkeypatch.setattr(module, "migrate_access", lambda _: done.append("migrate"))
    monkeypatch.setattr(Supervisor, "_admin_token", lambda _: "token")
    keeper = SimpleNamespace(keep=lambda: done.append("start"), close=lambda: None)
    monkeypatch.setattr(module, "Nursery", lambda *_: keeper)
    monkeypatch.setattr(Supervisor, "_start", lambda *_: done.append("start"))
    monkeypatch.setattr(Supervisor, "_await_ready", lambda *_: None)
    monkeypatch.setattr(module, "way_in", lambda place: f"{place.url}/login")
    return done


def up(var, **given):
    supervisor = Supervisor(replace(ConsoleSettings(), var=var, **given))
    supervisor.up()
    return supervisor


def test_stores_and_topology_are_ready_before_anything_is_stopped(steps, tmp_path):
    up(tmp_path / "var")
    assert list(dict.fromkeys(steps)) == ["migrate", "topology", "stop", "start"]


def test_a_catalogue_with_mistakes_stops_nothing(steps, tmp_path):
    (bad := tmp_path / "bad.yml").write_text("[")
    with pytest.raises(click.ClickException, match="cannot be used"):
        up(tmp_path / "var", catalogue=bad)
    assert steps == []


def test_a_migration_that_fails_stops_nothing(steps, tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("no such column")

    monkeypatch.setattr(module, "migrate", fails)
    with pytest.raises(click.ClickException, match="no such column"):
        up(tmp_path / "var")
    assert steps == []


def test_a_topology_that_cannot_be_made_stops_nothing(steps, tmp_path, monkeypatch):
    def refuses():
        raise click.ClickException("the broker refuses")

    monkeypatch.setattr(module.choose_broker(), "wait", refuses)
    with pytest.raises(click.ClickException, match="refuses"):
        up(tmp_path / "var")
    assert "stop" not in steps


@pytest.mark.slow
def test_services_read_a_link_that_leads_to_the_file_that_was_named_and_else_to_the_example(steps, tmp_path):
    var, mine = tmp_path / "var", tmp_path / "mine.yml"
    mine.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    for named, leads_to in ((EXAMPLE, EXAMPLE), (mine, mine), (EXAMPLE, EXAMPLE)):
        up(var, catalogue=named)
        assert (var / "catalogue.yml").readlink() == leads_to


@pytest.mark.slow
def test_what_was_put_into_use_stays_until_another_file_is_named(steps, tmp_path):
    var, mine = tmp_path / "var", tmp_path / "mine.yml"
    mine.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    up(var)
    (var / "catalogue.yml").unlink()
    (var / "catalogue.yml").write_text(mine.read_text(encoding="utf-8"), encoding="utf-8")
    up(var, catalogue=var / "catalogue.yml")
    assert not (var / "catalogue.yml").is_symlink()
    up(var, catalogue=mine)
    assert (var / "catalogue.yml").readlink() == mine
    assert (var / "catalogue.previous.yml").exists()
