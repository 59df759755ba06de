"""Sends opinions in batches, one request after the other, as an import does."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence

import msgspec

from benchmarks.traffic.sending import PATIENCE, Sent, Target

ROWS_A_BATCH = 500
NDJSON = "application/x-ndjson"
CREATED = "created"


class Line(msgspec.Struct):
    """The answer about one opinion of a batch."""

    status: str
    id: str = ""


def send_in_batches(target: Target, bodies: Sequence[bytes]) -> list[Sent]:
    """Post the bodies, each counted as answered when its line of the streamed answer came; any other outcome has status 0."""
    connection, sent = http.client.HTTPConnection(target.host, target.port, timeout=PATIENCE), list[Sent]()
    headers = {"Content-Type": NDJSON} | ({"Authorization": f"Bearer {target.token}"} if target.token else {})
    decode = msgspec.json.Decoder(Line).decode
    for start in range(0, len(bodies), ROWS_A_BATCH):
        rows = bodies[start : start + ROWS_A_BATCH]
        due = time.monotonic()
        connection.request("POST", target.path, b"\n".join(rows) + b"\n", headers)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise ConnectionError(f"a batch was answered with {answer.status}: {answer.read(300).decode(errors='replace')}")
        for raw in answer:
            line = decode(raw)
            sent.append(Sent(due, time.monotonic(), http.client.CREATED if line.status == CREATED else 0, line.id))
        # Reading lines up to the length leaves the answer open.
        answer.read()
    connection.close()
    return sent
