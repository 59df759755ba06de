"""How long a test waits on a machine that may be busy with other things."""

from __future__ import annotations

import os

import pika

#: What is sure to come is waited for so many times as long as it takes at most on an idle machine: it costs nothing when it comes.
FOR_SURE = 5.0


def limit(seconds: float, most: float) -> float:
    """The seconds that something may take: more where more processes than cores want to run, but never more than `most`."""
    return min(most, seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def patient(url: str) -> pika.URLParameters:
    """The broker at an address, for a client that gives it time to answer and is given time to ask."""
    parameters = pika.URLParameters(url)
    parameters.socket_timeout, parameters.stack_timeout, parameters.heartbeat = 60, 120, 600
    return parameters
