"""Certificate files: certificates and private keys for emulated devices, instead of made-up ones.

Suite 1, octets in hexadecimal. A device takes the IEEE address of its certificate. The file holds private keys, so keep
it as safe as those. This module checks the form of the file only; `hanbench.harness.han.credentials` checks that each
key belongs to its certificate.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.profiles.devices import Id, Title
from hanbench.profiles.loader import load
from hanbench.profiles.sheet import UnknownIdError

FOLDER = Path(__file__).parent / "certificates"


def _hex(octets: int, description: str) -> Meta:
    return Meta(
        pattern=rf"^[0-9A-Fa-f]{{{2 * octets}}}$(?!\n)", description=f"{description}: {octets} octets in hexadecimal"
    )


class AuthorityKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate authority that the devices trust."""

    issuer: Annotated[str, _hex(8, "The name that its certificates carry")]
    public_key: Annotated[str, _hex(22, "Its public key, a compressed point of sect163k1")]


class DeviceCertificate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The certificate and private key of one device."""

    certificate: Annotated[str, _hex(48, "Implicit certificate")]
    private_key: Annotated[str, _hex(21, "The private key to it")]


class CertificateDevices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The devices that get certificates from this file; the others get made-up ones."""

    hub: DeviceCertificate | None = None
    esme: DeviceCertificate | None = None
    gsme: DeviceCertificate | None = None
    ihd: DeviceCertificate | None = None
    repeater: DeviceCertificate | None = None


class CertificateFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Certificates for the devices of one home."""

    id: Id
    title: Title
    authorities: Annotated[tuple[AuthorityKey, ...], Meta(min_length=1)]
    devices: CertificateDevices
    source: str = ""
    """The origin of the certificates."""


def ids() -> list[str]:
    """Return the ids of the shipped certificate files."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def path_of(name: str) -> Path:
    """Return the shipped certificate file with this id. Raises UnknownIdError."""
    if name not in ids():
        raise UnknownIdError("certificate file", name, ids())
    return FOLDER / f"{name}.toml"


def read_certificates(path: Path) -> CertificateFile:
    """Return the certificates in the file `path`. Raises ProfileError."""
    return load(path, CertificateFile)
