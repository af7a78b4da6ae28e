"""What a migration controller is told and what it may ask for: one small JSON vocabulary.

A controller gets a `Turn` and answers with a list of actions. The JSON form is that of the types below; its schema is
`vocabulary.schema.json` beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, MeterRole, SupplierId

VERSION = 2
"""Goes up when a controller written for the version before could misread something."""

SCHEMA = Path(__file__).with_name("vocabulary.schema.json")


class ConsentKind(StrEnum):
    """What a Responsible Supplier can give."""

    REQUEST = "request"
    AUTHORISATION = "authorisation"


class Outcome(StrEnum):
    """How a case ends."""

    MIGRATE_BOTH = "migrate-both"
    MIGRATE_ESME_ONLY = "migrate-esme-only"
    RETRY = "retry"
    """Time is up before enough was known."""
    HOLD = "hold"
    """Time is up while waiting for a request or an authorisation."""
    REFUSE = "refuse"
    """The rules do not allow partial migration here, and the GSME does not answer."""
    EXCLUDE_INSTALLATION = "exclude-installation"
    """Too many attempts failed."""


# -- events ------------------------------------------------------------------------------------------------------------


class Event(Struct, frozen=True, forbid_unknown_fields=True, tag_field="event", rename="kebab"):
    """Something that a controller is told."""


class InstallationLoaded(Event, frozen=True, tag="installation-loaded"):
    """The case begins. Always the first event, and never given again."""

    installation: Installation
    vocabulary: Literal[2] = 2


class InstallationChanged(Event, frozen=True, tag="installation-changed"):
    """A meter has another supplier or another status from now on. All that was told before holds, but for this."""

    installation: Installation
    """Whole, as it is now."""


class CheckEnded(HanCheck, Event, frozen=True, tag="check-result", omit_defaults=True):
    """A HAN-connectivity check ended: the check itself, as an event."""


class SupplierRequest(Event, frozen=True, tag="supplier-request"):
    """A supplier requests that the ESME be migrated without the GSME."""

    supplier: SupplierId


class Authorisation(Event, frozen=True, tag="authorisation"):
    """A supplier authorises that the ESME be migrated without the GSME."""

    supplier: SupplierId


class Withdrawal(Event, frozen=True, tag="withdrawal"):
    """A supplier takes back what it gave, or objects without having given anything."""

    supplier: SupplierId


class CommissioningEnded(Commissioning, Event, frozen=True, tag="commissioning-result"):
    """The commissioning asked for ended: the attempt itself, as an event."""


class Tick(Event, frozen=True, tag="tick"):
    """Time passed: given regularly, and at the installation's `decide_by`."""


AnyEvent = (
    InstallationLoaded
    | InstallationChanged
    | CheckEnded
    | SupplierRequest
    | Authorisation
    | Withdrawal
    | CommissioningEnded
    | Tick
)


class Turn(Struct, frozen=True, forbid_unknown_fields=True):
    """One event with the time at which it is given; the JSON message to a controller outside this process."""

    now: Moment
    event: AnyEvent


# -- actions -----------------------------------------------------------------------------------------------------------


class Action(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", rename="kebab"):
    """Something that a controller asks for."""


class RunCheck(Action, frozen=True, tag="run-check"):
    """Run a HAN-connectivity check, not before a time. Replaces one that was asked for and has not begun."""

    not_before: Moment


class AskSupplier(Action, frozen=True, tag="ask-supplier"):
    """Ask a supplier for its request or authorisation. It may never answer."""

    supplier: SupplierId
    consent: ConsentKind


class CommissionDevices(Action, frozen=True, tag="commission-devices"):
    """Commission these devices now, all or none of them. ESME alone is the partial migration."""

    devices: Annotated[tuple[MeterRole, ...], Meta(min_length=1, max_length=2)]

    def __post_init__(self) -> None:
        if len(set(self.devices)) != len(self.devices):
            raise ValueError("`devices` names a device twice")


class ExclusionRecord(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Why a GSME was left out, and who has to replace it by when."""

    code: str
    supplier: SupplierId
    """The Responsible Supplier of the device left out."""
    replace_by: date
    attempts: tuple[int, ...]
    """The checks whose failures it rests on."""


class ExcludeDevice(Action, frozen=True, tag="exclude-device"):
    """Leave this device out of the migration, on the record."""

    device: MeterRole
    record: ExclusionRecord | None = None


class Close(Action, frozen=True, tag="close"):
    """End the case; the last action."""

    outcome: Outcome


AnyAction = RunCheck | AskSupplier | CommissionDevices | ExcludeDevice | Close


def conform(action: object) -> AnyAction:
    """Return `action` as it would come through JSON. Raises msgspec.ValidationError if it is not in the vocabulary.

    A controller in this process can build an action that JSON could not carry (a date without zone, a device by its
    bare name); this holds it to the same standard as one outside.
    """
    try:
        plain = msgspec.to_builtins(action)
    except TypeError as error:
        raise msgspec.ValidationError(str(error)) from error
    return msgspec.convert(plain, AnyAction)  # type: ignore[no-any-return]


_turns = msgspec.json.Decoder(Turn)
_answers = msgspec.json.Decoder(list[AnyAction])


def encode_turn(turn: Turn) -> bytes:
    """Return the JSON message for one turn."""
    return msgspec.json.encode(turn)


def decode_turn(message: bytes | str) -> Turn:
    """Read a turn. Raises msgspec.ValidationError or msgspec.DecodeError."""
    return _turns.decode(message)


def encode_actions(actions: Sequence[AnyAction]) -> bytes:
    """Return the JSON answer to one turn."""
    return msgspec.json.encode(list(actions))


def decode_actions(message: bytes | str) -> list[AnyAction]:
    """Read an answer. Raises msgspec.ValidationError or msgspec.DecodeError."""
    return _answers.decode(message)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `turn` (to a controller) and `actions` (from it)."""
    (turn, actions), components = msgspec.json.schema_components([Turn, list[AnyAction]], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"hanbench migration controller vocabulary, version {VERSION}",
        "description": "A controller receives `turn` and answers with `actions`.",
        "properties": {"turn": turn, "actions": actions},
        "$defs": components,
    }
