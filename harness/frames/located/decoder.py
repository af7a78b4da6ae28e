"""Decoding of a frame from any layer inwards, and the choice of the layer where nobody names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hanbench.emulator.radio.fcs import fcs_ok
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zigbee.aps import frames as aps_frames
from hanbench.emulator.zigbee.nwk import frames as nwk_frames
from hanbench.emulator.zigbee.zdo.messages import BY_CLUSTER
from hanbench.harness.frames.located import aps, mac, nwk, security, tap, zcl
from hanbench.harness.frames.located.cursor import Cursor
from hanbench.harness.frames.located.reading import FCS_OCTETS, Hints, LayerScope, Reading, check_fcs, read_message
from hanbench.harness.frames.located.tree import (
    DecodedField,
    DecodedFrame,
    DecodedLayer,
    Undecoded,
    WantedKey,
)

LAYERS = ("mac", "nwk", "aps", "zdp", "zcl")
"""From the outermost; the order in which they are tried."""


class Decoder:
    """Decodes frames one by one. It learns addresses from each, for the keys of the next."""

    def __init__(self, keys: Sequence[bytes] = (), hints: Hints | None = None) -> None:
        """`keys`: network and link keys, each tried wherever one is needed."""
        self._keys = tuple(keys)
        self._hints = hints or Hints()
        self._ieee: dict[int, int] = {}
        self._outermost: dict[str, Callable[[Reading, bytes], None]] = {
            "mac": self._mac,
            "nwk": partial(self._nwk, base=0),
            "aps": partial(self._aps, base=0),
            "zdp": self._zdp,
            "zcl": self._zcl,
        }

    def decode(self, octets: bytes, layer: str = "auto") -> DecodedFrame:
        """Decode a frame of up to 2048 octets, as one of `LAYERS` or of the likeliest. No octets raise an error."""
        if layer != "auto":
            return _result(octets, layer, "as asked", (), self._read(octets, layer))
        readings = {each: self._read(octets, each) for each in self._tried()}
        proven = [each for each, reading in readings.items() if reading.proven]
        fitting = proven or [each for each, reading in readings.items() if reading.fits]
        if not fitting:
            best = max(readings, key=lambda each: readings[each].reach)
            why = f"no layer fits to the last octet; this one gets furthest, to octet {readings[best].reach}"
            return _result(octets, best, why, (), readings[best])
        best = max(reversed(fitting), key=self._is_named) if self._hints.cluster is not None else fitting[0]
        also = () if proven else tuple(each for each in fitting if each != best)
        return _result(octets, best, _why(readings[best], also), also, readings[best])

    def _is_named(self, layer: str) -> bool:
        """Return whether the cluster that was named is one of this layer."""
        cluster = self._hints.cluster
        return cluster in BY_ID if layer == "zcl" else layer == "zdp" and cluster in BY_CLUSTER

    def _tried(self) -> tuple[str, ...]:
        """Return the layers to try: a message of the device profile says nothing without its cluster."""
        return tuple(each for each in LAYERS if each != "zdp" or self._hints.cluster is not None)

    def _read(self, octets: bytes, layer: str) -> Reading:
        reading = Reading(self._hints)
        self._outermost[layer](reading, octets)
        return reading

    # --- layer by layer -----------------------------------------------------------------------------------------------

    def _mac(self, reading: Reading, pasted: bytes) -> None:
        base = tap.length(pasted)
        octets = pasted[base:]
        if base:
            cursor = Cursor(pasted[:base], 0)
            with LayerScope(reading, cursor, lambda: "TAP"):
                tap.read(cursor)
        has_fcs, reading.right_fcs = reading.hints.has_fcs, len(octets) > FCS_OCTETS and fcs_ok(octets)
        if has_fcs is None:
            has_fcs = reading.right_fcs
        body = octets[: max(0, len(octets) - FCS_OCTETS)] if has_fcs else octets
        cursor, outer = Cursor(body, base), len(reading.layers)
        kind, has_payload = "", False
        with LayerScope(reading, cursor, lambda: f"MAC {kind}".strip()) as going:
            kind, has_payload = mac.read(cursor)
        if has_payload and going.well:
            self._nwk(reading, body[cursor.at :], base + cursor.at)
        if has_fcs:
            check_fcs(reading, octets, base, outer)

    def _nwk(self, reading: Reading, octets: bytes, base: int) -> None:
        cursor = Cursor(octets, base)
        head = nwk.Head(-1)
        with LayerScope(reading, cursor, lambda: "NWK") as going:
            head = nwk.read(cursor)
        if not going.well:
            return
        if head.source is not None and head.source_ieee is not None:
            self._ieee[head.source] = head.source_ieee
        payload: bytes | None = octets[cursor.at :]
        if head.auxiliary is not None:
            payload = self._opened(reading, "NWK", cursor, head.auxiliary, _given(head.auxiliary.sender))
        if payload is None:
            return
        inside = base + cursor.at
        if head.type == nwk_frames.COMMAND:
            read_message(reading, payload, inside, "NWK Command", nwk.read_command)
        else:
            self._aps(reading, payload, inside, head)

    def _aps(self, reading: Reading, octets: bytes, base: int, outer: nwk.Head | None = None) -> None:
        cursor = Cursor(octets, base)
        head = aps.Head(-1)
        inter_pan = outer is not None and outer.type == nwk_frames.INTER_PAN
        with LayerScope(reading, cursor, lambda: "APS") as going:
            head = aps.read(cursor, zcl.cluster_name, inter_pan=inter_pan)
        if not going.well:
            return
        if head.profile is not None and head.profile not in aps.PROFILES:
            reading.doubts.append(f"profile 0x{head.profile:04x} is not public")
        payload: bytes | None = octets[cursor.at :]
        if head.auxiliary is not None:
            payload = self._opened(reading, "APS", cursor, head.auxiliary, self._senders(head.auxiliary, outer))
        if payload is not None:
            self._inside_aps(reading, head, payload, base + cursor.at, outer)

    def _inside_aps(self, reading: Reading, head: aps.Head, payload: bytes, base: int, outer: nwk.Head | None) -> None:
        """Decode the content of an APS frame. That of a fragment is a part of a message, which is not decoded."""
        if head.type == aps_frames.COMMAND:
            tunnelled = read_message(reading, payload, base, "APS Command", aps.read_command)
            at = base + len(payload) - len(tunnelled)
            if tunnelled and sum(layer.name.endswith(": Tunnel") for layer in reading.layers) > 1:
                reading.undecoded.append(Undecoded("APS Command", at, "a frame that is no Tunnel", "one in another"))
            elif tunnelled:
                self._aps(reading, tunnelled, at, outer)
        elif head.is_fragment or head.type == aps_frames.ACK:
            if payload:
                name = "Fragment" if head.is_fragment else "APS payload"
                fields = (DecodedField("octets", base, len(payload), payload.hex(" ")),)
                reading.layers.append(DecodedLayer(name, base, len(payload), fields))
                expected = "the other fragments" if head.is_fragment else "the end of the acknowledgement"
                reading.undecoded.append(Undecoded(name, base, expected, f"{len(payload)} octets"))
        elif head.profile == 0:
            read_message(reading, payload, base, "ZDP", partial(zcl.read_zdp, cluster=head.cluster or 0))
        else:
            self._library(reading, payload, base, head.cluster)

    def _zdp(self, reading: Reading, octets: bytes) -> None:
        read_message(reading, octets, 0, "ZDP", partial(zcl.read_zdp, cluster=self._hints.cluster or 0))

    def _zcl(self, reading: Reading, octets: bytes) -> None:
        self._library(reading, octets, 0, self._hints.cluster)

    def _library(self, reading: Reading, octets: bytes, base: int, cluster: int | None) -> None:
        read = partial(zcl.read_zcl, cluster=cluster, direction=self._hints.direction)
        read_message(reading, octets, base, "ZCL" if cluster is None else f"ZCL {zcl.cluster_name(cluster)}", read)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _senders(self, auxiliary: security.Auxiliary, outer: nwk.Head | None) -> tuple[int, ...]:
        """Return the EUI-64s that the sender of an APS frame may have."""
        if auxiliary.sender is not None:
            return (auxiliary.sender,)
        if outer is None:
            return _given(self._hints.sender)
        hop = None if outer.auxiliary is None else outer.auxiliary.sender
        learned = None if outer.source is None else self._ieee.get(outer.source)
        return _given(self._hints.sender, outer.source_ieee, learned, hop)

    def _opened(
        self, reading: Reading, layer: str, cursor: Cursor, auxiliary: security.Auxiliary, senders: tuple[int, ...]
    ) -> bytes | None:
        """Return what a key opens; None: none does, and the key is noted as wanted."""
        plain = security.opened(cursor, auxiliary, self._keys, senders)
        if plain is not None:
            reading.opened = True
            return plain
        if auxiliary.unusual(nwk=layer == "NWK"):
            reading.doubts.append(f"an unusual auxiliary header in {layer}")
        wants = auxiliary.wants
        if not senders:
            wants += ", and the sender's EUI-64"
        if self._keys:
            wants += (
                f" (none of the {len(self._keys)} given opens it)" if len(self._keys) > 1 else " (not the one given)"
            )
        reading.wanted.append(WantedKey(layer, cursor.offset, cursor.remaining, wants))
        return None


def _given(*addresses: int | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(each for each in addresses if each is not None))


def _why(reading: Reading, also: Sequence[str]) -> str:
    if reading.right_fcs:
        return "its last two octets are the right FCS"
    if reading.opened:
        return "a key opens it"
    if not also:
        return "it fits to the last octet, and no other layer does"
    others = " and ".join(each.upper() for each in also)
    return f"it fits to the last octet; so {'does' if len(also) == 1 else 'do'} {others}: --layer names one"


def _result(octets: bytes, layer: str, why: str, also: tuple[str, ...], reading: Reading) -> DecodedFrame:
    return DecodedFrame(
        len(octets),
        layer,
        why,
        also,
        tuple(reading.layers),
        tuple(reading.undecoded),
        tuple(reading.wanted),
    )
