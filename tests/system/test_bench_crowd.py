"""`python -m benchmarks crowd` measures how long others wait beside one who floods and many who are slow."""

import json

COMMANDS = 300


def test_waiting_is_measured_alone_and_in_the_crowd(idle):
    arguments = ("--slow", "20", "--commands", str(COMMANDS), "--signatures", "3", "--json")
    told = json.loads(idle.measure("crowd", *arguments, seconds=1200))
    for when in ("before", "during"):
        for waits in told["milliseconds"][when].values():
            assert 0 < waits["p50"] <= waits["max"]
    assert told["milliseconds"]["during"]["sign"]["count"] >= 3
    assert told["commands_a_second"] > 0
    assert told["file"]["bytes"] > 0
    assert not (idle.var / "bench").exists()
    assert idle.pids() == {}
