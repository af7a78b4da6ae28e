"""Hosts that we did not write, unmodified, on our virtual dongles: what works with real ones works with ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from scapy.utils import RawPcapReader

from emulator.mac import frames
from emulator.radio.fcs import fcs_ok
from harness.capture import keyfile, read

HERE = Path(__file__).resolve().parent
ESME, GSME = "0x70b3d51ff0000002", "0x70b3d51ff0000003"
INSTALL_CODE = "83fed3407a939723a5c639b26916d505c3b5"
"""The example of the Zigbee specifications, with its CRC."""
CHANNEL = 15


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


# --- zigbee-herdsman with zigbee-on-host --------------------------------------------------------------------------


def coordinate(herdsman: Path, bench, *devices: str) -> list[dict[str, object]]:
    """Let zigbee-herdsman's zoh adapter form a network on the bench's dongle and take these devices in."""
    command = ["node", str(HERE / "zoh_host.mjs"), str(herdsman), bench.ports["coordinator"], *devices]
    host = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert host.returncode == 0, f"{host.stdout}\n{host.stderr}\n{bench.log}"
    return lines(host.stdout)


def bench_with(code: str, folder: Path) -> Path:
    """The coordinator's bench, its meters with this install code."""
    import profiles.benches

    text = profiles.benches.path_of("coordinator").read_text(encoding="utf-8")
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
        bench.wait_for("looks for a network")
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


def psdus(capture: Path) -> list[bytes]:
    """The PSDUs of a pcap file with TAP headers, read by scapy."""
    with RawPcapReader(str(capture)) as packets:
        return [packet[int.from_bytes(packet[2:4], "little") :] for packet, _ in packets]


# --- pyspinel -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_pyspinels_sniffer_hears_a_han_and_tshark_decrypts_what_it_wrote(live_bench, pyspinel, tshark, tmp_path):
    sniffed = tmp_path / "sniffed.pcap"
    with live_bench(HERE / "sniffed.toml") as bench:
        bench.wait_for("the HAN is up")
        command = [
            str(pyspinel),
            "-u",
            bench.ports["sniffer"],
            "-c",
            str(CHANNEL),
            "--tap",
            "--crc",
            "-o",
            str(sniffed),
        ]
        with (tmp_path / "sniffer.log").open("w") as log:
            host = subprocess.Popen(command, stdout=log, stderr=log)
        time.sleep(20)
        host.send_signal(signal.SIGINT)
        host.wait(20)
        capture = bench.capture
    verdict = tshark.judge(sniffed, keys=keyfile.beside(capture))
    assert verdict.frames > 20, (tmp_path / "sniffer.log").read_text()
    assert (verdict.undecrypted, verdict.malformed, verdict.bad_fcs) == (set(), set(), set())
    # What it heard is what was on the air, apart from acknowledgements: an RCP keeps those to itself.
    heard = psdus(sniffed)
    on_air = [frame.psdu for frame in read(capture) if frame.psdu[0] & 7 != frames.ACK]
    start = on_air.index(heard[0])
    assert on_air[start : start + len(heard)] == heard


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


# --- our own host ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_what_our_hosts_hear_of_a_han_on_dongles_is_what_was_on_the_air(live_bench, clean, tmp_path):
    """Formation, key establishment and a check in real time: hub and meters in one process, the Air in another."""
    elsewhere = tmp_path / "elsewhere.toml"
    with live_bench(HERE / "outlets.toml") as bench:
        radios = {name: port if "://" in port else f"serial:{port}" for name, port in bench.ports.items()}
        nodes = "".join(f'[nodes.{name}]\nradio = "{radio}"\n' for name, radio in radios.items())
        head = 'id = "elsewhere"\ntitle = "A HAN on dongles"\nbegins = "new"\n'
        elsewhere.write_text(f"{head}{nodes}wake_interval_s = 3\n", encoding="utf-8")
        command = [sys.executable, "-m", "harness.cli.main", "check", str(elsewhere), "--out", str(tmp_path / "hosts")]
        check = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        on_air = bench.capture
    assert check.returncode == 0, f"{check.stdout}\n{check.stderr}"
    assert check.stdout.startswith("pass")
    heard = tmp_path / "hosts" / "elsewhere.pcapng"
    clean(heard)
    assert {frame.psdu for frame in read(heard)} == {frame.psdu for frame in read(on_air)}
