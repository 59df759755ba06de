import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from services import VERSION
from services.console.main import main
from services.console.settings import HOME
from services.runtime.store.migrate import migrate_access


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("HUIYING_VAR", str(tmp_path / "var"))
    for name in ("HUIYING_URL", "HUIYING_BROKER_URL", "HUIYING_MANAGEMENT_URL", "HUIYING_ADMIN_TOKEN", "HUIYING_CATALOGUE"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(main, arguments, env=environment)

    return invoke


def test_every_command_of_the_contract_is_there(run):
    listed = run("--help").output
    wanted = (
        "up",
        "down",
        "demo",
        "import",
        "listen",
        "topology",
        "department",
        "token",
        "catalogue",
        "dead",
        "statistics",
        "doctor",
    )
    assert [name for name in wanted if f"\n  {name} " not in listed] == []


def test_the_version_is_the_one_of_the_documents(run):
    assert run("--version").output == f"huiying {VERSION}\n"
    documents = [json.loads((HOME / "services" / "contracts" / name).read_text()) for name in ("openapi.json", "asyncapi.json")]
    assert [document["info"]["version"] for document in documents] == [VERSION, VERSION]


@pytest.mark.parametrize("name", ["catalogue.yml", "catalogue.fast.yml"])
def test_our_own_catalogues_are_in_order(run, name):
    assert run("catalogue", "check", str(HOME / "deploy" / name)).exit_code == 0


@pytest.mark.slow
def test_a_bad_catalogue_is_told_by_line_and_ends_with_an_error(run, tmp_path):
    path = tmp_path / "bad.yml"
    path.write_text(f"extends: {HOME}/deploy/catalogue.yml\nfallback_department: nobody\n")
    answer = run("catalogue", "check", str(path))
    assert answer.exit_code == 1
    assert f"{path}:2: error: fallback_department" in answer.output
    parsed = json.loads(run("catalogue", "check", str(path), "--json").output)
    assert (parsed[0]["line"], parsed[0]["path"]) == (2, "fallback_department")


def test_the_definitions_have_the_users_whose_passwords_are_known(run):
    answer = run("topology", "definitions", HUIYING_INTAKE_BROKER_PASSWORD="x")
    printed = json.loads(answer.output)
    assert [user["name"] for user in printed["users"]] == ["intake"]
    assert "department.water" in [queue["name"] for queue in printed["queues"]]


def test_a_token_is_made_listed_and_revoked(run, tmp_path):
    url = f"sqlite:///{tmp_path}/access.db"
    migrate_access(url)
    made = json.loads(run("token", "create", "--role", "reviewer", "--json", HUIYING_ACCESS_DATABASE_URL=url).output)
    assert made["token"].startswith("hy_")
    assert run("token", "revoke", made["id"], HUIYING_ACCESS_DATABASE_URL=url).exit_code == 0
    again = run("token", "revoke", made["id"], HUIYING_ACCESS_DATABASE_URL=url)
    assert again.exit_code == 1
    assert "huiying token list" in again.output
    listed = json.loads(run("token", "list", "--json", HUIYING_ACCESS_DATABASE_URL=url).output)
    assert [row["id"] for row in listed] == [made["id"]]
    assert listed[0]["revoked"] is not None
    assert made["token"] not in json.dumps(listed)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("token", "list"), "huiying up"),
        (("topology", "apply"), "HUIYING_MANAGEMENT_URL"),
        (("department", "credentials", "nowhere"), "no department 'nowhere'"),
        (("import", "/nowhere.csv"), "cannot be read"),
    ],
)
def test_an_error_says_what_to_do_and_ends_with_an_error(run, arguments, words):
    answer = run(*arguments)
    assert answer.exit_code == 1
    assert words in answer.output


def test_a_setting_that_cannot_be_used_is_named(run):
    answer = run("up", HUIYING_PORT="eight")
    assert answer.exit_code == 1
    assert "HUIYING_PORT='eight' cannot be used" in answer.output


def test_stopping_what_was_never_started_is_no_error_and_leaves_nothing(run, tmp_path):
    assert run("down").exit_code == 0
    assert not (tmp_path / "var").exists()


def every_command(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in every_command(command))
        elif command is not None:
            yield name, command


def test_what_an_option_can_be_is_said_in_the_words_that_are_sent():
    """An enumeration's members would be offered by their names, which nobody else knows."""
    offered = [
        (f"{name} {parameter.name}", choice)
        for name, command in every_command(main)
        for parameter in command.params
        if isinstance(parameter.type, click.Choice)
        for choice in parameter.type.choices
    ]
    assert len(offered) > 20
    assert [each for each in offered if type(each[1]) is not str] == []


@pytest.mark.slow
def test_a_command_about_queues_alone_loads_nothing_of_stores():
    """Which would take as long as all the rest of it."""
    command = [sys.executable, "-X", "importtime", "-m", "services", "dead", "--help"]
    loaded = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True).stderr
    modules = {line.rpartition("|")[2].strip() for line in loaded.splitlines()}
    assert "services.console.client.amqp" in modules
    assert not {"sqlalchemy", "flask"} & modules
