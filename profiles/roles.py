"""The roles of devices in a home, in the order in which they are listed: the hub first."""

from __future__ import annotations

ROLES = ("hub", "esme", "repeater", "gsme", "ihd")
