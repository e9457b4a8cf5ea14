"""The embedded engine: Tantivy, imported nowhere else."""
