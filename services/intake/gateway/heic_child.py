"""Run as a program: a HEIC picture from standard input, as JPEG to standard output. Imports nothing of the product."""

from __future__ import annotations

import resource
import sys
from io import BytesIO

MEMORY = 1_500_000_000


def main(pixels: int, side: int, seconds: int, too_many: int) -> int:
    """Read, decode, make small, write; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pi_heif
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    pi_heif.register_heif_opener(decode_threads=1, thumbnails=False)
    image = Image.open(BytesIO(sys.stdin.buffer.read()), formats=("HEIF",))
    if image.width * image.height > pixels:
        return too_many
    image.load()
    image.thumbnail((side, side))
    image.convert("RGB").save(sys.stdout.buffer, "JPEG", quality=90)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
