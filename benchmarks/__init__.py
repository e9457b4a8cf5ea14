"""Measurements of ingest and search beside their limits and peers; run as `python -m benchmarks.NAME`."""
