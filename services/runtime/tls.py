"""TLS: whom we trust at a broker, what we show it, and what we show to browsers. Verification cannot be switched off.

A broker's address carries its trust, in the words of RabbitMQ's own URI parameters, so that one text is all a connection
needs: `amqps://user:password@host:5671/huiying?cacertfile=/path/ca.pem`. Without `cacertfile` the machine's own list counts.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit, urlunsplit

from services.runtime.settings import SettingsInvalid

PORTS: Mapping[str, int] = {"amqp": 5672, "amqps": 5671, "http": 15672, "https": 15671}
SECURE = ("amqps", "https")
OLDEST = ssl.TLSVersion.TLSv1_2
#: URI parameters and the settings they come from.
FILES: Mapping[str, str] = {
    "cacertfile": "HUIYING_BROKER_CA", "certfile": "HUIYING_BROKER_CERTIFICATE", "keyfile": "HUIYING_BROKER_KEY",
}  # fmt: skip
#: What people read of OpenSSL's verdict on a certificate (its X509_V_ERR numbers).
VERDICTS: Mapping[int, str] = {
    **dict.fromkeys((2, 7, 18, 19, 20, 21), "its certificate is not signed by a CA that is trusted here"),
    9: "its certificate is not valid yet", 10: "its certificate has expired",
    62: "its certificate is for another host name", 64: "its certificate is for another host name",
    26: "its certificate is not one for a server",
}  # fmt: skip
#: The same for what goes wrong without a verdict, by a word in what OpenSSL says.
REASONS: Mapping[str, str] = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS at this port",
    "CERTIFICATE_REQUIRED": "it asks for a certificate of ours: HUIYING_BROKER_CERTIFICATE and HUIYING_BROKER_KEY",
    "UNKNOWN_CA": "it does not trust the CA of our certificate", "CERTIFICATE_EXPIRED": "our certificate has expired",
    "BAD_CERTIFICATE": "it refuses our certificate",
    "PROTOCOL_VERSION": "it speaks no TLS from 1.2", "UNSUPPORTED_PROTOCOL": "it speaks no TLS from 1.2",
    "HANDSHAKE_FAILURE": "it has no way of speaking TLS in common with us",
    "SSLEOFError": "it hangs up at once, as it does when it refuses our certificate or wants one",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker's address taken apart. `url` is without the trust; of the files None is the machine's list, or nothing to show."""

    url: str
    host: str
    port: int
    secure: bool
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    def context(self) -> ssl.SSLContext:
        """Verifies the server's certificate and its name; raises OSError (ssl.SSLError is one) when a file is of no use."""
        made = ssl.create_default_context(cafile=self.ca)
        made.minimum_version = OLDEST
        if self.certificate:
            made.load_cert_chain(self.certificate, self.key)
        return made


def read_address(url: str) -> BrokerAddress:
    """Take an address apart; raises ValueError for what would be ignored silently, such as a wish not to verify."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise ValueError("the address has to begin with amqp:// or amqps://")
    host, port = unquote(parts.hostname or "localhost"), parts.port or PORTS[parts.scheme]
    if parts.scheme not in SECURE:
        if FILES.keys() & parse_qs(parts.query).keys():
            raise ValueError(f"{parts.scheme}:// is not encrypted and has no use for certificates: write {parts.scheme}s://")
        return BrokerAddress(url, host, port, secure=False)
    given = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    if strange := sorted(given.keys() - FILES.keys()):
        raise ValueError(f"with {parts.scheme}:// only {', '.join(FILES)} may follow the question mark, not {', '.join(strange)}")
    if ("certfile" in given) != ("keyfile" in given):
        raise ValueError("a certificate of ours needs its key, and a key its certificate")
    plain = urlunsplit(parts._replace(query=""))
    return BrokerAddress(plain, host, port, True, *(given.get(name) for name in FILES))


def bare(url: str) -> str:
    """An address without its trust, which is a matter of this machine: for people, and for programs elsewhere."""
    return read_address(url).url


def context(url: str) -> ssl.SSLContext | None:
    """What verifies the server at an address, None where nothing is encrypted; raises OSError when a file is of no use."""
    address = read_address(url)
    return address.context() if address.secure else None


def with_user(url: str, user: str, password: str, path: str) -> str:
    """The address for another user, with the same trust."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{host}:{parts.port or PORTS[parts.scheme]}"
    return urlunsplit(parts._replace(netloc=netloc, path=path))


def trusting(name: str, url: str, ca: Path | None, certificate: Path | None, key: Path | None) -> str:
    """The address `url`, read from setting `name`, with the trust that the settings name.

    Raises `SettingsInvalid` when a file cannot be used, and for files where nothing is encrypted.
    """
    files = {word: str(path.absolute()) for word, path in zip(FILES, (ca, certificate, key), strict=True) if path}
    try:
        if files and urlsplit(url).query:
            raise ValueError("say it in the address or in settings of their own, not in both")
        whole = f"{url}?{urlencode(files, safe='/')}" if files else url
        address = read_address(whole)
    except ValueError as error:
        named = " ".join([name, *(FILES[word] for word in files)])
        raise SettingsInvalid(f"{named} cannot be used: {error}") from None
    if address.secure:
        try:
            address.context()
        except OSError as error:
            shown = ", ".join(filter(None, (address.ca, address.certificate, address.key))) or "the machine's list of CAs"
            raise SettingsInvalid(f"{name} cannot be used with {shown}: {error.strerror or error}") from None
    return whole


@dataclass(frozen=True, slots=True)
class Identity:
    """What a web process shows to browsers."""

    certificate: Path
    key: Path


def identity(certificate: Path | None, key: Path | None) -> Identity | None:
    """The pair, or None for plain HTTP; raises `SettingsInvalid` when half of it is missing or the two do not belong together."""
    if certificate is None or key is None:
        if certificate is None and key is None:
            return None
        missing = "HUIYING_TLS_KEY" if key is None else "HUIYING_TLS_CERTIFICATE"
        raise SettingsInvalid(f"{missing} is not set: a certificate needs its key, and a key its certificate")
    made = Identity(certificate.absolute(), key.absolute())
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.certificate, made.key)
    except OSError as error:
        named = f"HUIYING_TLS_CERTIFICATE={certificate} HUIYING_TLS_KEY={key}"
        raise SettingsInvalid(f"{named} cannot be used: {error.strerror or error}") from None
    return made


def reason(error: BaseException) -> str | None:
    """What people read when TLS is what went wrong, however deep it lies in `error`; None when it is something else."""
    found = next((each for each in _inside(error) if isinstance(each, ssl.SSLError)), None)
    if isinstance(found, ssl.SSLCertVerificationError):
        return VERDICTS.get(found.verify_code, f"its certificate does not pass: {found.verify_message}")
    # What comes after the handshake pika keeps as text only.
    text = repr(found or error)
    if found is None and "SSL" not in text:
        return None
    return next((words for word, words in REASONS.items() if word in text), f"TLS fails: {text}")


def _inside(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it was made from; pika, urllib3 and requests each wrap in a way of their own."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        wrapped = (each.__cause__, each.__context__, *(getattr(each, name, None) for name in ("reason", "exception", "exceptions")))
        for one in (*each.args, *wrapped):
            waiting += [inner for inner in (one if isinstance(one, list | tuple) else (one,)) if isinstance(inner, BaseException)]
