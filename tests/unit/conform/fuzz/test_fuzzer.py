"""The fuzzer: healthy devices live, each fragile firmware dies, and what killed it is made short, kept and repeated."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from hanbench.emulator.clock import SECOND
from hanbench.emulator.radio.frame_rules import FrameAction, FrameRule, Occurrences
from hanbench.harness.conform.dut.choice import changed
from hanbench.harness.conform.firmwares.model import wrapped
from hanbench.harness.conform.fuzz.files import junit_of, write_fuzz_report
from hanbench.harness.conform.fuzz.firmwares import fragile_choice, fragile_firmwares
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge, Layer, read_sequence
from hanbench.harness.conform.fuzz.fuzzer import BATCH, Fuzzer, FuzzPlan, replay
from hanbench.harness.conform.fuzz.selftest import MOST_FRAMES, fuzz_selftest
from hanbench.harness.conform.fuzz.session import Session, parts
from hanbench.harness.conform.result import NOTICE
from hanbench.harness.conform.selftest import HEALTHY, KINDS, healthy_setting
from hanbench.profiles.rulesets import Cohort

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
FRAMES = 100_000 if NIGHTLY else 1_280
SEEDS = ("2", "3") if NIGHTLY else ("1",)
"""`make nightly` has seed 1 as parts of its own, for their figures."""
TWINS = ("hub-dies-at-first-block-twice", "hub-dies-at-empty-nwk-payload", "hub-dies-at-long-zdp-list")
"""Hubs with the fault of a meter that is tested; they are left to `make nightly` and to `--selftest`."""
UNKNOWN_APS_COMMAND = FuzzFrame(Layer.APS, Knowledge.NETWORK_KEY, "017e80")
"""Frame control of a command without security, counter 126, identifier 0x80: none of R22, table 4-43."""
ACKNOWLEDGEMENT = 2
"""Frame type (IEEE 802.15.4-2011, 5.2.1.1.1)."""
LEAVE = "0400"
"""A Leave that asks to leave for good: identifier and options (R22, 3.4.4)."""


def healthy(kind="gsme", cohort=Cohort.IOC, seed="1"):
    return healthy_setting(cohort, kind, seed)


@pytest.mark.timeout(0 if NIGHTLY else 120)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cohort", HEALTHY)
def test_a_healthy_device_lives(cohort, kind, seed):
    report = Fuzzer(FuzzPlan(healthy(kind, cohort, seed), frames=FRAMES, kills=1)).run()
    assert report.kills == ()
    assert (report.frames, report.ended) == (FRAMES, "frames")
    sent = {(row.layer, row.knowledge) for row in report.sent}
    assert {layer for layer, _ in sent} == set(Layer)
    assert {knowledge for _, knowledge in sent} == set(Knowledge)


@pytest.mark.parametrize(
    "id", fragile_firmwares() if NIGHTLY else [id for id in fragile_firmwares() if id not in TWINS]
)
def test_a_fragile_firmware_is_killed_and_the_kill_is_made_short(id):
    (result,) = fuzz_selftest(ids=(id,))
    assert result.caught, result
    assert result.frames <= MOST_FRAMES


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    setting = replace(healthy(), choice=fragile_choice("dies-at-unknown-aps-command"))
    return folder, setting, Fuzzer(FuzzPlan(setting, folder, frames=MOST_FRAMES, kills=1, replay="hanbench")).run()


def test_a_kill_has_its_frames_its_capture_its_keys_and_its_command(killed):
    folder, _, report = killed
    (kill,) = report.kills
    assert kill.reproduced
    assert kill.replay == f"hanbench --fuzz-replay {folder / kill.file}"
    sequence = read_sequence(folder / kill.file)
    assert sequence.frames == tuple(each.frame for each in kill.sequence)
    assert (folder / kill.capture).stat().st_size > 1_000
    keys = (folder / kill.capture).with_suffix(".keys")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


def test_the_three_reports_of_the_fuzzer_agree(killed, tmp_path):
    _, _, report = killed
    write_fuzz_report(tmp_path, report)
    data = json.loads((tmp_path / "report.json").read_text())
    assert (data["schema"], data["version"], data["notice"]) == ("hanbench/conform-fuzz", 2, NOTICE)
    assert data["device"]["model"] == "BK-G4E"  # profiles/devices: the gas meter of the cohort IOC
    assert data["not_done"]
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == (str(len(report.sent)), "1")
    (failure,) = suite.iter("failure")
    text = failure.text or ""
    assert report.kills[0].sequence[-1].psdu in text
    assert f"again: {report.kills[0].replay}" in text
    assert NOTICE in (tmp_path / "report.html").read_text()


def test_an_interrupted_run_has_a_report():
    def interrupted(progress):
        if progress.frames >= 2 * BATCH:
            raise KeyboardInterrupt

    report = Fuzzer(FuzzPlan(healthy("esme"), frames=MOST_FRAMES), interrupted).run()
    assert (report.frames, report.ended) == (2 * BATCH, "interruption")
    assert "The run was interrupted." in report.not_done


def test_a_death_that_an_interrupted_run_did_not_explain_is_told():
    told = []

    def interrupted(progress):
        told.append(progress.frames)
        if told.count(progress.frames) > 1:  # no frames any more: it looks for those that killed
            raise KeyboardInterrupt

    setting = replace(healthy(), choice=fragile_choice("dies-at-unknown-aps-command"))
    report = Fuzzer(FuzzPlan(setting, frames=MOST_FRAMES), interrupted).run()
    assert (report.ended, report.kills) == ("interruption", ())
    assert report.unexplained == "it does not poll for 5770 s"  # two wakes of 1800 s + 10 % + 5 s, and 1800 s: PIXIT
    (error,) = ET.fromstring(junit_of(report)).iter("error")
    assert report.unexplained in error.attrib["message"]


def test_a_sequence_kills_again_and_a_healthy_device_survives_it(killed):
    folder, setting, report = killed
    sequence = read_sequence(folder / report.kills[0].file)
    assert not replay(setting, sequence).alive
    assert replay(healthy(), sequence).alive


def test_the_same_seed_gives_the_same_frames_and_another_one_others():
    def first(seed):
        session = Session(healthy("esme"), seed)
        frames = [session.generator.next() for _ in range(300)]
        session.close()
        return frames

    assert first("1/fuzz/0") == first("1/fuzz/0")
    assert first("1/fuzz/0") != first("2/fuzz/0")


def test_frames_are_parted_where_one_without_keys_follows_one_with_keys():
    outside = FuzzFrame(Layer.MAC, Knowledge.OUTSIDE, "00")
    keyed = UNKNOWN_APS_COMMAND
    assert parts((), 3) == []
    assert parts((outside, outside, keyed, keyed), 3) == [(outside, outside, keyed), (keyed,)]
    assert parts((keyed, outside, keyed, outside), 9) == [(keyed,), (outside, keyed), (outside,)]


def test_a_device_that_comes_back_has_recovered_and_the_time_is_told():
    away = 300

    def restarts(device):
        def command(former, frame, indication):
            if frame.payload == b"\x80":
                device.stack.clock.call_later(0, device.power_off)
                clock.call_later(away * SECOND, device.power_on)
            else:
                former(frame, indication)

        clock = device._clock  # not that of the stack, whose timers end with its power
        wrapped(device.stack.aps, "_command", command)

    session = Session(replace(healthy("esme"), choice=changed("restarts", restarts)), "1")
    try:
        outcome = session.play((UNKNOWN_APS_COMMAND,), BATCH)
    finally:
        session.close()
    assert outcome.alive
    assert outcome.recovery_s is not None
    assert away <= outcome.recovery_s <= away + 120
    assert outcome.heard_s is not None
    assert away <= outcome.heard_s <= outcome.recovery_s


def test_an_exception_of_a_device_in_this_process_is_a_crash():
    def raises(device):
        def command(former, frame, indication):
            if frame.payload == b"\x80":
                raise IndexError("list index out of range")
            former(frame, indication)

        wrapped(device.stack.aps, "_command", command)

    session = Session(replace(healthy("esme"), choice=changed("raises", raises)), "1")
    try:
        outcome = session.play((UNKNOWN_APS_COMMAND,), BATCH)
    finally:
        session.close()
    assert not outcome.alive
    assert outcome.why == "it crashes: IndexError: list index out of range"


def test_a_hub_that_acknowledges_no_poll_is_silent():
    session = Session(healthy("hub"), "1")
    try:
        acknowledged = FrameRule(
            lambda sent: sent.sender.name == "hub" and sent.psdu[0] & 7 == ACKNOWLEDGEMENT,
            FrameAction.DROP,
            Occurrences(),
        )
        assert session.play((UNKNOWN_APS_COMMAND,), BATCH).alive
        session.bench.han.air.frame_rules.append(acknowledged)
        outcome = session.play((UNKNOWN_APS_COMMAND,), BATCH, 60)
    finally:
        session.close()
    assert (outcome.alive, outcome.why) == (False, "it acknowledges no poll for 60 s")


def test_a_hub_gets_the_frames_of_a_meter_with_its_keys():
    session = Session(healthy("hub"), "1")
    try:
        counters = session.bench.device._hub.stack.counters  # type: ignore[attr-defined]
        assert session.play((UNKNOWN_APS_COMMAND,) * 8, BATCH).alive
        assert counters["unsupported"] == 8
    finally:
        session.close()


@pytest.mark.parametrize("kind", ["gsme", "esme"])
def test_a_leave_without_keys_reaches_a_device_which_ignores_it(kind):
    session = Session(healthy(kind), "1")
    try:
        target = session.attacker.target
        # MAC data from the hub, unacknowledged; a NWK command without security, protocol version 2 (R22, 3.3.1).
        mac = target.pan_id.to_bytes(2, "little") + target.short.to_bytes(2, "little") + bytes(2)
        npdu = b"\x09\x00" + target.short.to_bytes(2, "little") + bytes(2) + b"\x1e\x07" + bytes.fromhex(LEAVE)
        dropped = session.bench.device._device.stack.counters  # type: ignore[attr-defined]
        before = dropped["unsecured"]
        octets = [b"\x41\x88" + bytes((sequence,)) + mac + npdu for sequence in range(8)]
        frames = [FuzzFrame(Layer.NWK, Knowledge.OUTSIDE, each.hex()) for each in octets]
        assert session.play(frames, BATCH).alive
        assert before < dropped["unsecured"] <= before + len(frames)  # others meet frames of the hub in the air
    finally:
        session.close()
