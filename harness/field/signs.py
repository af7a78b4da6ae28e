"""All signs that a capture can have."""

from __future__ import annotations

from hanbench.harness.field import signs_of_application, signs_of_hub, signs_of_keys, signs_of_network, signs_of_radio
from hanbench.harness.field.sign import Evidence, Finder, Sign

FINDERS: tuple[Finder, ...] = (
    *signs_of_radio.FINDERS,
    *signs_of_network.FINDERS,
    *signs_of_hub.FINDERS,
    *signs_of_keys.FINDERS,
    *signs_of_application.FINDERS,
)


def signs(evidence: Evidence) -> dict[str, Sign]:
    """Return all signs in a capture, by id."""
    found = (find(evidence) for find in FINDERS)
    return {sign.id: sign for sign in found if sign is not None}
