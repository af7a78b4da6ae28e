"""The draft of a device's PICS, from what it shows on the air."""

from __future__ import annotations

from dataclasses import replace

import tomli_w

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.case import Begin
from hanbench.harness.conform.kinds import bench_for, tester_for
from hanbench.harness.conform.probe import drafted, observe
from hanbench.profiles.conform.pics import Pics

LEAST = {
    "gsme": ("SE.GSME", "HAN.POLL", "KEC.C"),
    "esme": ("SE.ESME", "KEC.C"),
    "ihd": ("SE.IHD", "KEC.C"),
    "hub": ("SE.HUB", "KEC.S", "MIR.S"),
}
"""What is assumed of a device that is probed: enough to reach it."""


def draft(setting: Setting) -> str:
    """Let a device join, ask it for everything, and return its PICS as TOML. Raises UnreachedError."""
    assumed = Pics.of(LEAST[setting.kind])
    bench = bench_for(replace(setting, pics=assumed), f"{setting.seed}/probe")
    try:
        bench.begin(Begin.JOINED)
        found = observe(tester_for(bench))
    finally:
        bench.close()
    codes = list(drafted(found, assumed))
    head = "# Drafted by `hanbench conform --probe` from what the device shows. What it does not show is to be added.\n"
    return head + tomli_w.dumps({"device": setting.kind, "codes": codes})
