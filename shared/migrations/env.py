"""Alembic's entry: migrations run on the connection that `shared.database.upgrade` hands over."""

from alembic import context

from shared.tables import Table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
)
context.run_migrations()
