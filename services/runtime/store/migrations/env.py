"""Run by Alembic: the revisions of one stream, in the transaction that `migrate` has begun."""

from alembic import context

given = context.config.attributes
context.configure(connection=given["connection"], version_table=given["version_table"])
with context.begin_transaction():
    context.run_migrations()
