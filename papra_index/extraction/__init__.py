"""Bytes to pages of text with provenance, in isolated worker processes."""
