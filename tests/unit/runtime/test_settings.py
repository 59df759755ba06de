from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from services.runtime.settings import ProcessSettings, SettingsInvalid, env, load, mask, table, whole_number

GIVEN = {
    "HUIYING_DEMO_DATABASE_URL": "postgresql+psycopg://me:geheim@db/demo",
    "HUIYING_ACCESS_DATABASE_URL": "sqlite:////var/access.db",
    "HUIYING_BROKER_URL": "amqp://me:geheim@mq:5672/huiying",
}


def test_settings_come_from_the_environment_and_have_defaults() -> None:
    settings = load(ProcessSettings, "demo", {**GIVEN, "HUIYING_DEMO_PORT": "8101", "HUIYING_LOG_LEVEL": "debug"})
    assert settings.database_url == GIVEN["HUIYING_DEMO_DATABASE_URL"]
    assert (settings.port, settings.worker_port, settings.log_level, settings.host) == (8101, 9000, "DEBUG", "127.0.0.1")
    assert settings.catalogue == Path("deploy/catalogue.yml")


def test_a_service_may_have_a_broker_user_of_its_own() -> None:
    assert load(ProcessSettings, "demo", {**GIVEN, "HUIYING_DEMO_BROKER_URL": "amqp://demo"}).broker_url == "amqp://demo"
    assert load(ProcessSettings, "other", {**GIVEN, "HUIYING_OTHER_DATABASE_URL": "sqlite://", "HUIYING_DEMO_BROKER_URL": "x"})


def test_all_problems_are_named_at_once_and_no_secret_is_told() -> None:
    bad = {
        "HUIYING_ACCESS_DATABASE_URL": "", "HUIYING_DEMO_PORT": "65536", "HUIYING_THREADS": "0", "HUIYING_BATCH": "-1",
        "HUIYING_RELAY_BATCH": "many", "HUIYING_LOG_LEVEL": "LOUD", "HUIYING_DEMO_DATABASE_URL": "x",
    }  # fmt: skip
    with pytest.raises(SettingsInvalid) as caught:
        load(ProcessSettings, "demo", bad)
    lines = str(caught.value).splitlines()
    assert [line.partition(" ")[0].partition("=")[0] for line in lines] == [
        "HUIYING_ACCESS_DATABASE_URL", "HUIYING_DEMO_BROKER_URL", "HUIYING_DEMO_PORT", "HUIYING_THREADS",
        "HUIYING_LOG_LEVEL", "HUIYING_BATCH", "HUIYING_RELAY_BATCH",
    ]  # fmt: skip
    assert "is not set: AMQP address of RabbitMQ" in lines[1]
    assert "'65536' cannot be used: a port is at most 65535" in lines[2]


@dataclass(frozen=True)
class Secretive(ProcessSettings):
    number: int = env("DEMO_NUMBER", whole_number, 0, doc="a secret number", secret=True)
    channels: tuple[str, ...] = env("DEMO_CHANNELS", lambda text: tuple(text.split()), (), doc="channels", secret=True)


def test_a_secret_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        load(Secretive, "demo", {**GIVEN, "HUIYING_DEMO_NUMBER": "geheim"})
    assert str(caught.value) == "HUIYING_DEMO_NUMBER cannot be used"


def test_the_table_shows_every_setting_and_no_secret() -> None:
    given = {**GIVEN, "HUIYING_DEMO_CHANNELS": "tgram://geheim/1 mailto://me:geheim@post"}
    rows = {name: (value, meaning) for name, value, meaning in table(load(Secretive, "demo", given), "demo")}
    assert rows["HUIYING_DEMO_DATABASE_URL"][0] == "postgresql+psycopg://me:***@db/demo"
    assert rows["HUIYING_ACCESS_DATABASE_URL"][0] == "sqlite:////var/access.db"
    assert rows["HUIYING_DEMO_CHANNELS"][0] == "tgram://*** mailto://***"
    assert rows["HUIYING_BATCH"] == ("500", "most messages handled in one transaction")
    assert "geheim" not in str(rows)


@pytest.mark.parametrize(("text", "shown"), [
    ("amqp://u:p@h/v", "amqp://u:***@h/v"), ("amqp://u:p@ss:w@h/v", "amqp://u:***@h/v"), ("amqp://h/v", "amqp://h/v"),
    ("postgresql://h/d?user=u&password=p&x=1", "postgresql://h/d?user=u&password=***&x=1"), ("token", "***"),
])  # fmt: skip
def test_masking(text: str, shown: str) -> None:
    assert mask(text) == shown
