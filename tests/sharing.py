"""How several processes share the tests: a file at a time, one running system or broker for all files that need such a one."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

#: Folders in the order in which their tests begin: first what waits for other processes, last what only computes, which fills
#: the gaps and leaves no long test for the end.
ORDER = ("system", "faults", "fuzz", "integration", "contract", "browser", "architecture", "unit")
#: Tests that start a system of their own, and those that share one whose deadlines are days away, or one that exempts nobody from
#: its limits; all others of the system tests share one whose deadlines are seconds away.
OWN = re.compile("tests/system/test_(bench_crowd|bench_speed|lost_broker|playback|tls)[.]py")
CALM = re.compile(r"tests/system/test_(import_command|institution|kills|scenarios)[.]py(?!.*\[changan)")
STRICT = re.compile("tests/system/test_(access|keeping|up_and_down)[.]py")
#: Tests of the broker node that the whole run has: it takes four seconds of CPU to boot, and some more as long as it is there.
NODE = re.compile(
    "tests/contract/test_(broker|probe)[.]py|tests/integration/test_(courier|dispatch_on_rabbit|doctor|relay_running|worker)[.]py"
    "|tests/integration/notify/test_notify_(kills|worker)[.]py"
)


def rank(path: str) -> float:
    """The place of a file's folder in the order; a folder that nobody ordered comes first.

    The tests of the node, which one process does one after the other, begin right after those of systems.
    """
    if NODE.match(path):
        return ORDER.index("system") + 0.5
    folder = PurePosixPath(path).parts[1]
    return ORDER.index(folder) if folder in ORDER else -1


def share(test: str) -> str:
    """The name of what is run by one process from its first to its last test; of a shared system, that of its fixture."""
    file = test.partition("::")[0]
    if NODE.match(file):
        return "node"
    if not file.startswith("tests/system/") or OWN.match(test):
        return file
    if CALM.match(test):
        return "calm"
    return "strict" if STRICT.match(test) else "fast"


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process one share after the other, in the order in which the tests are collected."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)
