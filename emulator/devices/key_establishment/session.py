"""One side of one key establishment: the computation on the peer's octets, without clock and radio.

Every method that takes octets from the peer raises `Refused` with the status for the Terminate command, and the
session is over. The link key comes out of the last step only.
"""

from __future__ import annotations

from collections.abc import Collection

from hanbench.emulator.devices.key_establishment.states import INITIATOR, RESPONDER, KeyEvent, KeyState
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1, TerminateStatus
from hanbench.emulator.zigbee.security.cbke import Agreement, Certificate, Ephemeral, Identity, agree, new_ephemeral
from hanbench.emulator.zigbee.security.cbke.certificate import SMART_ENERGY


class Refused(Exception):  # noqa: N818 - a step of the protocol, not an error
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
        """`withdrawn`: EUI-64s of devices whose certificates are refused as expired."""
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
        """Take the table's next step. Raises Refused for an event that the table does not have in this state."""
        following = self._table.get((self.state, event))
        if following is None:
            raise Refused(TerminateStatus.BAD_MESSAGE, f"{event.value} while {self.state.value}")
        self.state = following

    def certificate(self, suite: int, octets: bytes) -> None:
        """Take the peer's suite and certificate."""
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
        """This side's ephemeral point, made at the first call."""
        if self._ephemeral is None:
            self._ephemeral = new_ephemeral(self._random)
        return self._ephemeral.public

    def ephemeral(self, octets: bytes) -> None:
        """Take the peer's ephemeral point."""
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
        """This side's message authentication code."""
        assert self._agreement is not None
        return self._agreement.mac_u if self._initiator else self._agreement.mac_v

    def confirmation(self, octets: bytes) -> None:
        """Take the peer's message authentication code."""
        self.step(KeyEvent.CONFIRMATION)
        assert self._agreement is not None
        confirmed = (
            self._agreement.confirmed_by_responder if self._initiator else self._agreement.confirmed_by_initiator
        )
        if not confirmed(octets):
            raise Refused(TerminateStatus.BAD_KEY_CONFIRM, "the proof is not that of the agreed key")

    @property
    def link_key(self) -> bytes:
        """The agreed key, once the peer's code has been found good."""
        assert self._agreement is not None
        assert self.state in (KeyState.DELIVERY, KeyState.IDLE)
        return self._agreement.link_key
