"""The signature of a delivery, by which its receiver knows who sent it (Standard Webhooks 1.0; papra-api, section 14).

Unlike there, the secret is taken as its UTF-8 bytes, not decoded from Base64: so the contract has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def sign_delivery(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature` of a body; `timestamp` is in seconds since 1970."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode("utf-8"), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"
