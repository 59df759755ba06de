"""The programs in `examples/`, as a department runs them: each of its commands gets its answer, whatever happens meanwhile."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pika
import pytest

from tests.conftest import absent
from tests.patience import patient
from tests.system.place import eventually

EXAMPLES = Path(__file__).parents[2] / "examples"
JARS = [Path("/usr/share/java/amqp-client.jar"), Path("/usr/share/java/slf4j-api.jar")]
#: Of each command the answers in their order: what was refused is corrected and sent again under the same id.
ANSWERS = {"sign": ["accepted"], "progress": ["not-utf8", "accepted"], "reply": ["invalid", "accepted"]}
DEPARTMENTS = {"python": ("gas", "gas-supply"), "node": ("post", "parcels"), "java": ("telecom", "telecom-services")}


#: What has to be installed for a language.
NEEDED = {
    "node": "Node and npm are not here: apt-get install nodejs npm",
    "java": "Java or its RabbitMQ client is not here: apt-get install default-jdk-headless librabbitmq-client-java",
}


def command_of(language, folder):
    """How the program is started; what it needs is installed for it in `folder`. Nothing where the language is not here."""
    if language == "python":
        return [sys.executable, str(EXAMPLES / "python" / "department.py")]
    if language == "node":
        if shutil.which("npm") is None:
            return []
        shutil.copytree(EXAMPLES / "node", folder / "node", ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder / "node", check=True, capture_output=True, timeout=300)
        return ["node", str(folder / "node" / "department.js")]
    if shutil.which("javac") is None or not all(jar.exists() for jar in JARS):
        return []
    return ["java", "-cp", os.pathsep.join(map(str, JARS)), str(EXAMPLES / "java" / "Department.java")]


class Program:
    """One run of a department's program."""

    def __init__(self, command, url, code, folder, **settings):
        self._said = folder / f"said-{len(list(folder.glob('said-*')))}"
        environment = {"PATH": os.environ["PATH"], "CHARSET": "gbk", "LC_ALL": "C.UTF-8", **settings}  # noqa: TID251
        with self._said.open("wb") as said, (folder / "errors").open("ab") as errors:
            arguments = [*command, url, code, str(folder / "heard")]
            self.process = subprocess.Popen(arguments, env=environment, stdout=said, stderr=errors)

    def answers(self):
        """The codes that it was answered, by verb, each once."""
        found: dict[str, list[str]] = {verb: [] for verb in ANSWERS}
        for line in self._said.read_text().splitlines():
            said = json.loads(line)
            if said["code"] not in found[said["verb"]]:
                found[said["verb"]].append(said["code"])
        return found

    def stop(self):
        self.process.kill()
        self.process.wait(10)


@dataclass
class Department:
    """A department that has its own program, which ended with the first assignment in its hands."""

    submitted: Mapping[str, Any]
    arguments: tuple[Any, ...]


def has_crashed(place, command, url, code, topic, folder):
    """Start a department's program, which ends before it confirms what it has read."""
    with pika.BlockingConnection(patient(place.broker_url)) as connection:
        connection.channel().queue_purge(f"department.{code}")
    crashing = Program(command, url, code, folder, CRASH="before-ack")
    submitted = place.submit(title="请来看看", topic=topic)
    assert crashing.process.wait(60) == 9
    return Department(submitted, (command, url, code, folder))


@pytest.fixture(scope="module")
def departments(fast, tmp_path_factory):
    """The departments by language, whose programs all run again when the broker is killed under them; and those programs."""
    place, here, programs = fast.place(), {}, {}
    try:
        for language, (code, topic) in DEPARTMENTS.items():
            folder = tmp_path_factory.mktemp(language)
            if command := command_of(language, folder):
                url = fast.run("department", "credentials", code).strip()
                here[language] = has_crashed(place, command, url, code, topic, folder)
        programs |= {language: Program(*department.arguments) for language, department in here.items()}
        eventually(lambda: all(each.answers()["sign"] == ["accepted"] for each in programs.values()), 60)
        fast.kill("broker")
        fast.up()
        yield here, programs
    finally:
        for each in programs.values():
            each.stop()


@pytest.mark.parametrize("language", DEPARTMENTS)
def test_every_command_of_a_department_s_own_program_is_answered(fast, departments, language):
    here, programs = departments
    if language not in here:
        absent(NEEDED[language])
    place, submitted = fast.place(), here[language].submitted
    eventually(lambda: programs[language].answers() == ANSWERS, 90)
    eventually(lambda: place.receipt(submitted)["state"] in ("replied", "concluded"), 30)
    told = [moment["what"] for moment in place.receipt(submitted)["timeline"]]
    assert [told.count(f"assignment.{what}") for what in ("signed", "progressed", "replied")] == [1, 1, 1]
