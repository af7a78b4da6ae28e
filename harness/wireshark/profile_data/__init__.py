"""Colour rules and filter buttons of the profile, made from `rules.toml` and the addresses of the benches."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

_HERE = Path(__file__).parent
_GSME = "{gsme}"
_FULL = 0x101
"""Factor from 8 bits of a colour to Wireshark's 16."""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A colour rule; colours are #rrggbb."""

    name: str
    filter: str
    background: str
    foreground: str
    button: str | None = None


class Button(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A filter button."""

    label: str
    filter: str


class ProfileData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of `rules.toml`."""

    rules: tuple[Rule, ...]
    buttons: tuple[Button, ...]


def load() -> ProfileData:
    """Load the colour rules and buttons."""
    return msgspec.toml.decode((_HERE / "rules.toml").read_bytes(), type=ProfileData)


def preferences() -> str:
    """Return the preferences: columns, and settings of dissectors."""
    return (_HERE / "preferences").read_text(encoding="utf-8")


def of_gsme(eui64s: Iterable[int], shorts: Iterable[int]) -> str:
    """Return the display filter for frames from and to these gas meters; without any, one that no frame passes."""
    long = ", ".join(eui64.to_bytes(8, "big").hex(":") for eui64 in sorted(set(eui64s)))
    short = ", ".join(f"{each:#06x}" for each in sorted(set(shorts)))
    parts = [f"zbee.sec.src64 in {{{long}}}", f"wpan.addr64 in {{{long}}}"] if long else []
    parts += [f"wpan.addr16 in {{{short}}}"] if short else []
    return f"({' || '.join(parts)})" if parts else "(frame.number == 0)"


def colour_filters(data: ProfileData, gsme: str) -> str:
    """Return the file `colorfilters`: name, filter, background, foreground."""
    lines = (
        f"@{rule.name}@{rule.filter.replace(_GSME, gsme)}@{_colour(rule.background)}{_colour(rule.foreground)}\n"
        for rule in data.rules
    )
    return "".join(("# hanbench's colour rules. Made by `hanbench extcap install`.\n", *lines))


def buttons(data: ProfileData, gsme: str) -> str:
    """Return the file `dfilter_buttons`: shown, label, filter, comment."""
    rows = [(rule.button, rule.filter, rule.name) for rule in data.rules if rule.button is not None]
    rows += [(button.label, button.filter, "") for button in data.buttons]
    lines = (f'"TRUE","{label}","{text.replace(_GSME, gsme)}","{comment}"\n' for label, text, comment in rows)
    return "".join(("# hanbench's filter buttons. Made by `hanbench extcap install`.\n", *lines))


def _colour(text: str) -> str:
    octets = bytes.fromhex(text.removeprefix("#"))
    return f"[{','.join(str(octet * _FULL) for octet in octets)}]"
