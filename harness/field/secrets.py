"""The keys of a capture as the secrets of a Decryption Secrets Block: with the PAN and the devices that use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.capture.keyfile import CaptureKey
from hanbench.harness.capture.packets import Secrets
from hanbench.harness.capture.secrets import link_key, network_key
from hanbench.harness.field.keys import FieldKeys
from hanbench.harness.field.observation import observe
from hanbench.harness.field.sniffer import sniffed


def secrets_of(capture: Path, keys: list[CaptureKey]) -> tuple[Secrets, ...]:
    """Return the secrets of the keys that open frames of a capture, in the order of their first use.

    A key that opens none of its frames is left out. Raises CaptureError.
    """
    known = FieldKeys()
    for key in keys:
        known.add(key.label, key.octets)
    return tuple(dict.fromkeys(_used(capture, known)))


def _used(capture: Path, keys: FieldKeys) -> Iterator[Secrets]:
    for frame in observe(sniffed(read_foreign(capture).frames).frames, keys).frames:
        if frame.sender is None:
            continue
        if frame.network_key is not None:
            yield network_key(frame.network_key, frame.sender.pan)
        if frame.aps is not None and frame.aps.link_key is not None and frame.origin and frame.target:
            holders = (frame.origin.short, frame.target.short)
            yield link_key(frame.aps.link_key, frame.sender.pan, holders)
