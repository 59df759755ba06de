"""The largest message that the broker takes is the same number wherever a broker is configured."""

import re
from pathlib import Path

import pytest

from services.console.embedded.node import PrivateNode
from services.contracts.topology import LARGEST_MESSAGE

ROOT = Path(__file__).parents[3]
CONFIGURED = ("deploy/rabbitmq/huiying.conf", "deploy/images/rabbitmq/10-defaults.conf")


@pytest.mark.parametrize("path", CONFIGURED)
def test_a_configuration_file_has_it(path: str) -> None:
    assert re.findall(r"^max_message_size = (\d+)$", (ROOT / path).read_text(), re.MULTILINE) == [str(LARGEST_MESSAGE)]


def test_the_private_node_has_it(tmp_path: Path) -> None:
    node = PrivateNode(tmp_path, 15_680)
    node._write({"users": [], "permissions": [], "topic_permissions": []})
    assert f"{{max_message_size, {LARGEST_MESSAGE}}}" in (tmp_path / "rabbitmq.config").read_text()
