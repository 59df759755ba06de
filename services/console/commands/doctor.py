"""`huiying doctor`: what the checks found, and what to do about it."""

from __future__ import annotations

import click

from services.console.doctor.checks import examine
from services.console.doctor.findings import Severity, worst
from services.console.settings import load_settings
from services.console.terminal import json_option, out, print_json

#: How a finding is marked and coloured.
MARKS = {Severity.OK: ("✓", None), Severity.WARNING: ("!", "yellow"), Severity.CRITICAL: ("✗", "red")}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """体检 · check every part and advise; exit status 1 for a warning, 2 for what keeps the system from working."""
    findings = examine(load_settings())
    if as_json:
        print_json([
            {
                "what": each.what, "severity": each.severity.name.lower(), "good": each.good, "found": each.found,
                "advice": "" if each.good else each.advice,
            }
            for each in findings
        ])  # fmt: skip
    else:
        for each in findings:
            mark, style = MARKS[each.severity]
            out.print(f"{mark} {each.what}: {each.found}", style=style)
            if not each.good and each.advice:
                out.print(f"    → {each.advice}")
    raise SystemExit(int(worst(findings)))
