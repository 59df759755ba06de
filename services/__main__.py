"""`python -m services`: the same as the command `huiying`."""

from __future__ import annotations

from services.console.main import main

if __name__ == "__main__":
    main(prog_name="huiying")
