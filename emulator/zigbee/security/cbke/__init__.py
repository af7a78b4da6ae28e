"""Certificate-based key establishment, suite 1: the curve, implicit certificates and the key agreement (SE annex C).

The curve is sect163k1, in two independent implementations: OpenSSL's libcrypto where it has the curve, and Python
integers elsewhere. The messages of key establishment are in `hanbench.emulator.devices.key_establishment`.
"""

from __future__ import annotations

from hanbench.emulator.zigbee.security.cbke.agreement import Agreement, Ephemeral, agree, new_ephemeral
from hanbench.emulator.zigbee.security.cbke.certificate import (
    CERTIFICATE_LENGTH,
    Authority,
    Certificate,
    Identity,
)
from hanbench.emulator.zigbee.security.cbke.curve import POINT_LENGTH, Curve, InvalidPointError
from hanbench.emulator.zigbee.security.cbke.selection import implementation

__all__ = [
    "CERTIFICATE_LENGTH",
    "POINT_LENGTH",
    "Agreement",
    "Authority",
    "Certificate",
    "Curve",
    "Ephemeral",
    "Identity",
    "InvalidPointError",
    "agree",
    "implementation",
    "new_ephemeral",
]
