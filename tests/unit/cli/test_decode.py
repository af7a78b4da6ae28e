"""`hanbench decode`: octets in every form in which people paste them, and what is said of them."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import jsonschema
import pytest

from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY
from hanbench.harness.cli.pasted import PastedError, frames

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "decode.md"
REPORT = "18010a000025 15cd5b070000"
"""Report Attributes of Metering, by hand from ZCL r8, 2.4.1 and 2.5.11: CurrentSummationDelivered is 123456789."""
OCTETS = bytes.fromhex(REPORT)
UNDER_NETWORK_KEY = "61882b621a222200000802222200001e29282a00000001000000004b120000d475631c38836c9ebccc"
"""A Switch Key, which tshark reads too: tests/interop/test_located.py."""
KEY = "a5a4a3a2a1a0afaeadacabaa99887766"

FORMS = {
    "digits": "18010a00002515cd5b070000",
    "spaces": "18 01 0a 00 00 25 15 cd 5b 07 00 00",
    "colons": "18:01:0A:00:00:25:15:CD:5B:07:00:00",
    "dashes": "18-01-0a-00-00-25-15-cd-5b-07-00-00",
    "prefixes": "0x18 0x01 0x0a 0x00 0x00 0x25 0x15 0xcd 0x5b 0x07 0x00 0x00",
    "single digits": "0x18, 0x1, 0xa, 0x0, 0x0, 0x25, 0x15, 0xcd, 0x5b, 0x7, 0x0, 0x0",
    "C array": "uint8_t zcl[] = {0x18, 0x01, 0x0a, 0x00, 0x00, 0x25,\n  0x15, 0xcd, 0x5b, 0x07, 0x00, 0x00};",
    "Wireshark escaped": '"\\x18\\x01\\x0a\\x00\\x00\\x25\\x15\\xcd" \\\n"\\x5b\\x07\\x00\\x00"',
    "Wireshark dump": "0000   18 01 0a 00 00 25 15 cd   .....%..\n0008   5b 07 00 00               [...",
    "hexdump -C": "00000000  18 01 0a 00 00 25 15 cd  5b 07 00 00  |.....%..[...|\n0000000c",
    "xxd": "00000000: 1801 0a00 0025 15cd  .....%..\n00000008: 5b07 0000            [...",
    "hexdump": "0000000 0118 000a 2500 cd15 075b 0000\n000000c",
    "od -A x -t x1": "000000 18 01 0a 00 00 25 15 cd\n000008 5b 07 00 00\n00000c",
    "a list in brackets": "[18, 01, 0a, 00, 00, 25, 15, cd, 5b, 07, 00, 00]",
    "tshark -x": "Frame (12 bytes):\n0000  18 01 0a 00 00 25 15 cd 5b 07 00 00                .....%..[...\n\n",
    "a comment": "# a report\n18 01 0a 00 00 25 15 cd 5b 07 00 00  # of the register\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_octets_are_read_in_each_form(form):
    (frame,) = frames(FORMS[form])
    assert frame.octets == OCTETS


def test_several_frames_come_a_line_each_or_as_dumps():
    assert [frame.octets for frame in frames(f"{REPORT}\n\n{REPORT}\n{REPORT}")] == [OCTETS] * 3
    dump = FORMS["Wireshark dump"]
    assert [frame.octets for frame in frames(f"{dump}\n\n{dump}\n{dump}")] == [OCTETS] * 3
    assert [frame.line for frame in frames(f"{dump}\n\n{REPORT}\n{dump}")] == [1, 4, 5]


def test_text_beside_a_dump_that_looks_like_octets_is_text():
    (frame,) = frames("0000   61 62 63 20 64 65   abc de\n0006   61 62   ab")
    assert frame.octets == b"abc deab"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("00 11\nhello", 2, "expected hexadecimal octets, found 'hello'"),
        ("001", 1, "expected two digits an octet, found 3 digits"),
        ("00" * 2049, 1, "expected at most 2048 octets a frame, found 2049"),
        ("00\n" * 10_001, 10_001, "expected at most 10000 frames"),
        ("00 \x1b[31m", 1, "expected hexadecimal octets, found '\\\\x1b'"),
    ],
)
def test_what_is_no_octets_is_told_with_its_line(text, line, said):
    with pytest.raises(PastedError, match=re.escape(said)) as caught:
        frames(text)
    assert caught.value.line == line


def test_a_dump_may_be_one_argument(hanbench):
    outcome = hanbench("decode", FORMS["hexdump -C"], "--cluster", "metering")
    assert "data: 123456789 (0x75bcd15)" in outcome.out


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_command_prints(hanbench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home.keys").write_text(f"{KEY}  # network\n")
    page = PAGE.read_text(encoding="utf-8")
    (dump,) = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "frames.txt").write_text(dump)
    shown = re.findall(r"^\$ hanbench (decode.*)\n((?:(?!\$ |```).*\n)*)", page, re.MULTILINE)
    assert len(shown) >= 4
    for command, printed in shown:
        outcome = hanbench(*command.replace('"', "").split())
        assert outcome.out + outcome.err == printed, command


def test_an_encrypted_frame_says_which_key_it_wants_and_where(hanbench):
    outcome = hanbench("decode", UNDER_NETWORK_KEY, "--json")
    assert outcome.status == 2
    (frame,) = json.loads(outcome.out)["frames"]
    wanted = {"layer": "NWK", "offset": 31, "length": 8, "key": "the network key with sequence number 0"}
    assert (frame["wanted"], frame["undecoded"]) == ([wanted], [])


def test_json_has_its_schema(hanbench):
    schema = json.loads((ROOT / "profiles" / "schemas" / "decoded.schema.json").read_text())
    for octets in (UNDER_NETWORK_KEY, REPORT, "ff"):
        jsonschema.validate(json.loads(hanbench("decode", octets, "--json", "--key", KEY).out), schema)


TRANSPORT_KEY = "01 2a 05 01 00112233445566778899aabbccddeeff 00 ffeeddccbbaa9988 7766554433221100"
"""In clear, by hand from R22, 4.4.10.1: an APS command, network key, sequence number 0, destination, source."""


@pytest.mark.parametrize(
    "arguments",
    [
        (TRANSPORT_KEY, "--layer", "aps"),
        (TRANSPORT_KEY.replace("05 01", "05 77"), "--layer", "aps"),
        (TRANSPORT_KEY.replace("2a 05", "2a 66"), "--layer", "aps"),
        (UNDER_NETWORK_KEY, "--key", "00112233445566778899aabbccddeeff"),
        (UNDER_NETWORK_KEY, "--key", "00112233445566778899aabbccddeeffx"),
        (UNDER_NETWORK_KEY, "--key", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"),
    ],
)
def test_keys_are_never_printed(hanbench, arguments):
    outcome = hanbench("decode", *arguments)
    said = re.sub(r"[\s:.]", "", outcome.out + outcome.err).lower()
    assert "445566778899aabb" not in said


def test_a_key_file_may_be_wiresharks(hanbench, tmp_path):
    path = tmp_path / "zigbee_pc_keys"
    path.write_text(f'# made by Wireshark\n"{KEY}","Normal","network"\n')
    assert hanbench("decode", UNDER_NETWORK_KEY, "--key", f"@{path}").status == 0
    path.write_text(f'"{bytes.fromhex(KEY)[::-1].hex()}","Reverse","network"\n')
    assert hanbench("decode", UNDER_NETWORK_KEY, "--key", f"@{path}").status == 0
    path.write_text("not a key\n")
    outcome = hanbench("decode", UNDER_NETWORK_KEY, "--key", f"@{path}")
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err == f"hanbench: {path}: line 1: expected a key of 32 hexadecimal digits, not 7 characters\n"


def test_the_well_known_link_key_needs_not_be_given(hanbench):
    """Sealed by hanbench's codec, whose octets tshark opens: tests/interop/test_samples.py."""
    from hanbench.emulator.zigbee.aps import commands
    from hanbench.emulator.zigbee.aps import frames as aps
    from hanbench.emulator.zigbee.security.ccm import cipher

    header = aps.command_header(1, secured=True)
    payload = commands.SwitchKey(1).encode()
    sealed = aps.secure(header, payload, cipher(WELL_KNOWN_LINK_KEY), 0, 7, 0x00124B0000000001, extended_nonce=True)
    assert "APS Command: Switch Key" in hanbench("decode", sealed.hex()).out


CLUSTER = "a number such as 0x0702, or a name"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("xyz",), "HEX: expected hexadecimal octets, found 'xyz'"),
        (("@missing.txt",), "missing.txt: cannot be read: No such file or directory"),
        (
            ("00", "--cluster", "meterin"),
            "--cluster: expected a number such as 0x0702, or a name; did you mean metering?",
        ),
        (("00", "--layer", "zdp"), "--cluster: expected the cluster of the message beside --layer zdp"),
        (("00", "--sender", "12"), "--sender: expected an EUI-64 of 16 hexadecimal digits, got '12'"),
        (("00", "--key", "12"), "--key: expected a key of 32 hexadecimal digits, not 2 characters"),
        (("@a", "00"), "00: expected nothing beside a file"),
        (("",), "HEX: expected hexadecimal octets, found none"),
    ],
)
def test_bad_input_is_one_line(hanbench, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    outcome = hanbench("decode", *arguments)
    assert (outcome.status, outcome.out, outcome.err) == (3, "", f"hanbench: {said}\n")


def test_stdin_is_read_without_arguments_and_for_a_dash(hanbench, monkeypatch):
    for arguments in ((), ("-",)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(REPORT.encode())))
        outcome = hanbench("decode", *arguments, "--cluster", "metering")
        assert outcome.status == 0
        assert "data: 123456789 (0x75bcd15)" in outcome.out


def test_lines_fit_the_terminal(hanbench, monkeypatch):
    monkeypatch.setattr("hanbench.harness.cli.output.width_of", lambda stream: 60)
    lines = hanbench("decode", UNDER_NETWORK_KEY, "--key", KEY).out.splitlines()
    assert max(map(len, lines)) <= 60


# --- the choice of the layer ------------------------------------------------------------------------------------------


FITS = "it fits to the last octet"


@pytest.mark.parametrize(
    ("arguments", "layer", "why", "also"),
    [
        ((UNDER_NETWORK_KEY,), "mac", "its last two octets are the right FCS", []),
        ((UNDER_NETWORK_KEY[:-4],), "mac", f"{FITS}, and no other layer does", []),
        ((UNDER_NETWORK_KEY[18:-4], "--key", KEY), "nwk", "a key opens it", []),
        ((REPORT,), "zcl", f"{FITS}, and no other layer does", []),
        (
            ("010b01", "--cluster", "identify"),
            "zcl",
            "it fits to the last octet; so does ZDP: --layer names one",
            ["zdp"],
        ),
        ((REPORT, "--layer", "nwk"), "nwk", "as asked", []),
    ],
)
def test_auto_says_why_it_chose_a_layer(hanbench, arguments, layer, why, also):
    (frame,) = json.loads(hanbench("decode", *arguments, "--json").out)["frames"]
    assert (frame["layer"], frame["why"], frame["also"]) == (layer, why, also)


def test_where_decoding_ends_is_told_with_what_was_expected(hanbench):
    outcome = hanbench("decode", REPORT[:-4], "--layer", "zcl", "--cluster", "metering", "--json")
    (frame,) = json.loads(outcome.out)["frames"]
    assert [(each["offset"], each["expected"]) for each in frame["undecoded"]] == [(6, "data: a uint48 of 6 octets")]


def test_an_fcs_that_must_be_there_and_is_wrong_is_told(hanbench):
    outcome = hanbench("decode", UNDER_NETWORK_KEY[:-2] + "00", "--fcs", "yes", "--layer", "mac", "--key", KEY)
    assert outcome.status == 2
    assert "   39  NOT DECODED in MAC: expected FCS bc cc, found bc 00\n" in outcome.out


def test_the_direction_may_be_overruled(hanbench):
    """Command 0 of Metering is Get Profile, and towards the client Get Profile Response (SE 1.4, D.3)."""
    towards_server = hanbench("decode", "01 05 00 00 00 00 00 00 01", "--cluster", "metering", "--layer", "zcl")
    assert "Metering: Get Profile\n" in towards_server.out
    overruled = ("--direction", "to-client", "--cluster", "metering", "--layer", "zcl")
    assert "0x00 Get Profile Response" in hanbench("decode", "01 05 00 00 00 00 00 00 01", *overruled).out


def test_an_event_of_before_se_1_2_is_read_as_one(hanbench):
    """Octets by hand from SE 1.1b: event 637, no identifier of a log before it. Cut short, today's row tells where."""
    early = hanbench("decode", "--layer", "zcl", "--cluster", "0x0709", "1901007d02e9759a320300")
    assert early.status == 0
    assert "Publish Event as before SE 1.2" in early.out
    assert "event id: 637" in early.out
    cut = hanbench("decode", "--layer", "zcl", "--cluster", "0x0709", "1901007d02e975")
    assert cut.status == 2
    assert "before SE 1.2" not in cut.out
