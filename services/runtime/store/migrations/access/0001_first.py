"""Access tokens, people with their grants and ways to sign in, sessions and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

AUDIT = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("request", sa.String(128), nullable=False),
    sa.Column("service", sa.String(16), nullable=False),
    sa.Column("token", sa.String(36)),
    sa.Column("person", sa.String(36)),
    sa.Column("name", sa.String(80)),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("party", sa.String(60)),
    sa.Column("method", sa.String(8), nullable=False),
    sa.Column("route", sa.String(200), nullable=False),
    sa.Column("subject", sa.String(200)),
    sa.Column("status", sa.Integer),
)
SESSIONS = (
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("acts_by", sa.String(36), nullable=False),
    sa.Column("device", sa.String(60), nullable=False),
    sa.Column("limited", sa.Boolean, nullable=False),
    sa.Column("idle", sa.Integer, nullable=False),
    sa.Column("opened", sa.BigInteger, nullable=False),
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.BigInteger),
    sa.Column("vouched", sa.BigInteger),
)
PERSONS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("sign_in", sa.String(60), unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("personal", sa.Text),
    sa.Column("external", sa.String(200), unique=True),
    sa.Column("password", sa.String(200)),
    sa.Column("totp", sa.Text),
    sa.Column("totp_step", sa.BigInteger),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("seen", sa.BigInteger),
)
GRANTS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("party", sa.String(60)),
    sa.Column("channels", sa.JSON(none_as_null=True)),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.BigInteger),
)
LINKS = (
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(12), nullable=False),
    sa.Column("person", sa.String(36)),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("used", sa.BigInteger),
)
ATTEMPTS = (
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
)
RECOVERY_CODES = (
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("used", sa.BigInteger),
)
PASSKEYS = (
    sa.Column("id", sa.String(255), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("signs", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("used", sa.BigInteger),
)
FILTERS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("person", sa.String(36), nullable=False),
    sa.Column("list", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
)
TOKENS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("party", sa.String(60)),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("revoked", sa.BigInteger),
    sa.Column("expires", sa.BigInteger),
    sa.Column("used", sa.BigInteger),
    sa.Column("channels", sa.JSON(none_as_null=True)),
    sa.Column("source", sa.String(40)),
)
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("audit_subject", "audit", ["subject", "id"], False, None),
    ("audit_token", "audit", ["token", "id"], False, None),
    ("audit_person", "audit", ["person", "id"], False, None),
    ("grants_person", "grants", ["person"], False, None),
    ("grants_party", "grants", ["party", "role"], False, None),
    ("links_person", "links", ["person"], False, None),
    ("links_until", "links", ["until"], False, None),
    ("attempts_until", "attempts", ["until"], False, None),
    ("recovery_codes_person", "recovery_codes", ["person"], False, None),
    ("passkeys_person", "passkeys", ["person"], False, None),
    ("filters_person", "filters", ["person"], False, None),
    ("sessions_person", "sessions", ["person"], False, None),
    ("sessions_until", "sessions", ["until"], False, None),
)


TABLES = {
    "audit": AUDIT, "sessions": SESSIONS, "tokens": TOKENS, "persons": PERSONS, "grants": GRANTS, "links": LINKS,
    "attempts": ATTEMPTS, "recovery_codes": RECOVERY_CODES, "passkeys": PASSKEYS, "filters": FILTERS,
}  # fmt: skip


def upgrade() -> None:
    """Make the tables and their indexes."""
    for name, columns in TABLES.items():
        op.create_table(name, *columns)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
