"""Reads names and expiry from the web server's certificate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography import x509


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def expiry(path: Path) -> datetime:
    """When the certificate in a PEM file expires; raises OSError or ValueError when there is none."""
    return _read(path).not_valid_after_utc


def name_for(path: Path, host: str) -> str:
    """The host name for URLs: `host` when the certificate covers it, else the certificate's first name that is no wildcard."""
    try:
        found = _read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return host
    names = [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]
    plain = [name for name in names if "*" not in name]
    return host if host in names or not plain else plain[0]
