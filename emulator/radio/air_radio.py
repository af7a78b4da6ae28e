"""A radio on the Air: `Radio` in virtual time, with the functions of RCP firmware.

CSMA-CA is unslotted (IEEE 802.15.4-2011, 5.1.1.4), retries and acknowledgement as in 5.1.6.4, address filtering as
in 5.1.6.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hanbench.emulator.clock import Clock
from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.radio.air import Air
from hanbench.emulator.radio.frame_pending import COMMAND, DATA, source_of, wants_pending_data
from hanbench.emulator.radio.interface import (
    BROADCAST_PAN,
    RadioConfig,
    Reception,
    TxResult,
    TxStatus,
)
from hanbench.emulator.radio.propagation import Link, Position
from hanbench.emulator.radio.transmission import CCA_TIME, SHORTEST, SYMBOL, TURNAROUND, Station, Transmission
from hanbench.emulator.randomness import RandomSource

BACKOFF_PERIOD = 20 * SYMBOL
MIN_BE, MAX_BE = 3, 5
LONG_IFS, SHORT_IFS = 40 * SYMBOL, 12 * SYMBOL
LONGEST_SHORT_FRAME = 18
"""aMaxSIFSFrameSize, octets: the long interframe space follows longer frames."""
ENERGY_SAMPLE = 1_000
"""Microseconds between samples of an energy scan."""
MAX_PSDU = 127

_FAILED = {status: TxResult(status, False) for status in TxStatus}
_ACKED = (TxResult(TxStatus.ACKED, False), TxResult(TxStatus.ACKED, True))


class AirRadio:
    """One transceiver: a `Radio` that can also be moved and muted."""

    def __init__(
        self, air: Air, clock: Clock, random: RandomSource, name: str, position: Position = (0.0, 0.0)
    ) -> None:
        self.name = name
        self.receiver: Callable[[Reception], None] | None = None
        self.counters: Counter[DropReason] = Counter()
        self.muted = False
        """Whether the antenna is broken: the radio neither receives nor sends, and does not tell its host."""
        self.pending_on_data = False
        """Whether the source-match table also sets frame-pending in acknowledgements of data frames, as RCP firmware
        does since Thread 1.2. IEEE 802.15.4-2011, 5.1.6.3, knows it for Data Requests only."""
        self.sending_from = self.sending_until = 0
        self._air = air
        self._clock = clock
        self._random = random.random
        self._position = position
        self._config = RadioConfig()
        self.channel = self._config.channel
        self.tx_power = self._config.tx_power
        self._keys: tuple[bytes, ...] = ()
        self._listening = False
        self._listening_since = 0
        self._match_enabled = False
        self._match: set[tuple[int, bool]] = set()
        self._done: Callable[[TxResult], None] | None = None
        self._psdu = b""
        self._csma = True
        self._retries = self._backoffs = self._most_backoffs = self._exponent = 0
        self._ready_at = 0
        self._current: Transmission | None = None
        self._job = 0
        self._scan = 0
        """Counts energy scans and resets, so that a reset ends a scan in progress."""
        self._home: RadioConfig | None = None
        """The configuration to restore when the energy scan ends."""
        self._tune()

    # --- configuration ------------------------------------------------------------------------------------------

    @property
    def config(self) -> RadioConfig:
        return self._config

    @property
    def position(self) -> Position:
        return self._position

    @position.setter
    def position(self, position: Position) -> None:
        self._position = position
        self._air.scene_changed()

    def configure(self, config: RadioConfig) -> None:
        if config == self._config:
            return
        self._untune()
        if config.channel != self._config.channel or config.tx_power != self._config.tx_power:
            self._air.scene_changed()
            self._listening_since = self._clock.now
        self._config = config
        self.channel = config.channel
        self.tx_power = config.tx_power
        self._tune()

    def listen(self, on: bool) -> None:
        if on and not self._listening:
            self._listening_since = self._clock.now
        self._listening = on

    def source_match(self, enabled: bool) -> None:
        self._match_enabled = enabled
        self._match.clear()

    def source_match_add(self, address: int, *, extended: bool) -> None:
        self._match.add((address, extended))

    def source_match_remove(self, address: int, *, extended: bool) -> None:
        self._match.discard((address, extended))

    def reset(self) -> None:
        self._scan += 1
        self._home = None
        self._finish(_FAILED[TxStatus.ABORTED])
        self.source_match(False)
        self.listen(False)
        self.configure(RadioConfig())

    def remove(self) -> None:
        """Remove the radio from the Air for good."""
        self.reset()
        self._untune()

    def _tune(self) -> None:
        config = self._config
        channel = self._air.channel(config.channel)
        channel.radios.append(self)
        if config.promiscuous:
            channel.promiscuous.append(self)
            return
        pan = config.pan_id.to_bytes(2, "little")
        channel.by_pan.setdefault(pan, []).append(self)
        self._keys = (
            pan + config.short_address.to_bytes(2, "little"),
            pan + config.extended_address.to_bytes(8, "little"),
        )
        if config.short_address >= 0xFFFE:
            self._keys = self._keys[1:]
        for key in self._keys:
            channel.by_address.setdefault(key, []).append(self)

    def _untune(self) -> None:
        channel = self._air.channel(self._config.channel)
        channel.radios.remove(self)
        if self._config.promiscuous:
            channel.promiscuous.remove(self)
        else:
            _remove(channel.by_pan, self._config.pan_id.to_bytes(2, "little"), self)
        for key in self._keys:
            _remove(channel.by_address, key, self)
        self._keys = ()

    # --- sending ------------------------------------------------------------------------------------------------

    def transmit(
        self,
        psdu: bytes,
        done: Callable[[TxResult], None],
        *,
        csma: bool = True,
        backoffs: int = 4,
        retries: int = 3,
    ) -> None:
        if self._done is not None:
            raise LocalProtocolError(f"{self.name}: a transmission is in flight already")
        if not 3 <= len(psdu) <= MAX_PSDU:
            raise LocalProtocolError(f"{self.name}: a PSDU has 3 to {MAX_PSDU} octets, not {len(psdu)}")
        self._done = done
        self._psdu = psdu
        self._csma = csma
        self._most_backoffs = backoffs
        self._retries = retries
        self._attempt()

    def _attempt(self) -> None:
        self._backoffs = 0
        self._exponent = MIN_BE
        self._back_off()

    def _back_off(self) -> None:
        start = self._clock.now
        start = max(start, self._ready_at)
        if self._csma:
            start += int(self._random() * (1 << self._exponent)) * BACKOFF_PERIOD + CCA_TIME
        self._job += 1
        self._clock.post(start, self._assess, self._job)

    def _assess(self, job: int) -> None:
        """Clear-channel assessment, then the turnaround to sending."""
        if job != self._job or self._done is None:
            return
        now = self._clock.now
        if self._csma and (self.sending_until > now or not self._air.clear(self)):
            self._backoffs += 1
            self._exponent = min(self._exponent + 1, MAX_BE)
            if self._backoffs > self._most_backoffs:
                self._finish(_FAILED[TxStatus.CHANNEL_ACCESS_FAILURE])
            else:
                self._back_off()
        elif self.muted:
            self._job += 1
            self._clock.post(now + TURNAROUND, self._end_muted, self._job)
        else:
            self._current = self._air.send(self, self._psdu, now + TURNAROUND)

    def _end_muted(self, job: int) -> None:
        if job == self._job and self._done is not None:
            self._finish(_FAILED[TxStatus.NO_ACK if self._psdu[0] & 0x20 else TxStatus.SENT])

    def sent(self, transmission: Transmission) -> None:
        """End a transmission that requested no acknowledgement (called by the Air)."""
        if transmission is self._current:
            self._set_interframe_space(transmission.end)
            self._finish(_FAILED[TxStatus.SENT])

    def acknowledged(self, transmission: Transmission, pending: bool) -> None:
        """End a transmission whose acknowledgement arrived (called by the Air)."""
        if transmission is self._current:
            self._set_interframe_space(self._clock.now)
            self._finish(_ACKED[pending])

    def unacknowledged(self, transmission: Transmission) -> None:
        """Retry or fail a transmission whose acknowledgement did not arrive in time (called by the Air)."""
        if transmission is not self._current:
            return
        self._current = None
        if self._retries:
            self._retries -= 1
            self._attempt()
        else:
            self._finish(_FAILED[TxStatus.NO_ACK])

    def _set_interframe_space(self, end: int) -> None:
        self._ready_at = end + (LONG_IFS if len(self._psdu) > LONGEST_SHORT_FRAME else SHORT_IFS)

    def abandon(self) -> None:
        """Forget a transmission in flight without a result: its `done` is never called. A frame on the air goes on."""
        self._done = self._current = None
        self._job += 1

    def _finish(self, result: TxResult) -> None:
        done, self._done, self._current = self._done, None, None
        if done is not None:
            done(result)

    # --- receiving: called by the Air -----------------------------------------------------------------------------

    def could_hear(self, transmission: Transmission) -> bool:
        """Whether the receiver was on, on this channel, for the whole frame, and did not send at the same time."""
        start = transmission.start
        if self.muted or self.channel != transmission.channel:
            return False
        if self.sending_until > start and self.sending_from < transmission.end + TURNAROUND:
            return False
        # A sender keeps its receiver on for the acknowledgement, whatever `listen` says.
        return (self._listening and self._listening_since <= start) or self._current is not None

    def accepts(self, psdu: bytes, mode: int) -> bool:
        """Filter frames that the Air's index does not find: broadcasts and frames without a destination."""
        config = self._config
        if config.promiscuous:
            return False
        if len(psdu) < SHORTEST[mode]:
            return False
        pan = psdu[3] | psdu[4] << 8
        if mode == 2:
            return psdu[5] == psdu[6] == 0xFF and (
                pan in (config.pan_id, BROADCAST_PAN) or config.pan_id == BROADCAST_PAN
            )
        if mode == 3:
            return pan == BROADCAST_PAN and int.from_bytes(psdu[5:13], "little") == config.extended_address
        if psdu[0] & 7 == 0:
            return config.pan_id in (pan, BROADCAST_PAN)
        return config.pan_coordinator and pan == config.pan_id

    def frame_pending(self, psdu: bytes) -> bool:
        """Return frame-pending of the acknowledgement: set for a poll by the source-match table."""
        kind = psdu[0] & 7
        if kind != COMMAND and not (kind == DATA and self.pending_on_data):
            return False
        source = source_of(psdu)
        if source is None or (kind == COMMAND and not wants_pending_data(psdu, source)):
            return False
        return not self._match_enabled or (source.address, source.extended) in self._match

    def hear(self, transmission: Transmission, link: Link | None, acked_pending: bool) -> None:
        """Pass a frame to the receiver; `link` is None if the frame did not arrive."""
        if link is not None and self.receiver is not None:
            self.receiver(
                Reception(
                    transmission.psdu, link.rssi_dbm, link.lqi, transmission.end, transmission.channel, acked_pending
                )
            )

    def garbled(self) -> None:
        """Count a frame with bit errors."""
        self.counters[DropReason.BAD_FCS] += 1

    # --- energy ---------------------------------------------------------------------------------------------------

    def energy_scan(self, channel: int, duration: int, done: Callable[[int], None]) -> None:
        home = self._home = self._config
        self.configure(RadioConfig(channel=channel, extended_address=home.extended_address, tx_power=home.tx_power))
        self._scan += 1
        self._sample(self._scan, self._clock.now + duration, -127.0, home, done)

    @property
    def energy(self) -> int:
        """Energy on the radio's channel at this moment, dBm."""
        return round(self._air.energy(self))

    def stop_scan(self) -> None:
        """End an energy scan without a result, and return to the previous channel."""
        if self._home is not None:
            home, self._home = self._home, None
            self._scan += 1
            self.configure(home)

    def _sample(self, scan: int, end: int, highest: float, home: RadioConfig, done: Callable[[int], None]) -> None:
        if scan != self._scan:
            return
        highest = max(highest, self._air.energy(self))
        if self._clock.now < end:
            self._clock.call_later(ENERGY_SAMPLE, self._sample, scan, end, highest, home, done)
        else:
            self._home = None
            self.configure(home)
            done(round(highest))


def _remove(index: dict[bytes, list[Station]], key: bytes, radio: Station) -> None:
    """Remove a radio from an index of its channel."""
    index[key].remove(radio)
    if not index[key]:
        del index[key]
