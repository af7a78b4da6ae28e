"""zigbee-herdsman with zigbee-on-host as the coordinator of a bench's meters."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.interop.live import LiveBench

HERE = Path(__file__).resolve().parent


def lines(text: str) -> list[dict[str, Any]]:
    """The lines of JSON in what a host says."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def coordinate(herdsman: Path, bench: LiveBench, *devices: str) -> list[dict[str, Any]]:
    """Let zigbee-herdsman's zoh adapter form a network on the bench's dongle and take these devices in."""
    command = ["node", str(HERE / "zoh_host.mjs"), str(herdsman), bench.ports["coordinator"], *devices]
    host = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert host.returncode == 0, f"{host.stdout}\n{host.stderr}\n{bench.log}"
    return lines(host.stdout)
