"""Posting events to webhooks: which addresses may be called, what is signed, and the request itself."""
