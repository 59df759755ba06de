"""Where a peer's store and broker are: the variables `POSTGRES` and `AMQP`."""

from __future__ import annotations

import os

POSTGRES, AMQP = os.environ["POSTGRES"], os.environ["AMQP"]
