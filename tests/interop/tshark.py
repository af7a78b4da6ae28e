"""tshark as a judge: what it could not open, could not read or found odd in a capture."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from hanbench.harness.capture import keyfile

_COLUMNS = (
    "frame.number",
    "frame.protocols",
    "wpan.fcs.bad",
    "zbee_sec.encrypted_payload",
    "_ws.malformed",
    "zbee_aps.reassembled.in",
    "_ws.expert.severity",
    "_ws.expert.message",
)
_UNREAD = ":data"
"""How the list of protocols ends where the last octets are nobody's."""
_COMMENT = str(0x00100000)
"""Severity of frame comments, which tshark counts among the expert notes."""
_SEPARATOR = "\t"


@dataclass(slots=True)
class Verdict:
    """What tshark says of a capture, by frame number."""

    frames: int = 0
    bad_fcs: set[int] = field(default_factory=set)
    undecrypted: set[int] = field(default_factory=set)
    """No key opens them, or their integrity code is wrong: tshark does not tell these apart."""
    malformed: set[int] = field(default_factory=set)
    unread: set[int] = field(default_factory=set)
    """Payload that no dissector took, though it was open."""
    notes: dict[int, str] = field(default_factory=dict)
    """Expert notes, apart from those that are the reason for one of the above."""

    OBJECTIONS: ClassVar = ("bad_fcs", "undecrypted", "malformed", "unread", "notes")
    """The fields that are empty for a clean capture."""


class Tshark:
    """The program, run with nothing but the key file of the capture at hand."""

    def __init__(self, program: str, *preferences: str) -> None:
        self._program = program
        self._preferences = preferences

    @classmethod
    def find(cls) -> Tshark | None:
        """None where it is not installed."""
        program = shutil.which("tshark")
        return None if program is None else cls(program)

    def preferring(self, *preferences: str) -> Tshark:
        """The same program with these preferences, such as `zbee_aps.zbeeseversion:SE 1.1b`."""
        return Tshark(self._program, *self._preferences, *preferences)

    def run(self, capture: Path, *arguments: str, keys: Path | None = None) -> str:
        """Standard output of `tshark -n -r CAPTURE ARGUMENTS`, with `keys` or the key file beside the capture."""
        keys = keyfile.beside(capture) if keys is None else keys
        preferences = [argument for each in self._preferences for argument in ("-o", each)]
        with TemporaryDirectory() as folder:
            if keys.exists():
                shutil.copy(keys, Path(folder) / keyfile.TABLE)
            # A configuration of its own: neither the user's preferences nor the user's keys take part.
            environment = os.environ | {"WIRESHARK_CONFIG_DIR": folder, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
            result = subprocess.run(
                [self._program, "-n", *preferences, "-r", str(capture), *arguments],
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        complaints = [line for line in result.stderr.splitlines() if "Running as user" not in line]
        assert result.returncode == 0, f"tshark: {complaints}"
        assert not complaints, f"tshark: {complaints}"
        return result.stdout

    def fields(
        self, capture: Path, *names: str, where: str = "", two_passes: bool = False, keys: Path | None = None
    ) -> list[list[str]]:
        """A row a frame, a column a field; several values of one field are joined by commas."""
        arguments = [argument for name in names for argument in ("-e", name)]
        options = [*(("-Y", where) if where else ()), *(("-2",) if two_passes else ())]
        out = self.run(capture, *options, "-T", "fields", "-E", f"separator={_SEPARATOR}", *arguments, keys=keys)
        return [line.split(_SEPARATOR) for line in out.split("\n")[:-1]]

    def judge(self, capture: Path, keys: Path | None = None) -> Verdict:
        """Look at every frame."""
        verdict = Verdict()
        # Two passes: the first one shows whether a fragment ever became part of a message.
        for row in self.fields(capture, *_COLUMNS, two_passes=True, keys=keys):
            number, protocols, bad_fcs, encrypted, malformed, reassembled, severities, notes = row
            verdict.frames += 1
            frame = int(number)
            if bad_fcs:
                verdict.bad_fcs.add(frame)
            elif encrypted:
                verdict.undecrypted.add(frame)
            elif malformed:
                verdict.malformed.add(frame)
            elif protocols.endswith(_UNREAD) and not reassembled:
                verdict.unread.add(frame)
            elif set(severities.split(",")) - {"", _COMMENT}:
                verdict.notes[frame] = notes
        return verdict
