"""The responder of key establishment: the Trust Centre, and a device that the Trust Centre asks (SE 1.4a, C.3.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Collection

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.devices.key_establishment.session import KeyEstablishmentSession, Refused
from hanbench.emulator.devices.key_establishment.states import KeyEvent
from hanbench.emulator.devices.settings import KeyEstablishmentSettings
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl import ClusterServer, CommandAnswer, Endpoint, Indication, Response, on
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    ConfirmKeyDataRequest,
    ConfirmKeyDataResponse,
    EphemeralDataRequest,
    EphemeralDataResponse,
    InitiateKeyEstablishmentRequest,
    InitiateKeyEstablishmentResponse,
    KeyEstablishmentAttributes,
    ServerTerminateKeyEstablishment,
    TerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zigbee.aps.data import ApsStatus
from hanbench.emulator.zigbee.security.cbke import Identity
from hanbench.emulator.zigbee.stack import Stack

MESSAGE_WAIT = 20 * SECOND
"""Wait for the initiator's next message beside the time that it says it needs."""
BUSY_WAIT = 30
"""Wait time, in seconds, in a Terminate with NO_RESOURCES."""


class _Entry:
    """A session on the air."""

    def __init__(self, session: KeyEstablishmentSession, times: tuple[int, int]) -> None:
        self.session = session
        self.times = times
        """Seconds that the initiator needs for its ephemeral point, and for its proof."""
        self.timer: Timer | None = None


class Responder:
    """Answers key establishments. `side` goes on the device's endpoint."""

    def __init__(
        self,
        settings: KeyEstablishmentSettings,
        identity: Callable[[], Identity | None],
        random: RandomSource,
        stack: Stack,
        agreed: Callable[[int, bytes], None],
        *,
        capacity: Callable[[int], int],
        withdrawn: Callable[[], Collection[int]] = tuple,
    ) -> None:
        """`agreed` gets EUI-64 and link key of a device that has the responder's proof.

        `capacity`: sessions at a time, given the EUI-64 of the device that asks. `withdrawn`: EUI-64s of devices whose
        certificates are refused as expired.
        """
        self._settings = settings
        self.identity = identity
        self._random = random
        self._stack = stack
        self._agreed = agreed
        self._capacity = capacity
        self._withdrawn = withdrawn
        self._sessions: dict[int, _Entry] = {}
        self.endpoint: Endpoint
        """Set by the device."""
        self.side = ClusterServer(
            KEY_ESTABLISHMENT,
            {KeyEstablishmentAttributes.KeyEstablishmentSuite: SUITE_1},
            (
                on(InitiateKeyEstablishmentRequest, self._initiate),
                on(EphemeralDataRequest, self._ephemeral),
                on(ConfirmKeyDataRequest, self._confirm),
                on(TerminateKeyEstablishment, self._terminated),
            ),
        )

    @property
    def sessions(self) -> int:
        """Number of sessions under way."""
        return len(self._sessions)

    # --- what the initiator says --------------------------------------------------------------------------------

    def _initiate(self, request: InitiateKeyEstablishmentRequest, indication: Indication) -> CommandAnswer:
        identity, ieee = self.identity(), self._stack.aps.ieee_of(indication.src)
        # A device that starts again has lost the session before.
        self._drop(indication.src)
        if identity is None or ieee is None or len(self._sessions) >= self._capacity(ieee):
            return _terminate(TerminateStatus.NO_RESOURCES, BUSY_WAIT)
        session = KeyEstablishmentSession(identity, ieee, self._random, initiator=False, withdrawn=self._withdrawn())
        try:
            session.certificate(request.key_establishment_suite, request.identity)
        except Refused as refused:
            return _terminate(refused.status)
        times = request.ephemeral_data_generate_time, request.confirm_key_generate_time
        entry = self._sessions[indication.src] = _Entry(session, times)
        self._stack.nwk.wake_lock.hold()
        self._wait(indication.src, entry, times[0])
        return InitiateKeyEstablishmentResponse(
            key_establishment_suite=SUITE_1,
            ephemeral_data_generate_time=self._settings.ephemeral_time,
            confirm_key_generate_time=self._settings.confirm_time,
            identity=identity.certificate.octets,
        )

    def _ephemeral(self, request: EphemeralDataRequest, indication: Indication) -> CommandAnswer:
        def take(entry: _Entry) -> CommandAnswer:
            entry.session.ephemeral(request.ephemeral_data)
            self._wait(indication.src, entry, entry.times[1])
            return EphemeralDataResponse(entry.session.ephemeral_point())

        return self._take(indication, take)

    def _confirm(self, request: ConfirmKeyDataRequest, indication: Indication) -> CommandAnswer:
        def take(entry: _Entry) -> CommandAnswer:
            entry.session.confirmation(request.secure_message_authentication_code)
            self._wait(indication.src, entry, entry.times[1])
            return Response(
                ConfirmKeyDataResponse(entry.session.proof),
                lambda status: self._delivered(indication.src, entry, status),
            )

        return self._take(indication, take)

    def _delivered(self, short: int, entry: _Entry, status: ApsStatus) -> None:
        if self._sessions.get(short) is not entry:
            return
        self._drop(short)
        if status is ApsStatus.SUCCESS:
            entry.session.step(KeyEvent.DELIVERED)
            self._agreed(entry.session.peer, entry.session.link_key)

    def _take(self, indication: Indication, take: Callable[[_Entry], CommandAnswer]) -> CommandAnswer:
        entry = self._sessions.get(indication.src)
        if entry is None:
            return _terminate(TerminateStatus.BAD_MESSAGE)
        try:
            return take(entry)
        except Refused as refused:
            self._drop(indication.src)
            return _terminate(refused.status)

    def _terminated(self, command: TerminateKeyEstablishment, indication: Indication) -> CommandAnswer:
        self._drop(indication.src)
        return None

    # --- waiting and forgetting ---------------------------------------------------------------------------------

    def _wait(self, short: int, entry: _Entry, peer_seconds: int) -> None:
        if entry.timer is not None:
            entry.timer.cancel()
        entry.timer = self.endpoint.clock.call_later(MESSAGE_WAIT + peer_seconds * SECOND, self._drop, short)

    def _drop(self, short: int) -> None:
        entry = self._sessions.pop(short, None)
        if entry is None:
            return
        self._stack.nwk.wake_lock.release()
        if entry.timer is not None:
            entry.timer.cancel()


def _terminate(status: TerminateStatus, wait: int = 0) -> ServerTerminateKeyEstablishment:
    return ServerTerminateKeyEstablishment(status, wait, SUITE_1)
