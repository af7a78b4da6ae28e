"""Install codes: printed on the device, given to the Trust Centre, never sent on the air (SE 1.4a, 5.4.8.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hanbench.emulator.radio.fcs import crc16_x25
from hanbench.emulator.zigbee.security.mmo import mmo_hash

LENGTHS = (6, 8, 12, 16)
"""Octets without the CRC."""


@dataclass(frozen=True, slots=True)
class InstallCode:
    """A checked install code; `octets` includes the CRC."""

    octets: bytes

    def __post_init__(self) -> None:
        code, crc = self.octets[:-2], self.octets[-2:]
        if len(self.octets) in LENGTHS and len(code) not in LENGTHS:
            raise ValueError(f"found {len(self.octets)} octets and no CRC; expected the CRC, 2 octets, behind them")
        if len(code) not in LENGTHS:
            raise ValueError(
                f"an install code has 6, 8, 12 or 16 octets and a CRC of 2, not {len(self.octets)} octets in all"
            )
        if crc16_x25(code) != crc:
            missing = ", or the CRC is missing" if len(self.octets) in LENGTHS else ""
            raise ValueError(f"the CRC of the install code does not fit: a digit is wrong{missing}")

    @classmethod
    def from_text(cls, text: str) -> InstallCode:
        """From the printed form: hexadecimal digits, blanks, dashes and colons ignored. Raises ValueError."""
        digits = re.sub(r"[\s:-]", "", text, flags=re.ASCII)
        if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", digits):
            raise ValueError("an install code is written in pairs of hexadecimal digits, and this is none")
        return cls(bytes.fromhex(digits))

    @classmethod
    def with_crc(cls, code: bytes) -> InstallCode:
        """From the octets without CRC."""
        return cls(code + crc16_x25(code))

    @property
    def link_key(self) -> bytes:
        """The preconfigured Trust Centre link key: the hash over code and CRC."""
        return _link_key(self.octets)


@lru_cache(maxsize=512)
def _link_key(octets: bytes) -> bytes:
    return mmo_hash(octets)
