"""The address of an HTTP endpoint: its URL, the trusted certificates, and hanbench's credentials.

Credentials come from the environment or the URL, and never appear in output.
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
"""Environment variable with a bearer token (RFC 6750) for the endpoint."""
CERTIFICATES = "SSL_CERT_FILE"
"""Environment variable with the path of a PEM file of trusted CAs, as in OpenSSL."""
HIDDEN = "***"

_UP_TO_AT = re.compile(r"//.*@", re.DOTALL)
"""The possible place of user and password in an invalid URL, such as one with a slash in the password."""


class Address(NamedTuple):
    """The address of an endpoint, with credentials and trust."""

    url: str
    """The URL without user and password."""
    authorization: str | None
    """The value of the Authorization header; None: no header."""
    tls: ssl.SSLContext | None
    """The TLS context; None for http."""
    secrets: tuple[str, ...]
    """Texts that must not appear in output."""
    direct: bool
    """Whether the endpoint is on this machine, so that no proxy is used."""

    def cleaned(self, text: str) -> str:
        """Return `text` without the credentials, which the endpoint may have repeated."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


def shown(url: str) -> str:
    """Return a URL without user, password and query, fit for output."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a password with a slash in it stands where a port does
    except ValueError:
        return _UP_TO_AT.sub(f"//{HIDDEN}@", url)
    _, at, host = parts.netloc.rpartition("@")
    query = HIDDEN if parts.query else ""
    return urlunsplit(parts._replace(netloc=f"{HIDDEN}@{host}" if at else host, query=query))


def address_of(url: str) -> Address:
    """Return the address from a URL and the environment. Raises ValueError, whose text has no credentials in it."""
    parts = _parts(url)
    authorization = _authorization(parts)
    direct = _is_loopback(parts.hostname or "")
    if authorization is not None and parts.scheme == "http" and not direct:
        raise ValueError("expected https://, or a loopback address: credentials must not cross the network unencrypted")
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
            raise ValueError(f"{TOKEN}: expected visible ASCII characters without spaces")
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
    """Return a context that trusts the system's CAs, or those of a file; OpenSSL itself ignores an unreadable file."""
    context = ssl.create_default_context()
    if certificates is not None:
        try:
            context.load_verify_locations(certificates)
        except ssl.SSLError:
            raise ValueError(f"{CERTIFICATES}: expected certificates in PEM, got {certificates!r}") from None
        except OSError as error:
            raise ValueError(f"{CERTIFICATES}: {certificates!r} cannot be read: {error.strerror}") from None
    return context
