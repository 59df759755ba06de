"""The console's settings, and the address book of a system that runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.runtime.settings import PREFIX, SettingsInvalid, env, load, whole_number, yes_or_no
from services.runtime.store.vault import keys
from services.runtime.tls import trusting

HOME = Path(__file__).parents[2]
ADDRESS_BOOK = "huiying.env"
#: The catalogue in the folder of the embedded mode: a link to the file in the settings, or what `catalogue use` wrote.
OWN_CATALOGUE = "catalogue.yml"
#: The broker's certificates in the address book, in the order of `tls.FILES`.
TRUST = ("BROKER_CA", "BROKER_CERTIFICATE", "BROKER_KEY")


def _beside(name: str) -> Path:
    """A path in the project's folder; in the working directory when the project's folder is not here."""
    return (HOME if (HOME / "deploy").is_dir() else Path.cwd()) / name


#: The default catalogue. Compared by identity: the settings may name the same file.
EXAMPLE = _beside("deploy/catalogue.yml")


def places(text: str) -> tuple[tuple[str, str], ...]:
    """Names and addresses such as `intake-web=http://intake-web:8000`, blanks between them; raises ValueError for anything else."""
    pairs = [part.partition("=") for part in text.split()]
    if any(not name or not url.startswith(("http://", "https://")) for name, _, url in pairs):
        raise ValueError("NAME=http://host:port is needed, with blanks between")
    return tuple((name, url.rstrip("/")) for name, _, url in pairs)


@dataclass(frozen=True)
class ConsoleSettings:
    """Every setting of the console and the embedded mode."""

    var: Path = env("VAR", Path, _beside("var"), doc="folder of the embedded mode: stores, logs, the private broker")
    host: str = env("HOST", str, "127.0.0.1", doc="address to listen on")
    port: int = env("PORT", whole_number, 8000, doc="port of the web server")
    broker_port: int = env("BROKER_PORT", whole_number, 5680, doc="AMQP port of the private broker")
    broker_url: str | None = env("BROKER_URL", str, None, doc="a broker to use instead of a private one", secret=True)
    broker_ca: Path | None = env("BROKER_CA", Path, None, doc="PEM of the CA to trust an amqps broker by; else the machine's")
    broker_certificate: Path | None = env("BROKER_CERTIFICATE", Path, None, doc="PEM of a certificate to show to the broker")
    broker_key: Path | None = env("BROKER_KEY", Path, None, doc="PEM of its key")
    management_url: str | None = env("MANAGEMENT_URL", str, None, doc="that broker's management API, as administrator", secret=True)
    catalogue: Path = env("CATALOGUE", Path, EXAMPLE, doc="catalogue of departments, topics and rules")
    log_level: str = env("LOG_LEVEL", str.upper, "INFO", doc="DEBUG, INFO, WARNING or ERROR")
    keep: bool = env("KEEP", yes_or_no, True, doc="whether `up` starts again what dies: yes or no")
    health: tuple[tuple[str, str], ...] = env(
        "HEALTH", places, (), doc="processes for doctor to ask: intake-web=http://intake-web:8000 intake-worker=… "
    )
    backup_mark: Path | None = env("BACKUP_MARK", Path, None, doc="a file that the backup touches when it is done, for doctor")
    url: str | None = env("URL", str, None, doc="address of a system that runs already")
    tls_certificate: Path | None = env("TLS_CERTIFICATE", Path, None, doc="PEM of its certificate: it speaks https only")
    tls_key: Path | None = env("TLS_KEY", Path, None, doc="PEM of its key")
    tls_ca: Path | None = env("TLS_CA", Path, None, doc="PEM of the CA that the address is trusted by; else the well-known ones")
    admin_token: str | None = env("ADMIN_TOKEN", str, None, doc="token of an administrator of that system", secret=True)
    access_database_url: str | None = env("ACCESS_DATABASE_URL", str, None, doc="store of the access tokens", secret=True)
    contact_keys: tuple[str, ...] = env("CONTACT_KEYS", keys, (), doc="keys of personal data, the newest first", secret=True)
    promise_key: tuple[str, ...] = env(
        "PROMISE_KEY", keys, (), doc="keys that sign promises of inclusion in the ledger, the newest first", secret=True
    )
    ledger_key: tuple[str, ...] = env("LEDGER_KEY", keys, (), doc="keys that sign the ledger, the newest first", secret=True)
    intake_broker_password: str | None = env("INTAKE_BROKER_PASSWORD", str, None, doc="broker password of intake", secret=True)
    routing_broker_password: str | None = env("ROUTING_BROKER_PASSWORD", str, None, doc="broker password of routing", secret=True)
    notify_broker_password: str | None = env("NOTIFY_BROKER_PASSWORD", str, None, doc="broker password of notify", secret=True)
    metrics_broker_password: str | None = env("METRICS_BROKER_PASSWORD", str, None, doc="broker password of metrics", secret=True)

    @property
    def has_own_catalogue(self) -> bool:
        """Whether the settings name a catalogue or `catalogue use` has put one into use; a link does not count."""
        return self.catalogue is not EXAMPLE and not (self.catalogue == self.var / OWN_CATALOGUE and self.catalogue.is_symlink())


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a running system, an administrator's token, and where an administrator signs in."""

    url: str
    broker_url: str
    management_url: str | None
    admin_token: str | None
    tls_ca: str | None = None
    way_in: str | None = None

    @property
    def verify(self) -> str | bool:
        """The `verify` argument for requests: a file of CAs, or True for the well-known ones."""
        return self.tls_ca or True


def load_settings() -> ConsoleSettings:
    """The console's settings from the environment, the broker's address with its trust; raises `SettingsInvalid`."""
    given = load(ConsoleSettings, "console")
    if given.catalogue is EXAMPLE and (own := given.var / OWN_CATALOGUE).exists():
        given = replace(given, catalogue=own)
    if given.tls_ca is not None and not given.tls_ca.is_file():
        raise SettingsInvalid(f"HUIYING_TLS_CA={given.tls_ca} cannot be used: there is no such file")
    trust = (given.broker_ca, given.broker_certificate, given.broker_key)
    if given.broker_url is not None:
        given = replace(given, broker_url=trusting("HUIYING_BROKER_URL", given.broker_url, *trust))
    if given.management_url is not None and given.management_url.startswith("https:"):
        given = replace(given, management_url=trusting("HUIYING_MANAGEMENT_URL", given.management_url, *trust))
    return given


def read_address_book(var: Path) -> dict[str, str]:
    """The values that `huiying up` wrote in `var`, by name without prefix; empty when nothing was started there."""
    try:
        lines = (var / ADDRESS_BOOK).read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip().removeprefix(PREFIX): value.strip() for name, _, value in pairs}


def addresses(settings: ConsoleSettings) -> Addresses:
    """From the environment first, then the address book, then the defaults."""
    book = read_address_book(settings.var)
    scheme = "https" if settings.tls_certificate else "http"
    broker_url = settings.broker_url or _trusted(book, "BROKER_URL") or f"amqp://127.0.0.1:{settings.broker_port}/huiying"
    return Addresses(
        url=(settings.url or book.get("URL") or f"{scheme}://127.0.0.1:{settings.port}").rstrip("/"),
        broker_url=broker_url,
        management_url=settings.management_url or _trusted(book, "MANAGEMENT_URL"),
        admin_token=settings.admin_token or book.get("ADMIN_TOKEN"),
        tls_ca=str(settings.tls_ca.absolute()) if settings.tls_ca else book.get("TLS_CA"),
    )


def _trusted(book: Mapping[str, str], name: str) -> str | None:
    url = book.get(name)
    if not url or url.startswith(("amqp:", "http:")):
        return url
    ca, certificate, key = (Path(book[each]) if book.get(each) else None for each in TRUST)
    return trusting(f"{PREFIX}{name}", url, ca, certificate, key)
