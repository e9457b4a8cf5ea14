"""Full-text search and indexing for document archives."""

__version__ = "0.1.0"
