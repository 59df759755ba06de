"""The programs in `examples/`, as a department runs them: each of its commands gets its answer, whatever happens meanwhile."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pika
import pytest

from tests.conftest import absent
from tests.system.place import eventually

EXAMPLES = Path(__file__).parents[2] / "examples"
JARS = [Path("/usr/share/java/amqp-client.jar"), Path("/usr/share/java/slf4j-api.jar")]
#: Of each command the answers in their order: what was refused is corrected and sent again under the same id.
ANSWERS = {"sign": ["accepted"], "progress": ["not-utf8", "accepted"], "reply": ["invalid", "accepted"]}
DEPARTMENTS = {"python": ("gas", "gas-supply"), "node": ("post", "parcels"), "java": ("telecom", "telecom-services")}


def command_of(language, folder):
    """How the program is started; what it needs is installed for it in `folder`."""
    if language == "python":
        return [sys.executable, str(EXAMPLES / "python" / "department.py")]
    if language == "node":
        if shutil.which("npm") is None:
            absent("Node and npm are not here: apt-get install nodejs npm")
        shutil.copytree(EXAMPLES / "node", folder / "node", ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder / "node", check=True, capture_output=True, timeout=300)
        return ["node", str(folder / "node" / "department.js")]
    if shutil.which("javac") is None or not all(jar.exists() for jar in JARS):
        absent("Java or its RabbitMQ client is not here: apt-get install default-jdk-headless librabbitmq-client-java")
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


@pytest.mark.parametrize("language", DEPARTMENTS)
def test_every_command_of_a_department_s_own_program_is_answered(fast, tmp_path, language):
    place, (code, topic) = fast.place(), DEPARTMENTS[language]
    command, url = command_of(language, tmp_path), fast.run("department", "credentials", code).strip()
    with pika.BlockingConnection(pika.URLParameters(place.broker_url)) as connection:
        connection.channel().queue_purge(f"department.{code}")
    crashing = Program(command, url, code, tmp_path, CRASH="before-ack")
    submitted = place.submit(title="请来看看", topic=topic)
    assert crashing.process.wait(60) == 9
    program = Program(command, url, code, tmp_path)
    try:
        eventually(lambda: program.answers()["sign"] == ["accepted"], 60)
        fast.kill("broker")
        fast.up()
        eventually(lambda: program.answers() == ANSWERS, 90)
    finally:
        program.stop()
    eventually(lambda: place.receipt(submitted)["state"] in ("replied", "concluded"), 30)
    told = [moment["what"] for moment in place.receipt(submitted)["timeline"]]
    assert [told.count(f"assignment.{what}") for what in ("signed", "progressed", "replied")] == [1, 1, 1]
