"""Credentials of devices from certificate files: decoded, and verified as pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.security.cbke import Certificate, Identity
from hanbench.emulator.zigbee.security.cbke.certificate import decode_private_key
from hanbench.profiles.certificates import DeviceCertificate, ids, path_of, read_certificates
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion


@dataclass(frozen=True, slots=True)
class Credentials:
    """The certificates of a home that come from a file."""

    identities: Mapping[str, Identity]
    """Identities by role: hub, esme, gsme, ihd, repeater."""
    authorities: Mapping[int, bytes]
    """Public keys by the issuer's name."""


def load_credentials(name: str) -> Credentials:
    """Load a certificate file, or the shipped one with this id.

    Raises ProfileError if the file is invalid, or if a private key does not belong to its certificate.
    """
    path = path_of(name) if name in ids() else Path(name)
    if not path.exists() and path.suffix != ".toml":
        raise ProfileError(name, f"neither a file nor one of {', '.join(ids())}{suggestion(name, ids())}")
    file = read_certificates(path)
    authorities = {int(each.issuer, 16): bytes.fromhex(each.public_key) for each in file.authorities}
    identities: dict[str, Identity] = {}
    for role in ("hub", "esme", "gsme", "ihd", "repeater"):
        stated: DeviceCertificate | None = getattr(file.devices, role)
        if stated is not None:
            identities[role] = _identity(path, f"devices.{role}", stated, authorities)
    subjects = [identity.certificate.subject for identity in identities.values()]
    if len(set(subjects)) < len(subjects):
        raise ProfileError(path, "expected certificates for different IEEE addresses", "devices")
    return Credentials(identities, authorities)


def _identity(path: Path, key: str, stated: DeviceCertificate, authorities: Mapping[int, bytes]) -> Identity:
    certificate = Certificate.decode(bytes.fromhex(stated.certificate))
    authority = authorities.get(certificate.issuer)
    if authority is None:
        known = ", ".join(f"{issuer:016x}" for issuer in authorities)
        found = f"expected a certificate issued by {known}, found one by {certificate.issuer:016x}"
        raise ProfileError(path, found, f"{key}.certificate")
    try:
        identity = Identity(certificate, decode_private_key(bytes.fromhex(stated.private_key)), authority)
    except LocalProtocolError as error:
        raise ProfileError(path, f"expected a private key: {error}", f"{key}.private_key") from None
    try:
        genuine = identity.genuine
    except RemoteProtocolError as error:
        raise ProfileError(path, f"expected points of sect163k1: {error}", f"{key}.certificate") from None
    if not genuine:
        raise ProfileError(path, "expected the private key that belongs to the certificate", f"{key}.private_key")
    return identity
