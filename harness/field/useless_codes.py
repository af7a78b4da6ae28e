"""Install codes that open no frame: a joining that the capture has not, or a code that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.security.keys import hashed_link_key
from hanbench.harness.field.home import Home
from hanbench.harness.field.keys import FieldKeys
from hanbench.harness.field.observation import Seen


def useless_codes(home: Home, keys: FieldKeys) -> Iterator[str]:
    """Yield a sentence for each install code that was given and opens nothing."""
    for ieee, link_key in keys.install_codes.items():
        own = (link_key, hashed_link_key(link_key))
        with_it = [frame for frame in home.frames if ieee in (home.ieee(frame.origin), home.ieee(frame.target))]
        if any(frame.aps is not None and frame.aps.link_key in own for frame in with_it):
            continue
        sent = next((frame for frame in with_it if _brings_key(frame) and home.ieee(frame.target) == ieee), None)
        code = f"the install code of {ieee:016x}"
        if sent is None:
            yield f"{code} opens nothing: no joining of this device is in the capture"
        elif sent.opened:
            yield f"{code} opens nothing: another key opens its Transport-Key (frame {sent.number})"
        else:
            yield f"{code} does not open the Transport-Key of frame {sent.number}: a wrong code?"


def _brings_key(frame: Seen) -> bool:
    """Return whether a frame is the one with the network key for a device that joins: without NWK security."""
    of = frame.aps
    return of is not None and of.type == aps.COMMAND and of.secured and frame.nwk_counter is None
