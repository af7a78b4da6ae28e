"""How zigbee-on-host reads the same frames: an independent Zigbee stack in TypeScript, in a Node process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.interop.reference_dissectors import Reader, Reading

_HERE = Path(__file__).resolve().parent
_SCRIPT = _HERE / "zoh_read.mjs"
FOLDER = Path(os.environ.get("HANBENCH_JUDGES", _HERE.parents[1] / ".judges"))
"""Where `.ci/judges.sh` put it."""
NEWEST = FOLDER / "newest"
"""Where it put the newest versions of it and of zigbee-herdsman."""


def missing(package: str = "zigbee-on-host", folder: Path = FOLDER) -> str | None:
    """What keeps this reader, or another package beside it, from working, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (folder / "node_modules" / package).is_dir():
        return f"{package} is not installed: .ci/judges.sh has not been run"
    return None


def read_frames(psdus: Iterable[bytes], keys: Iterable[bytes] = ()) -> list[Reading]:
    """Every frame, opened with `keys` as far as they fit; a frame that it cannot read has the one field `error`."""
    lines = [f"key {key.hex()}" for key in keys] + [psdu.hex() for psdu in psdus]
    result = subprocess.run(
        ["node", str(_SCRIPT), str(FOLDER.resolve())],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


READER = Reader("zigbee-on-host", read_frames, ("mac.fcs_ok", "beacon.update_id"))
