"""Alembic's entry: runs the steps on the connection it is handed (`kjerne.migrering` opens it and holds the transaction)."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
