"""One-time secrets: given out once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

INVITATION_DAYS = 7


def new_token() -> str:
    """A secret of 256 bits that can stand in an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
