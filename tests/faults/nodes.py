"""Three RabbitMQ nodes on this machine that are one cluster, behind an address that leads to any of them that lives."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from services.console.embedded.broker import service_url
from services.console.embedded.node import PrivateNode, free_broker_port, server_script
from services.contracts.definitions import ADMINISTRATOR
from services.contracts.topology import VHOST

COUNT = 3
CLUSTER = """\
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = rabbit_peer_discovery_classic_config
cluster_formation.randomized_startup_delay_range.min = 0
cluster_formation.randomized_startup_delay_range.max = 1
"""
#: Queues come when the cluster has formed: made earlier, they would have one member for ever.
BARE = {"vhosts": [{"name": VHOST}]} | {
    section: [] for section in ("users", "permissions", "topic_permissions", "policies", "exchanges", "queues", "bindings")
}


class Member(PrivateNode):
    """One node of the cluster."""

    def __init__(self, folder: Path, port: int, number: int) -> None:
        super().__init__(folder, port)
        self.node_name = f"huiying{number}@localhost"

    def _environment(self, script: Path) -> dict[str, str]:
        return {**super()._environment(script), "RABBITMQ_NODENAME": self.node_name}

    def _config(self) -> str:
        names = (f"cluster_formation.classic_config.nodes.{n} = huiying{n}@localhost\n" for n in range(1, COUNT + 1))
        return super()._config() + CLUSTER + "".join(names)

    def ctl(self, *arguments: str) -> str:
        """`rabbitmqctl` against this node."""
        script = server_script()
        command = [str(script.parent / "rabbitmqctl"), "-n", self.node_name, "-q", *arguments]
        done = subprocess.run(
            command, env=self._environment(script), cwd=self.folder, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
        return done.stdout


class Nodes:
    """The cluster. `url` is the administrator's address of the balancer in front."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="huiying-nodes-"))
        self.members = [Member(self.folder / str(number), port, number) for number, port in enumerate(_ports(), 1)]
        self.balancer = Balancer([member.port for member in self.members])
        first = self.members[0]
        for member in self.members:
            member.folder.mkdir(exist_ok=True)
            for name, text in (
                ("password", first.password),
                ("epmd.port", str(first._port_mapper())),
                (".erlang.cookie", "HUIYING"),
            ):
                (member.folder / name).write_text(text)
            (member.folder / ".erlang.cookie").chmod(0o400)
        self.url = service_url(f"amqp://127.0.0.1:{self.balancer.port}", ADMINISTRATOR, first.password)
        self.management_url = first.management_url

    def start(self) -> None:
        """Boot all three; returns when they are one cluster."""
        self.balancer.start()
        self.members[0].start(BARE)
        for member in self.members[1:]:
            member.begin(BARE)
        for member in self.members[1:]:
            member.wait()
        self.members[0].ctl("await_online_nodes", str(COUNT))

    def stop(self) -> None:
        """End everything and leave nothing."""
        self.balancer.stop()
        for member in self.members:
            with contextlib.suppress(OSError):
                member.stop(1.0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, *members: Member) -> None:
        """Boot members that were killed; returns when they answer."""
        for member in members:
            member.begin(BARE)
        for member in members:
            member.wait()

    def part(self, member: Member) -> None:
        """Cut the lines between one node and the others; clients still reach all of them."""
        for other in self.members:
            if other is not member:
                member.ctl("eval", f"erlang:set_cookie('{other.node_name}', parted), erlang:disconnect_node('{other.node_name}').")

    def heal(self, member: Member) -> None:
        """Put the lines back."""
        for other in self.members:
            if other is not member:
                name = other.node_name
                member.ctl("eval", f"erlang:set_cookie('{name}', erlang:get_cookie()), net_kernel:connect_node('{name}').")


def _ports() -> set[int]:
    found: set[int] = set()
    while len(found) < COUNT:
        found.add(free_broker_port())
    return found


class Balancer:
    """Takes connections and leads each to the next node that takes it: what HAProxy does in front of a real cluster."""

    def __init__(self, ports: list[int]) -> None:
        self._turn = itertools.cycle(ports)
        self._count = len(ports)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> None:
        """Listen on a thread of its own."""
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Take no more connections; those that are open end with their nodes."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        for _ in range(self._count):
            try:
                node = socket.create_connection(("127.0.0.1", next(self._turn)), timeout=2.0)
                break
            except OSError:
                continue
        else:
            client.close()
            return
        node.settimeout(None)
        threading.Thread(target=_pump, args=(node, client), daemon=True).start()
        _pump(client, node)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
