"""A private RabbitMQ node: its own folder, ports, cookie and port mapper, bound to loopback, beside whatever else runs here."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pika

from services.console.embedded.starting.processes import Slot, free_port, listens, stop_all, take
from services.contracts.definitions import ADMINISTRATOR, Definitions, definitions, password_hash
from services.contracts.topology import LARGEST_MESSAGE, VHOST
from services.runtime.messaging.probe import PIKA_ERRORS
from services.runtime.settings import inherited

NAME = "huiying@localhost"
#: Debian's script in /usr/sbin switches to another user, so the plain one comes first.
PLACES = ("/usr/lib/rabbitmq/bin", "/opt/homebrew/opt/rabbitmq/sbin", "/usr/local/opt/rabbitmq/sbin")
START_SECONDS, STOP_SECONDS = 180.0, 12.0
STEP_SECONDS = 0.05
HIGHEST_WITH_ROOM = 45_535
#: Their other two ports, 10,000 and 20,000 above, are below those of outgoing connections too.
WITH_ROOM = range(10_000, 12_000)
#: Idle schedulers spin by default, which takes CPU from other processes on a small machine. With +fnl (file names as bytes) the
#: folder may have a Chinese name, which the management plugin of 3.10 cannot handle otherwise.
ERLANG = " ".join([
    *(["+fnl"] if sys.platform == "linux" else []),
    "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
])  # fmt: skip
#: Erlang's own terms: a file of `key = value` lines takes a node a second of its start to translate.
CONFIG = """\
[
  {rabbit, [
    {tcp_listeners, [{"127.0.0.1", %(port)d}]},
    {definitions, [
      {import_backend, rabbit_definitions_import_local_filesystem}, {local_path, "../definitions.json"}, {skip_if_unchanged, true}
    ]},
    {disk_free_limit, 500000000},
    {collect_statistics_interval, 30000},
    {max_message_size, %(largest)d},
    {log, [{file, [{level, warning}]}]}%(more)s
  ]},
  {ra, [{wal_max_size_bytes, 67108864}]},
  {rabbitmq_management, [{tcp_config, [{ip, "127.0.0.1"}, {port, %(management)d}]}, {disable_management_stats, true}]},
  {rabbitmq_management_agent, [{disable_metrics_collector, true}]}
].
"""


class NodeFailed(Exception):
    """The node cannot be started; the text says why and what to do."""


class PrivateNode:
    """RabbitMQ on 127.0.0.1:`port` with everything it keeps in `folder`.

    The management API is at port + 10000 and the distribution at port + 20000 (less the same above 45535). `more` are
    settings of RabbitMQ beside our own, as Erlang terms.
    """

    def __init__(self, folder: Path, port: int, *more: str) -> None:
        self.folder, self.port, self._more = Path(folder).absolute(), port, more
        self.management_port, self._distribution_port = _beside(port)
        self._slot = Slot(self.folder / "node.pid")

    @property
    def password(self) -> str:
        """The administrator's password, made at first use and kept in the folder."""
        return self._kept("password", lambda: secrets.token_urlsafe(24))

    @property
    def url(self) -> str:
        """The AMQP address for the administrator."""
        return f"amqp://{ADMINISTRATOR}:{self.password}@127.0.0.1:{self.port}/{VHOST}"

    @property
    def management_url(self) -> str:
        """The address of the management API for the administrator."""
        return f"http://{ADMINISTRATOR}:{self.password}@127.0.0.1:{self.management_port}"

    def pid(self) -> int | None:
        """The node's pid while it runs."""
        return self._slot.pid()

    def running(self) -> bool:
        """Whether the node's process runs; it may still be starting."""
        return self._slot.pid() is not None

    def ever_started(self) -> bool:
        """Whether it was started and not stopped by `stop` since."""
        return self._slot.path.exists()

    def begin(self, topology: Definitions | None = None) -> bool:
        """Start the process unless it runs, without waiting; returns whether it was started.

        `topology` are definitions to load at boot, users included. A node with other ports is stopped first.
        Raises `NodeFailed` when there is no RabbitMQ on this machine or the port is taken.
        """
        if self.running():
            if self._kept_config() == self._config():
                return False
            self.stop()
        script = server_script()
        if listens(self.port):
            raise NodeFailed(f"Port {self.port} is taken by another program. Choose another: HUIYING_BROKER_PORT=5690.")
        self._write(topology or definitions((), {}))
        self._launch(script)
        return True

    def resume(self) -> None:
        """Restart a node that has died, with its files as they are, without waiting; raises `NodeFailed` as `begin` does."""
        script = server_script()
        if listens(self.port):
            raise NodeFailed(f"Port {self.port} is taken by another program.")
        self._launch(script)

    def _launch(self, script: Path) -> None:
        environment = {**inherited("PATH", "LANG", "LC_*", "TMPDIR"), **self._environment(script)}
        self._slot.start([str(script)], environment, self.folder / "log" / "console.log")

    def wait(self) -> None:
        """Wait until the node answers; raises `NodeFailed` with the end of its log when it ends or takes too long."""
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.running() or time.monotonic() > end:
                self.stop()
                raise NodeFailed(f"RabbitMQ did not start. The end of {self.folder}/log:\n{self._last_words()}")
            time.sleep(STEP_SECONDS)

    def start(self, topology: Definitions | None = None) -> None:
        """`begin` and `wait`."""
        self.begin(topology)
        self.wait()

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Stop the node and its port mapper; returns when both are gone. After `patience` (s) the node is killed."""
        stop_all([self._slot], patience)
        self._slot.path.unlink(missing_ok=True)
        self._stop_port_mapper()

    def kill(self) -> None:
        """Kill the node, as a power cut would."""
        self._slot.signal(signal.SIGKILL)
        stop_all([self._slot], 5.0)

    def _kept(self, name: str, make: Callable[[], object]) -> str:
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(str(make()))
        return path.read_text()

    def _port_mapper(self) -> int:
        port = int(self._kept("epmd.port", free_port))
        if listens(port) and ask_port_mapper(port, b"n") is None:
            (self.folder / "epmd.port").unlink()
            return self._port_mapper()
        return port

    def _environment(self, script: Path) -> dict[str, str]:
        home = self.folder
        return {
            "HOME": str(home), "ERL_EPMD_PORT": str(self._port_mapper()), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": NAME, "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_MNESIA_BASE": str(home / "data"), "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.config"), "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"), "RABBITMQ_PID_FILE": str(home / "erlang.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
            # Makes the script exec the node instead of staying as its parent, so that there is one pid.
            "RUNNING_UNDER_SYSTEMD": "true",
            "PATH": f"{script.parent}:{inherited('PATH').get('PATH', '')}:/usr/sbin:/sbin:/opt/homebrew/bin:/usr/local/bin",
        }  # fmt: skip

    def _write(self, topology: Definitions) -> None:
        for name in ("data", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self.folder / "rabbitmq.config").write_text(self._config())
        path = self.folder / "definitions.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self._with_administrator(topology), indent=1))

    def _config(self) -> str:
        more = "".join(f",\n    {term}" for term in self._more)
        return CONFIG % {"port": self.port, "management": self.management_port, "largest": LARGEST_MESSAGE, "more": more}

    def _kept_config(self) -> str:
        path = self.folder / "rabbitmq.config"
        return path.read_text() if path.exists() else ""

    def _with_administrator(self, topology: Definitions) -> Definitions:
        own = definitions((), {ADMINISTRATOR: password_hash(self.password)})
        merged = dict(topology)
        for section in ("users", "permissions", "topic_permissions"):
            merged[section] = [*own[section], *topology[section]]
        return merged

    def _answers(self) -> bool:
        if not listens(self.port):
            return False
        parameters = pika.URLParameters(self.url)
        parameters.socket_timeout, parameters.stack_timeout = 5, 5
        try:
            pika.BlockingConnection(parameters).close()
        except PIKA_ERRORS:
            return False
        return True

    def _last_words(self) -> str:
        logs = sorted((self.folder / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return "\n".join(line for path in logs for line in path.read_text(errors="replace").splitlines()[-8:])

    def _stop_port_mapper(self) -> None:
        path, end = self.folder / "epmd.port", time.monotonic() + 5.0
        # It refuses to end while it knows a name, for a moment after a node was killed.
        while path.exists() and listens(port := int(path.read_text())) and time.monotonic() < end:
            if ask_port_mapper(port, b"k") is None:
                time.sleep(0.05)


def server_script() -> Path:
    """The `rabbitmq-server` of this machine; raises `NodeFailed` that says how to install one."""
    found = shutil.which("rabbitmq-server", path=":".join(PLACES)) or shutil.which(
        "rabbitmq-server", path=f"{inherited('PATH').get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    )
    if found is None:
        raise NodeFailed(
            "RabbitMQ is not installed. Debian and Ubuntu: apt-get install --no-install-recommends rabbitmq-server. "
            "macOS: brew install rabbitmq. Or name a broker that runs already: HUIYING_BROKER_URL=amqp://…"
        )
    return Path(found)


def _beside(port: int) -> tuple[int, int]:
    """The ports of the management API and of the distribution."""
    room = 1 if port <= HIGHEST_WITH_ROOM else -1
    return port + room * 10_000, port + room * 20_000


def free_broker_port() -> int:
    """A loopback port for a node whose other two ports are free as well."""
    while True:
        port = free_port(WITH_ROOM)
        if all(map(take, _beside(port))):
            return port


def ask_port_mapper(port: int, question: bytes) -> bytes | None:
    """Ask Erlang's port mapper: `n` for the names it knows, `k` to end, which it refuses while it knows any.

    Returns the answer, or None when no port mapper listens there.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as line:
            line.sendall(b"\x00\x01" + question)
            answer = b""
            while block := line.recv(1024):
                answer += block
    except OSError:
        return None
    known = int.from_bytes(answer[:4], "big") == port if question == b"n" else answer == b"OK"
    return answer if known else None
