"""Answers in another device's name to what the hub asks it. Their octets are written by hand (ZCL r8, 2.5.2)."""

from __future__ import annotations

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.security.ccm import cipher
from tests.redteam.attacker import Attacker

BASIC, METERING = 0x0000, 0x0702
MAKER, MODEL, SUMMATION, SERIAL = b"\x04\x00", b"\x05\x00", b"\x00\x00", b"\x08\x03"
"""Attribute identifiers in the order of the air; the serial number is 0x0308."""
TEXT, OCTETS, U48 = 0x42, 0x41, 0x25
FAILURE, UNSUPPORTED_ATTRIBUTE = 0x01, 0x86
ZCL_HEADER = 3


def text(identifier: bytes, octets: bytes, kind: int = TEXT) -> bytes:
    return identifier + bytes((0x00, kind, len(octets))) + octets


class Answers:
    """Hears what the hub sends to one device, and answers first or instead."""

    def __init__(
        self,
        a: Attacker,
        victim: AnyDevice,
        *,
        maker: bytes | None = None,
        model: bytes | None = None,
        serial: bytes | None = None,
        link: tuple[bytes, int] | None = None,
        nonce: bool = False,
        src: int | None = None,
        counter: int | None = None,
    ) -> None:
        """`link`: key and owner that seal the answers of Metering. `counter`: of every sealed frame."""
        self.a = a
        self.link = link
        self.nonce = nonce
        self.counter = counter
        settings = victim.settings
        self.maker = settings.maker.encode() if maker is None else maker
        self.model = settings.model.encode() if model is None else model
        self.serial = settings.serial.encode() if serial is None else serial
        network = victim.storage.network
        assert network is not None
        self.victim = network.short
        self.short = network.short if src is None else src

    def _asked(self, psdu: bytes) -> aps.ApsFrame | None:
        frame = self.a.opened(psdu)
        if frame is None or frame.src != 0 or frame.dst != self.victim:
            return None
        try:
            inner = aps.decode(frame.payload)
        except RemoteProtocolError:
            return None
        return inner if inner.type == aps.DATA else None

    def acknowledge(self, psdu: bytes) -> None:
        """Acknowledge at the APS."""
        asked = self._asked(psdu)
        if asked is None or not asked.ack_request:
            return
        if self.link is not None and asked.secured:
            key, owner = self.link
            header = aps.ack_header(asked, secured=True)
            apdu = aps.secure(header, b"", cipher(key), 0, self._next(owner), owner, extended_nonce=self.nonce)
        else:
            apdu = aps.ack_header(asked)
        self._say(apdu)

    def _next(self, owner: int) -> int:
        return self.a.link_counter(owner) if self.counter is None else self.counter

    def answer(self, psdu: bytes) -> None:
        """Answer reads of identity and register, for each transaction number that the request may have."""
        asked = self._asked(psdu)
        if asked is None:
            return
        for tsn in self._numbers(asked):
            if asked.cluster == BASIC:
                records = text(MAKER, self.maker) + text(MODEL, self.model)
            elif asked.cluster == METERING:
                records = SUMMATION + bytes((0x00, U48)) + bytes(6) + text(SERIAL, self.serial, OCTETS)
                records += self._of_unknown_attributes(asked)
            else:
                return
            self._zcl(asked.cluster, bytes((0x18, tsn, 0x01)) + records, secured=asked.secured)

    def _of_unknown_attributes(self, asked: aps.ApsFrame) -> bytes:
        """Say of each other attribute that there is none, as the meter would; needs the key of the request."""
        if asked.secured:
            if self.link is None:
                return b""
            try:
                asked.decrypt(cipher(self.link[0]), self.a.han.hub.storage.ieee)
            except RemoteProtocolError:  # another device's key
                return b""
        body = asked.payload[ZCL_HEADER:]
        named = [body[at : at + 2] for at in range(0, len(body), 2)]
        return b"".join(each + bytes((UNSUPPORTED_ATTRIBUTE,)) for each in named if each not in (SUMMATION, SERIAL))

    def refuse(self, psdu: bytes) -> None:
        """Refuse every read with a Default Response."""
        asked = self._asked(psdu)
        if asked is not None:
            for tsn in self._numbers(asked):
                self._zcl(asked.cluster, bytes((0x18, tsn, 0x0B, 0x00, FAILURE)), secured=False)

    def _numbers(self, asked: aps.ApsFrame) -> list[int]:
        """The transaction number; under a link key that the attacker lacks it is guessed, from those in use."""
        if not asked.secured:
            return [asked.payload[1]]
        pending = self.a.han.hub.endpoint._pending
        return [tsn for tsn, each in pending.items() if each.dst == self.victim]

    def _zcl(self, cluster: int, zcl: bytes, *, secured: bool) -> None:
        link = self.link if secured else None
        number = None if link is None else self._next(link[1])
        self._say(self.a.apdu(zcl, cluster, link=link, ack=True, nonce=self.nonce, link_counter=number))

    def _say(self, apdu: bytes) -> None:
        a = self.a
        a.later(a.flood([a.data(a.npdu(apdu, src=self.short), src=self.short)]))
