"""Who may use a service: which hosts a request may name, and whether it carries the token."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from hanbench.harness.files import PRIVATE, OutputError, make_folder, write_whole

SHORTEST_TOKEN = 16
LONGEST_TOKEN = 256
_OCTETS = 32
"""Random octets in a token that this makes."""
_PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach an address or name to listen on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(authority: str) -> str:
    """Return the host of `HOST` or `HOST:PORT` in lower case, without the brackets of IPv6; empty: malformed."""
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        well = bracket and (not rest or (rest[0] == ":" and rest[1:].isdecimal()))
    else:
        host, colon, port = authority.partition(":")
        well = not colon or port.isdecimal()
    return host.lower().rstrip(".") if well else ""


@dataclass(frozen=True)
class Access:
    """Who may use the service."""

    loopback: bool = True
    """It listens on a loopback address."""
    names: frozenset[str] = frozenset()
    """Host names that requests may give, beside those that lead here anyway."""
    token: str | None = None
    """The token that every request must carry; None: no token."""

    def allows_host(self, authority: str) -> bool:
        """Whether a request may name this host.

        A page of another site whose name was made to lead to this machine (DNS rebinding) gives that name. An address
        cannot be made to lead elsewhere.
        """
        host = host_of(authority)
        if host == "localhost" or host in self.names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or not self.loopback

    def allows_token(self, given: str) -> bool:
        """Whether this is the token; in constant time."""
        return self.token is None or hmac.compare_digest(given.encode(), self.token.encode())

    def allows_cookie(self, given: str) -> bool:
        """Whether this is the value of `cookie`; in constant time."""
        return self.token is None or hmac.compare_digest(given.encode(), self.cookie.encode())

    @property
    def cookie(self) -> str:
        """The value of the cookie of a page that was opened with the token. The token does not follow from it."""
        return hmac.new((self.token or "").encode(), b"hanbench page", hashlib.sha256).hexdigest()


def access_for(host: str, token_file: Path | None, allowed: Collection[str]) -> tuple[Access, Path | None]:
    """Return who may use a service that listens on `host`, and the file with its token. Raises OutputError.

    `token_file`: the file of the token, if one is given; without it, one is made for addresses other than loopback.
    """
    loopback = is_loopback(host)
    names = {each.lower() for each in allowed}
    if not loopback:
        names |= {host.lower(), socket.gethostname().lower()}
    if token_file is None and loopback:
        return Access(names=frozenset(names)), None
    path = token_file or made_token_file()
    return Access(loopback, frozenset(names), read_token(path)), path


def made_token_file() -> Path:
    """Return the file of the token that is made at first start. Raises OutputError."""
    base = os.environ.get("XDG_STATE_HOME") or ""
    folder = (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "hanbench"
    make_folder(folder, _PRIVATE_FOLDER)
    path = folder / "serve.token"
    if not path.exists():
        write_whole(path, f"{secrets.token_urlsafe(_OCTETS)}\n", PRIVATE)
    return path


def read_token(path: Path) -> str:
    """Return the token in a file of this user alone. Raises OutputError."""
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            token = stream.read(LONGEST_TOKEN + 2).decode("ascii", "replace").strip()
    except OSError as error:
        raise OutputError(path, f"cannot be read: {error.strerror or error}") from None
    if stat.S_IMODE(mode) & _OTHERS:
        raise OutputError(path, "others can read it; expected a file of yours alone (chmod 600)")
    if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN or not all(0x21 <= ord(each) <= 0x7E for each in token):
        raise OutputError(path, f"expected a token of {SHORTEST_TOKEN} to {LONGEST_TOKEN} characters without blanks")
    return token
