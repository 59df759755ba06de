from dataclasses import replace
from pathlib import Path

from services.console.installation import Installation
from services.console.settings import ConsoleSettings, addresses, read_address_book


def settings(var: Path, **given: object) -> ConsoleSettings:
    return replace(ConsoleSettings(), var=var, **given)


def test_the_address_book_says_where_a_running_system_is(tmp_path: Path) -> None:
    Installation(tmp_path).write_address_book(
        {"URL": "http://127.0.0.1:8123", "BROKER_URL": "amqp://a:b@c:1/huiying", "ADMIN_TOKEN": "hy_x"}
    )
    place = addresses(settings(tmp_path))
    assert (place.url, place.broker_url, place.admin_token, place.management_url) == (
        "http://127.0.0.1:8123", "amqp://a:b@c:1/huiying", "hy_x", None,
    )  # fmt: skip


def test_the_environment_comes_before_the_address_book(tmp_path: Path) -> None:
    Installation(tmp_path).write_address_book({"URL": "http://127.0.0.1:8123", "ADMIN_TOKEN": "hy_x"})
    place = addresses(settings(tmp_path, url="https://huiying.example/", admin_token="hy_y"))
    assert (place.url, place.admin_token) == ("https://huiying.example", "hy_y")


def test_without_either_the_defaults_hold(tmp_path: Path) -> None:
    place = addresses(settings(tmp_path / "nothing", port=8200))
    assert place.url == "http://127.0.0.1:8200"
    assert place.admin_token is None


def test_the_address_book_is_for_its_owner_only(tmp_path: Path) -> None:
    path = Installation(tmp_path).write_address_book({"ADMIN_TOKEN": "hy_x"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_address_book(tmp_path) == {"ADMIN_TOKEN": "hy_x"}


def test_secrets_are_made_once_and_kept_for_their_owner_only(tmp_path: Path) -> None:
    first = Installation(tmp_path)
    password = first.password("intake")
    assert first.password("routing") != password
    again = Installation(tmp_path)
    assert again.password("intake") == password
    assert again.hashes(["intake"]) == first.hashes(["intake"])
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_new_password_replaces_the_old_one(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    old = installation.password("department-water")
    assert installation.knows("department-water")
    assert not installation.knows("department-roads")
    assert installation.new_password("department-water") != old
    assert Installation(tmp_path).password("department-water") == installation.password("department-water")
