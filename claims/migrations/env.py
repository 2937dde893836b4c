"""Alembic's entry: runs the steps on the connection, and in the transaction, of ``claims.schema.upgrade``."""

from alembic import context

from claims.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
