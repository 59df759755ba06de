"""Pictures of iPhones (HEIC) as JPEG, read in a process of its own with little memory and time.

Their decoder is a large C library that strangers feed: what goes wrong in it harms nothing here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from services.contracts.errors import Invalid, TooLarge
from services.intake.domain.attaching import LONGEST_SIDE, MOST_PIXELS

HEIC = "HEIC"
SECONDS = 20
_CHILD = Path(__file__).with_name("heic_child.py")
#: How the child ends that has seen too many pixels.
TOO_MANY_PIXELS = 3


def as_jpeg(raw: bytes) -> bytes:
    """The picture as a JPEG, upright; raises `TooLarge` for too many pixels and `Invalid` for what cannot be read."""
    limits = (str(MOST_PIXELS), str(LONGEST_SIDE), str(SECONDS), str(TOO_MANY_PIXELS))
    try:
        # Its environment is empty: no setting and no secret of this process is there to be read.
        done = subprocess.run([sys.executable, "-I", _CHILD, *limits], input=raw, capture_output=True, timeout=SECONDS, env={})
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode == TOO_MANY_PIXELS:
        raise TooLarge(f"A photo has at most {MOST_PIXELS // 1_000_000} megapixels. Make it smaller and send it again.")
    if done is None or done.returncode != 0 or not done.stdout:
        reason = "The picture is broken or was cut off. Take or save it again and send that."
        raise Invalid("The photo cannot be read.", {"file": [reason]})
    return done.stdout
