"""Texts on labels, in settings and options: install codes, radios, brokers, endpoints, tokens, hosts of requests."""

from __future__ import annotations

import click

from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.harness.broker.address import CredentialFiles, broker_address
from hanbench.harness.broker.errors import AddressError
from hanbench.harness.cli import values
from hanbench.harness.conform.dut.choice import UnknownDeviceError, device_choice
from hanbench.harness.controllers.endpoint_address import address_of, shown
from hanbench.harness.files import OutputError
from hanbench.harness.serve.access import Access, read_token
from hanbench.profiles.radio_url import parse_radio
from tests.fuzz.place import file
from tests.fuzz.target import Target, readable

SECRET = "correct-horse"
"""Stands for a password in the inputs of `key.endpoint`."""
_OPTIONS = (
    values.HOST,
    values.JOBS,
    values.SECONDS,
    values.FILE,
    values.DAY,
    values.Text("TEXT"),
    values.AnyNumber(),
    values.Choice(["installed", "new"]),
)


def _install_code(octets: bytes) -> None:
    """A code; written again it is the same."""
    code = InstallCode.from_text(octets.decode(errors="replace"))
    with readable(code):
        assert InstallCode.from_text(code.octets.hex("-")) == code
    assert len(code.link_key) == 16


def _radio(octets: bytes) -> None:
    """A radio of a bench file; written again it is the same."""
    url = parse_radio(octets.decode(errors="replace"))
    with readable(url):
        assert parse_radio(str(url)) == url
    _ = url.port


def _broker(octets: bytes) -> None:
    broker_address(octets.decode(errors="replace"))


def _host(octets: bytes) -> None:
    Access(loopback=True, names=frozenset({"lab-pc"})).allows_host(octets.decode("latin-1"))


def _endpoint(octets: bytes) -> None:
    """The URL of a controller: what is shown of it, also in an error, has no password."""
    url = octets.decode(errors="replace")
    shown(url)
    problem = ""
    try:
        told = address_of(url).cleaned(url) if "@" in url else ""
    except ValueError as error:
        problem, told = str(error), shown(url)
    assert f":{SECRET}" not in problem + told, problem + told


def _token(octets: bytes) -> None:
    """The file of a token, which only its owner can read: what is in it gets through a header."""
    path = file(octets, "token")
    path.chmod(0o600)
    token = read_token(path)
    assert Access(token=token).allows_token(token.encode().decode("ascii").strip())


def _password(octets: bytes) -> None:
    """The file of a broker's password, which nothing shows."""
    files = CredentialFiles(password=file(octets, "password"))
    address = broker_address("mqtt://user@localhost", files)
    assert address.password
    assert (
        address.password not in repr(address).replace("user", "").replace("localhost", "") or len(address.password) < 8
    )


def _option(octets: bytes) -> None:
    """The value of an option; the first octet chooses its type."""
    kind, text = _OPTIONS[(octets[0] if octets else 0) % len(_OPTIONS)], octets[1:].decode(errors="replace")
    kind.convert(text, None, None)


def _device(octets: bytes) -> None:
    """A device under test by its name; commands and classes are left out, which would run."""
    text = octets.decode(errors="replace")
    if text.partition(":")[0] not in ("exec", "lockstep", "python"):
        device_choice(text)


TARGETS = (
    Target("key.install_code", _install_code, (ValueError,), 128),
    Target("key.radio", _radio, (ValueError,), 128),
    Target("key.broker", _broker, (AddressError,), 256),
    Target("key.endpoint", _endpoint, (), 256),
    Target("key.token", _token, (OutputError,), 300),
    Target("key.password", _password, (AddressError,), 256),
    Target("key.option", _option, (click.BadParameter,), 128),
    Target("key.device", _device, (UnknownDeviceError,), 64),
    Target("key.host", _host, (), 128),
)
