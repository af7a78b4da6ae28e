"""The initiator of key establishment, the joining device (SE 1.4a, annex C.3.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.devices.key_establishment.session import KeyEstablishmentSession, Refused
from hanbench.emulator.devices.key_establishment.states import KeyEvent
from hanbench.emulator.devices.settings import KeyEstablishmentSettings
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl import ClusterClient, ClusterCommand, CommandAnswer, Endpoint, Indication, on
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    ConfirmKeyDataRequest,
    ConfirmKeyDataResponse,
    EphemeralDataRequest,
    EphemeralDataResponse,
    InitiateKeyEstablishmentRequest,
    InitiateKeyEstablishmentResponse,
    KeyEstablishmentClientAttributes,
    ServerTerminateKeyEstablishment,
    TerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zigbee.security.cbke import Identity

ANSWER_WAIT = 10 * SECOND
"""Wait for a response beside the time that the peer says it needs; it covers retries and a sleeper's polls."""


class Ended(NamedTuple):
    """The result of a key establishment at its initiator."""

    key: bytes | None = None
    """The agreed link key; None: there is none."""
    status: TerminateStatus | None = None
    """Status of the Terminate command, sent or received; None: there was none, the peer fell silent."""
    by_peer: bool = False
    wait: int = 0
    """Wait before another attempt, as the peer asks for it, microseconds."""
    detail: str = ""

    def __repr__(self) -> str:
        agreed = "a key" if self.key is not None else "no key"
        return f"Ended({agreed}, {self.status!r}, by_peer={self.by_peer}, {self.detail!r})"


class Initiator:
    """Starts key establishments, one at a time. `side` goes on the device's endpoint."""

    def __init__(
        self, settings: KeyEstablishmentSettings, identity: Callable[[], Identity | None], random: RandomSource
    ) -> None:
        self._settings = settings
        self.identity = identity
        """Returns None if the device cannot start a key establishment."""
        self._random = random
        self._session: KeyEstablishmentSession | None = None
        self._peer = (0, 0)
        self._peer_times = (0, 0)
        self._timer: Timer | None = None
        self._done: Callable[[Ended], None] | None = None
        self.endpoint: Endpoint
        """Set by the device."""
        self.side = ClusterClient(
            KEY_ESTABLISHMENT,
            (
                on(InitiateKeyEstablishmentResponse, self._certificate),
                on(EphemeralDataResponse, self._ephemeral),
                on(ConfirmKeyDataResponse, self._confirmation),
                on(ServerTerminateKeyEstablishment, self._terminated),
            ),
            {KeyEstablishmentClientAttributes.KeyEstablishmentSuite: SUITE_1},
        )

    @property
    def busy(self) -> bool:
        return self._session is not None

    def start(self, short: int, endpoint: int, ieee: int, done: Callable[[Ended], None]) -> None:
        """Agree a key with the device at this address; `done` is called once. A session must not be under way."""
        identity = self.identity()
        assert self._session is None
        assert identity is not None
        self._session = session = KeyEstablishmentSession(identity, ieee, self._random, initiator=True)
        self._peer, self._done = (short, endpoint), done
        session.step(KeyEvent.STARTED)
        self._send(
            InitiateKeyEstablishmentRequest(
                key_establishment_suite=SUITE_1,
                ephemeral_data_generate_time=self._settings.ephemeral_time,
                confirm_key_generate_time=self._settings.confirm_time,
                identity=identity.certificate.octets,
            )
        )
        self._wait(0)

    # --- what the responder says --------------------------------------------------------------------------------

    def _certificate(self, answer: InitiateKeyEstablishmentResponse, indication: Indication) -> CommandAnswer:
        def take(session: KeyEstablishmentSession) -> None:
            session.certificate(answer.key_establishment_suite, answer.identity)
            self._peer_times = answer.ephemeral_data_generate_time, answer.confirm_key_generate_time
            self._send(EphemeralDataRequest(session.ephemeral_point()))
            self._wait(self._peer_times[0])

        return self._take(indication, take)

    def _ephemeral(self, answer: EphemeralDataResponse, indication: Indication) -> CommandAnswer:
        def take(session: KeyEstablishmentSession) -> None:
            session.ephemeral(answer.ephemeral_data)
            self._send(ConfirmKeyDataRequest(session.proof))
            self._wait(self._peer_times[1])

        return self._take(indication, take)

    def _confirmation(self, answer: ConfirmKeyDataResponse, indication: Indication) -> CommandAnswer:
        def take(session: KeyEstablishmentSession) -> None:
            session.confirmation(answer.secure_message_authentication_code)
            self._end(Ended(session.link_key))

        return self._take(indication, take)

    def _take(self, indication: Indication, take: Callable[[KeyEstablishmentSession], None]) -> CommandAnswer:
        session = self._session
        if session is None or indication.src != self._peer[0]:
            # Not in the middle of key establishment with the sender (SE 1.4a, annex C.3.1.3.3).
            self._terminate(TerminateStatus.BAD_MESSAGE, indication.src, indication.src_endpoint)
            return None
        try:
            take(session)
        except Refused as refused:
            self._terminate(refused.status, *self._peer)
            self._end(Ended(status=refused.status, detail=str(refused)))
        return None

    def _terminated(self, command: ServerTerminateKeyEstablishment, indication: Indication) -> CommandAnswer:
        if self._session is not None and indication.src == self._peer[0]:
            code = command.status_code
            known = code in TerminateStatus.__members__.values()
            status = TerminateStatus(code) if known else TerminateStatus.BAD_MESSAGE
            wait = command.wait_time * SECOND
            self._end(Ended(status=status, by_peer=True, wait=wait, detail=f"the peer says {status.name}"))
        return None

    # --- sending and waiting ------------------------------------------------------------------------------------

    def _send(self, command: ClusterCommand) -> None:
        self.endpoint.command(*self._peer, KEY_ESTABLISHMENT.id, command)

    def _terminate(self, status: TerminateStatus, short: int, endpoint: int) -> None:
        command = TerminateKeyEstablishment(status, wait_time=0, key_establishment_suite=SUITE_1)
        self.endpoint.command(short, endpoint, KEY_ESTABLISHMENT.id, command)

    def _wait(self, peer_seconds: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.endpoint.clock.call_later(ANSWER_WAIT + peer_seconds * SECOND, self._expired)

    def _expired(self) -> None:
        self._end(Ended(detail="no answer"))

    def _end(self, ended: Ended) -> None:
        done, self._done, self._session = self._done, None, None
        if self._timer is not None:
            self._timer.cancel()
        if done is not None:
            done(ended)
