"""One side of one key establishment: what it makes of the peer's octets. No clock, no radio.

Every method that takes octets from the peer raises `Refused` with the status for the Terminate command, and the
session is over. The link key comes out of the last step only, so that nobody can hold half of one.
"""

from __future__ import annotations

from collections.abc import Collection

from hanbench.emulator.devices.key_establishment.states import INITIATOR, RESPONDER, KeyEvent, KeyState
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1, TerminateStatus
from hanbench.emulator.zigbee.security.cbke import Agreement, Certificate, Ephemeral, Identity, agree, new_ephemeral
from hanbench.emulator.zigbee.security.cbke.certificate import SMART_ENERGY


class Refused(Exception):  # noqa: N818 - a step of the protocol, not an error of ours
    """The peer's message ends the session."""

    def __init__(self, status: TerminateStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class KeyEstablishmentSession:
    """The cryptographic half of a session with the device `peer` (its EUI-64)."""

    def __init__(
        self,
        identity: Identity,
        peer: int,
        random: RandomSource,
        *,
        initiator: bool,
        withdrawn: Collection[int] = (),
    ) -> None:
        """`withdrawn`: devices whose certificates are no longer taken."""
        self.peer = peer
        self.state = KeyState.IDLE
        self._identity = identity
        self._random = random
        self._initiator = initiator
        self._withdrawn = withdrawn
        self._table = INITIATOR if initiator else RESPONDER
        self._certificate: Certificate | None = None
        self._ephemeral: Ephemeral | None = None
        self._agreement: Agreement | None = None

    def step(self, event: KeyEvent) -> None:
        """Go on as the table says. Raises Refused for what it does not have here."""
        following = self._table.get((self.state, event))
        if following is None:
            raise Refused(TerminateStatus.BAD_MESSAGE, f"{event.value} while {self.state.value}")
        self.state = following

    def certificate(self, suite: int, octets: bytes) -> None:
        """The peer's suite and certificate."""
        self.step(KeyEvent.CERTIFICATE)
        if suite != SUITE_1:
            raise Refused(TerminateStatus.UNSUPPORTED_SUITE, f"suite {suite:#06x}")
        try:
            certificate = Certificate.decode(octets)
        except RemoteProtocolError as error:
            raise Refused(TerminateStatus.BAD_MESSAGE, str(error)) from error
        if self._identity.authority_of(certificate.issuer) is None:
            raise Refused(TerminateStatus.UNKNOWN_ISSUER, f"issuer {certificate.issuer:016x}")
        if certificate.subject != self.peer:
            raise Refused(TerminateStatus.INVALID_CERTIFICATE, f"the certificate is for {certificate.subject:016x}")
        if not certificate.profile_data.startswith(SMART_ENERGY):
            raise Refused(TerminateStatus.INVALID_CERTIFICATE, "the certificate is not for Smart Energy")
        if certificate.subject in self._withdrawn:
            raise Refused(TerminateStatus.INVALID_CERTIFICATE, "the certificate has expired")
        self._certificate = certificate

    def ephemeral_point(self) -> bytes:
        """Our own ephemeral point, made when it is first asked for."""
        if self._ephemeral is None:
            self._ephemeral = new_ephemeral(self._random)
        return self._ephemeral.public

    def ephemeral(self, octets: bytes) -> None:
        """The peer's ephemeral point."""
        self.step(KeyEvent.EPHEMERAL)
        self.ephemeral_point()
        assert self._certificate is not None
        assert self._ephemeral is not None
        try:
            self._agreement = agree(
                self._identity, self._ephemeral, self._certificate, octets, initiator=self._initiator
            )
        except RemoteProtocolError as error:
            raise Refused(TerminateStatus.BAD_MESSAGE, str(error)) from error

    @property
    def proof(self) -> bytes:
        """Our message authentication code."""
        assert self._agreement is not None
        return self._agreement.mac_u if self._initiator else self._agreement.mac_v

    def confirmation(self, octets: bytes) -> None:
        """The peer's message authentication code."""
        self.step(KeyEvent.CONFIRMATION)
        assert self._agreement is not None
        confirmed = (
            self._agreement.confirmed_by_responder if self._initiator else self._agreement.confirmed_by_initiator
        )
        if not confirmed(octets):
            raise Refused(TerminateStatus.BAD_KEY_CONFIRM, "the proof is not that of the agreed key")

    @property
    def link_key(self) -> bytes:
        """The agreed key; there is none before the peer's proof was good."""
        assert self._agreement is not None
        assert self.state in (KeyState.DELIVERY, KeyState.IDLE)
        return self._agreement.link_key
