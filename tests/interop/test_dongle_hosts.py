"""Hosts that we did not write, unmodified, on our virtual dongles: what works with real ones works with ours."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from scapy.utils import RawPcapReader

from hanbench.emulator.mac import frames
from hanbench.emulator.radio.fcs import fcs_ok
from hanbench.harness.capture import keyfile, read
from hanbench.profiles.benches import path_of
from tests.interop.herdsman import coordinate, lines

HERE = Path(__file__).resolve().parent
ESME, GSME = "0x70b3d51ff0000002", "0x70b3d51ff0000003"
INSTALL_CODE = "83fed3407a939723a5c639b26916d505c3b5"
"""The example of the Zigbee specifications, with its CRC."""
CHANNEL = 15


# --- zigbee-herdsman with zigbee-on-host --------------------------------------------------------------------------


def bench_with(code: str, folder: Path) -> Path:
    """The coordinator's bench, its meters with this install code."""
    text = path_of("coordinator").read_text(encoding="utf-8")
    path = folder / "bench.toml"
    path.write_text(text.replace('"well-known"', f'"{code}"'), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("code", ["well-known", INSTALL_CODE], ids=["well-known key", "install code"])
def test_herdsman_forms_a_network_takes_both_meters_in_and_reads_them(
    live_bench, herdsman, clean, agree, readers, tmp_path, code
):
    suffix = "" if code == "well-known" else f"={code}"
    with live_bench(bench_with(code, tmp_path)) as bench:
        bench.wait_for("searches for an open network")
        said = coordinate(herdsman, bench, ESME + suffix, GSME + suffix)
        capture = bench.capture
    assert {"event": "formed"} in said
    interviews = {each["ieee"]: each["status"] for each in said if each["event"] == "interview"}
    assert interviews == {ESME: "successful", GSME: "successful"}
    devices = {each["ieee"]: each for each in said if each["event"] == "device"}
    assert (devices[ESME]["type"], devices[GSME]["type"]) == ("Router", "EndDevice")
    assert {each["profile"] for each in devices.values()} == {0x0109}
    assert not [each for each in said if each["event"] in ("error", "missing")]
    readings = {each["ieee"]: each["read"] for each in said if each["event"] == "read"}
    # Watt-hours and litres, as the profiles have them; kilowatt-hours and cubic metres when divided.
    for ieee, unit, first in ((ESME, 0, 12_345_678), (GSME, 1, 4_321_098)):
        assert (readings[ieee]["unitOfMeasure"], readings[ieee]["divisor"]) == (unit, 1000)
        assert first <= readings[ieee]["currentSummDelivered"] < first + 1_000
    # tshark reads the same octets, and so do two more stacks.
    clean(capture)
    for reader in readers:
        agree(capture, reader)


# --- aiospinel ----------------------------------------------------------------------------------------------------


def test_aiospinel_probes_dongles_and_sends_through_one_to_the_other(live_bench, tmp_path):
    if find_spec("aiospinel") is None or find_spec("serialx") is None:
        if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1":
            pytest.fail("a judge is missing: aiospinel")
        pytest.skip("aiospinel is not installed")
    sent = [frames.data(sequence, 0x1A62, 0xFFFF, 0x1234, bytes(range(30)), ack=False) for sequence in range(20)]
    spoilt = [psdu[:-2] + b"\x00\x00" for psdu in sent]
    with live_bench(HERE / "pair.toml") as bench:
        command = [sys.executable, str(HERE / "aiospinel_host.py"), bench.ports["one"], bench.ports["other"]]
        host = subprocess.run(
            [*command, str(CHANNEL), *(psdu.hex() for psdu in spoilt)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert host.returncode == 0, f"{host.stderr}\n{bench.log}"
        said = lines(host.stdout)
    versions, *heard, rest = said
    assert versions == {"versions": ["HANBENCH-RCP/1.0", "HANBENCH-RCP/1.0"]}
    # The radio puts the FCS in; no frame is lost and none comes twice.
    assert [bytes.fromhex(each["psdu"]) for each in heard] == sent
    assert all(fcs_ok(bytes.fromhex(each["psdu"])) for each in heard)
    assert {each["channel"] for each in heard} == {CHANNEL}
    assert all(-100 < each["rssi"] < 0 for each in heard)
    assert rest == {"left over": 0}


# --- pyspinel, and our own hosts ------------------------------------------------------------------------------------


def psdus(capture: Path) -> list[bytes]:
    """The PSDUs of a pcap file with TAP headers, read by scapy."""
    with RawPcapReader(str(capture)) as packets:
        return [packet[int.from_bytes(packet[2:4], "little") :] for packet, _ in packets]


@contextmanager
def sniffing(pyspinel: Path, port: str, capture: Path) -> Iterator[None]:
    """pyspinel's sniffer on a dongle, from before the first frame."""
    log = capture.with_suffix(".log")
    wishes = ["-c", str(CHANNEL), "--tap", "--crc", "-o", str(capture)]
    with log.open("w", encoding="utf-8") as said:
        host = subprocess.Popen([str(pyspinel), "-u", port, *wishes], stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + 30
        while "Sniffing" not in log.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield
        heard, unchanged = -1, 0
        while unchanged < 5:  # what is under way is written
            time.sleep(0.2)
            size = capture.stat().st_size
            heard, unchanged = size, unchanged + 1 if size == heard else 0
    finally:
        host.send_signal(signal.SIGINT)
        try:
            host.wait(20)
        finally:
            host.kill()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_hosts_and_pyspinel_and_the_air_hear_alike_of_a_han_on_dongles(live_bench, pyspinel, tshark, clean, tmp_path):
    """Formation, key establishment and a check in real time: hub and meters in one process, the Air in another."""
    elsewhere, sniffed = tmp_path / "elsewhere.toml", tmp_path / "sniffed.pcap"
    with live_bench(HERE / "outlets.toml") as bench:
        ports = dict(bench.ports)
        sniffer = ports.pop("sniffer")
        radios = {name: port if "://" in port else f"serial:{port}" for name, port in ports.items()}
        nodes = "".join(f'[nodes.{name}]\nradio = "{radio}"\n' for name, radio in radios.items())
        head = f'id = "elsewhere"\ntitle = "A HAN on dongles"\nbegins = "new"\nchannel = {CHANNEL}\n'
        elsewhere.write_text(f"{head}{nodes}wake_interval_s = 3\n", encoding="utf-8")
        command = [sys.executable, "-m", "hanbench", "check", str(elsewhere), "--out", str(tmp_path / "hosts")]
        with sniffing(pyspinel, sniffer, sniffed):
            check = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        on_air = bench.capture
    assert check.returncode == 0, f"{check.stdout}\n{check.stderr}"
    assert check.stdout.startswith("pass")
    heard = tmp_path / "hosts" / "elsewhere.pcapng"
    clean(heard)
    assert {frame.psdu for frame in read(heard)} == {frame.psdu for frame in read(on_air)}
    # A sniffer's RCP keeps acknowledgements to itself, hears one channel, and no frame that collided with another.
    verdict = tshark.judge(sniffed, keys=keyfile.beside(heard))
    assert verdict.frames > 100
    assert (verdict.undecrypted, verdict.malformed, verdict.bad_fcs) == (set(), set(), set())
    frames_on_air = [e.psdu for e in read(on_air) if e.channel == CHANNEL and e.psdu[0] & 7 != frames.ACK]
    heard_by_it, rest = psdus(sniffed), iter(frames_on_air)
    assert all(psdu in rest for psdu in heard_by_it), "in another order, or twice"
    assert len(heard_by_it) >= 0.9 * len(frames_on_air)


# --- universal-silabs-flasher, spinel-cli --------------------------------------------------------------------------


@pytest.mark.parametrize("baud", [115_200, 460_800])
def test_the_flasher_of_silicon_labs_dongles_takes_ours_for_one_that_speaks_spinel(live_bench, flasher, baud):
    with live_bench(HERE / "pair.toml") as bench:
        command = [str(flasher), "--device", bench.ports["one"], "--probe-methods", f"spinel:{baud}", "probe"]
        host = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        log = bench.log
    assert host.returncode == 0, f"{host.stderr}\n{log}"
    assert "Detected ApplicationType.SPINEL, version 'HANBENCH-RCP/1.0" in host.stderr
    assert f"at {baud} baudrate" in host.stderr


def test_pyspinels_command_line_reads_what_an_rcp_has_and_is_refused_the_rest(live_bench, spinel_cli):
    """An RCP has no network: properties of an NCP are refused, as OpenThread's radio build does."""
    with live_bench(HERE / "pair.toml") as bench:
        host = subprocess.run(
            [str(spinel_cli), "-u", bench.ports["one"]],
            input="ncp-ll64\nversion\nchannel\npanid\nquit\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    answers = [line.strip().lower() for line in host.stdout.splitlines()]
    # The channel and the PAN ID of an RCP after its start, as OpenThread's has them: 11 and 0xffff.
    refused, version, channel = (answers.index(each) for each in ("error", "hanbench-rcp/1.0; virtual; hanbench", "11"))
    assert refused < version < channel, host.stdout
    assert answers.count("done") == 3, host.stdout
    assert any(line in ("65535", "0xffff") for line in answers), host.stdout
    # At `quit` it closes the port under its own reading thread, which sometimes says so.
    # Some versions of Python put a number before the thread's function ("Thread-2 (stream_rx)").
    its_own = re.findall(r"^Exception in thread (?:Thread-\d+ \()?stream_rx\b", host.stderr, re.MULTILINE)
    assert host.stderr.count("Traceback") == len(its_own), host.stderr
