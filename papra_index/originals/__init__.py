"""Uploaded bytes, once per SHA-256 and organization, never changed."""
