"""A private CA for tests, as an office without a public one would run it: certificates for names and addresses, in PEM files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.runtime.clock import SystemClock

Names = x509.Name


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path


class Authority:
    """`ca` is the file that says whom to trust."""

    def __init__(self, folder: Path, name: str = "Huiying test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name, self._now = _named(name), SystemClock().now().astimezone(UTC)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = (
            self._begin(self._name, self._key.public_key(), self._now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *hosts: str, days: float = 10, client: bool = False) -> Pair:
        """A certificate for hosts (names or addresses), good for `days` from now; less than nothing is one that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        made = self._begin(_named(name), key.public_key(), self._now + timedelta(days=days))
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        # Python verifies strictly from 3.13 on, and then wants to be told which key has signed.
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(signer, critical=False)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        pair.certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain))
        pair.key.chmod(0o600)
        return pair

    def _begin(self, subject: Names, key: ec.EllipticCurvePublicKey, until: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(self._now, until) - timedelta(days=1))
            .not_valid_after(until)
        )


def _named(name: str) -> Names:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def listener(port: int, server: Pair, ca: Path, *, demand: bool = False) -> tuple[str, str]:
    """RabbitMQ's settings for a TLS port on loopback; a client's certificate is verified, and with `demand` it needs one."""
    files = f'{{cacertfile, "{ca}"}}, {{certfile, "{server.certificate}"}}, {{keyfile, "{server.key}"}}'
    return (
        f'{{ssl_listeners, [{{"127.0.0.1", {port}}}]}}',
        f"{{ssl_options, [{files}, {{verify, verify_peer}}, {{fail_if_no_peer_cert, {str(demand).lower()}}}]}}",
    )
