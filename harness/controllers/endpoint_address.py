"""Where an HTTP endpoint is: its URL, the certificates that it is held against, and what proves who asks.

Credentials come from the environment or the URL, and are in nothing that is shown.
"""

from __future__ import annotations

import os
import re
import ssl
from base64 import b64encode
from functools import cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

TOKEN = "HANBENCH_CONTROLLER_TOKEN"
"""Environment: a bearer token (RFC 6750) for the endpoint."""
CERTIFICATES = "SSL_CERT_FILE"
"""Environment, as OpenSSL has it: a PEM file of the CAs to trust."""
HIDDEN = "***"

_UP_TO_AT = re.compile(r"//.*@", re.DOTALL)
"""Where a user and a password would be in a URL that is none, perhaps for a slash in the password."""


class Address(NamedTuple):
    """What it takes to ask an endpoint."""

    url: str
    """Without user and password."""
    authorization: str | None
    """The header of that name."""
    tls: ssl.SSLContext | None
    """None for http."""
    secrets: tuple[str, ...]
    """What must not be shown."""
    direct: bool
    """On this machine: no proxy is asked."""

    def cleaned(self, text: str) -> str:
        """`text` without the credentials, should an endpoint have repeated them."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


def shown(url: str) -> str:
    """The URL as it may be printed: without user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _UP_TO_AT.sub(f"//{HIDDEN}@", url)
    _, at, host = parts.netloc.rpartition("@")
    query = HIDDEN if parts.query else ""
    return urlunsplit(parts._replace(netloc=f"{HIDDEN}@{host}" if at else host, query=query))


def address_of(url: str) -> Address:
    """Read a URL and the environment. Raises ValueError; its text has no credentials in it."""
    parts = _parts(url)
    authorization = _authorization(parts)
    direct = _is_loopback(parts.hostname or "")
    if authorization is not None and parts.scheme == "http" and not direct:
        raise ValueError(
            "expected https://, or a loopback address: credentials do not go over the network in the clear"
        )
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
    tls = _trust(os.environ.get(CERTIFICATES) or None) if parts.scheme == "https" else None
    secrets = [] if authorization is None else [authorization.partition(" ")[2]]
    if parts.password:
        secrets += [parts.password, unquote(parts.password)]
    return Address(plain, authorization, tls, tuple(secrets), direct)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"[^!-~]", url):
        raise ValueError(f"expected a URL, got {_UP_TO_AT.sub(f'//{HIDDEN}@', url)!r}")
    return parts


def _authorization(parts: SplitResult) -> str | None:
    token = os.environ.get(TOKEN, "").strip()
    if parts.username is None:
        if re.search(r"[^!-~]", token):
            raise ValueError(f"{TOKEN}: expected visible ASCII characters without blanks")
        return f"Bearer {token}" if token else None
    if token:
        raise ValueError(f"expected a user in the URL or {TOKEN}, got both")
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _trust(certificates: str | None) -> ssl.SSLContext:
    """The system's CAs, or those of the file; OpenSSL itself would be silent about one that it cannot read."""
    context = ssl.create_default_context()
    if certificates is not None:
        try:
            context.load_verify_locations(certificates)
        except ssl.SSLError:
            raise ValueError(f"{CERTIFICATES}: expected certificates in PEM, got {certificates!r}") from None
        except OSError as error:
            raise ValueError(f"{CERTIFICATES}: {certificates!r} cannot be read: {error.strerror}") from None
    return context
