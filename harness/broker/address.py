"""Where a broker is, who connects to it, and what it is trusted by: a URL, and files or environment variables.

`mqtt://[USER@]HOST[:PORT][/PREFIX]`, or `mqtts://` with TLS. A password never stands in the URL, which other users of
the machine can read in the list of processes.
"""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from hanbench.harness.broker.errors import AddressError
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_text

LARGEST = 10_000
"""Maximum octets of a file to read."""
PORTS = {"mqtt": 1883, "mqtts": 8883}
"""Schemes, with the port that is meant when none is given (IANA)."""
PREFIX = "hanbench"
"""First levels of all topics, unless the URL has others."""
PASSWORD = "HANBENCH_MQTT_PASSWORD"
PASSWORD_FILE = "HANBENCH_MQTT_PASSWORD_FILE"
CA = "HANBENCH_MQTT_CA"
CERTIFICATE = "HANBENCH_MQTT_CERTIFICATE"
KEY = "HANBENCH_MQTT_KEY"
LONGEST_PREFIX = 200
_EXPECTED = "expected mqtt://[USER@]HOST[:PORT][/PREFIX], or mqtts://"
_LEVELS = re.compile(r"[^+#\x00/$][^+#\x00/]*(/[^+#\x00/]+)*")


class CredentialFiles(NamedTuple):
    """Files with what the URL does not say; None: the environment variable of the same purpose, if it is set."""

    password: Path | None = None
    """Its first line is the password. Variables: HANBENCH_MQTT_PASSWORD_FILE, or the text HANBENCH_MQTT_PASSWORD."""
    ca: Path | None = None
    """PEM file of the CAs that the broker is trusted by; default: the system's. Variable: HANBENCH_MQTT_CA."""
    certificate: Path | None = None
    """PEM file of the client's certificate, and those above it. Variable: HANBENCH_MQTT_CERTIFICATE."""
    key: Path | None = None
    """PEM file of its key; default: in the same file. Variable: HANBENCH_MQTT_KEY."""


@dataclass(frozen=True)
class BrokerAddress:
    """A broker, and how to get in."""

    host: str
    port: int
    prefix: str
    """First levels of all topics, without a slash at the end."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """None: unencrypted."""

    def __str__(self) -> str:
        """Return the URL, without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = "" if self.user is None else f"{self.user}@"
        return f"{'mqtt' if self.tls is None else 'mqtts'}://{user}{host}:{self.port}/{self.prefix}"

    @property
    def exposes_password(self) -> bool:
        """Whether the password crosses a network unencrypted."""
        return self.password is not None and self.tls is None and not _is_loopback(self.host)


def is_broker_url(text: str) -> bool:
    """Return whether `text` looks like the URL of a broker."""
    return text.partition(":")[0].lower() in PORTS


def broker_address(url: str, files: CredentialFiles | None = None, prefix: str = PREFIX) -> BrokerAddress:
    """Return the address of a broker. `prefix`: of topics, if the URL has none. Raises AddressError."""
    parts = _parts(url)
    given = _or_environment(files or CredentialFiles())
    scheme = parts.scheme.lower()
    tls = _trust(given) if scheme == "mqtts" else None
    if tls is None and any((given.ca, given.certificate, given.key)) and files is not None and any(files[1:]):
        raise AddressError("a certificate was given, and mqtt:// is not encrypted: expected mqtts://")
    user = unquote(parts.username) if parts.username else None
    if user is None and files is not None and files.password is not None:
        raise AddressError(f"{files.password}: a password without its user: expected {scheme}://USER@HOST")
    password = _password(given) if user is not None else None
    levels = unquote(parts.path).strip("/") or prefix
    if not _LEVELS.fullmatch(levels) or len(levels) > LONGEST_PREFIX:
        raise AddressError(f"{levels!r}: expected levels of topics without +, # and empty levels, such as lab/bench-1")
    return BrokerAddress(parts.hostname or "", parts.port or PORTS[scheme], levels, user, password, tls)


def _parts(url: str) -> SplitResult:
    hidden = re.sub(r"//.*@", "//***@", url, flags=re.DOTALL)
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0 and parts.scheme.lower() in PORTS
    except ValueError:
        sound = False
    if not sound or re.search(r"[^!-~]|[?#]", url):  # `urlsplit` drops those of an empty query
        raise AddressError(f"{_EXPECTED}, got {hidden!r}")
    if parts.password is not None:
        raise AddressError(
            f"a password in a URL can be read by other users of this machine: leave it out and set {PASSWORD}, "
            f"or {PASSWORD_FILE} to a file"
        )
    return parts


def _or_environment(files: CredentialFiles) -> CredentialFiles:
    names = (PASSWORD_FILE, CA, CERTIFICATE, KEY)
    found = (os.environ.get(name, "") for name in names)
    return CredentialFiles(*(own or (Path(text) if text else None) for own, text in zip(files, found, strict=True)))


def _password(files: CredentialFiles) -> str | None:
    if files.password is None:
        return os.environ.get(PASSWORD) or None
    try:
        lines = read_text(files.password, LARGEST, "file with the password").splitlines()
    except ProfileError as error:
        raise AddressError(f"the password: {error}") from None
    if not lines or not lines[0]:
        raise AddressError(f"{files.password}: expected the password in the first line")
    return lines[0]


class _ClosedSocket(ssl.SSLSocket):
    """A socket that is closed when its handshake fails; paho leaves it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _trust(files: CredentialFiles) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if files.ca is not None:
        try:
            context = ssl.create_default_context(cafile=str(files.ca))
        except ssl.SSLError:
            raise AddressError(f"{files.ca}: expected certificates in PEM") from None
        except OSError as error:
            raise AddressError(f"{files.ca}: cannot be read: {error.strerror}") from None
    context.sslsocket_class = _ClosedSocket
    if files.certificate is not None:
        _own_certificate(context, files.certificate, files.key)
    elif files.key is not None:
        raise AddressError(f"{files.key}: a key without its certificate: set {CERTIFICATE} too")
    return context


def _own_certificate(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    for path in (certificate, *(() if key is None else (key,))):
        try:
            path.open("rb").close()
        except OSError as error:
            raise AddressError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        # An encrypted key would make OpenSSL ask on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError, OSError):
        both = certificate if key is None else f"{certificate} and {key}"
        raise AddressError(f"{both}: expected a certificate in PEM and its own key, not encrypted") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
