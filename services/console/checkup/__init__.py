"""What `huiying doctor` looks at: a file for each kind of part, each a check or several that yield findings."""

from services.console.checkup.findings import Finding, Severity, Subject, worst

__all__ = ["Finding", "Severity", "Subject", "worst"]
