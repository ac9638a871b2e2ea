"""The store on PostgreSQL and SQLite: one schema, written with SQLAlchemy Core; what differs lies in its place."""
