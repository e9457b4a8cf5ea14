"""What is archived: the truth, in SQLite through SQLAlchemy Core."""
