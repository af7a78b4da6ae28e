"""Gates, PICS and PIXIT: what a vendor states, and which cases apply."""

from __future__ import annotations

import re

import pytest

from hanbench.harness.conform.cases import every_case
from hanbench.harness.conform.gate import Gate, GateError
from hanbench.harness.conform.requirement import CBKE, PIXIT, SE
from hanbench.profiles.conform.pics import Pics, is_known, read_pics, shipped
from hanbench.profiles.conform.pixit import read_pixit
from hanbench.profiles.conform.tolerated import read_tolerated
from hanbench.profiles.errors import ProfileError


@pytest.mark.parametrize(
    ("text", "codes", "missing"),
    [
        ("SE.GSME", ("SE.GSME",), None),
        ("SE.GSME & KEC.C", ("SE.GSME",), "KEC.C is not claimed"),
        ("SE.GSME | SE.ESME", ("SE.ESME",), None),
        ("SE.GSME | SE.ESME", (), "SE.GSME is not claimed and SE.ESME is not claimed"),
        ("!HAN.POLL & SE.ESME", ("SE.ESME", "HAN.POLL"), "HAN.POLL is claimed"),
        ("(SE.GSME | SE.ESME) & KEC.C", ("SE.GSME", "KEC.C"), None),
        ("SE.GSME | SE.ESME & KEC.C", ("SE.GSME",), None),
    ],
)
def test_a_gate_says_which_code_is_missing(text, codes, missing):
    assert Gate.parse(text).missing(Pics.of(codes)) == missing


@pytest.mark.parametrize(
    "text", ["", "SE.GSME &", "(SE.GSME", "SE.GSME)", "SE.NONE", "SE.GSME SE.ESME", "se.gsme", "!"]
)
def test_a_wrong_gate_is_an_error(text):
    with pytest.raises(GateError):
        Gate.parse(text)


def test_a_gate_that_is_nested_too_deeply_is_an_error():
    with pytest.raises(GateError, match="too deeply"):
        Gate.parse("(" * 5000 + "SE.GSME" + ")" * 5000)


def test_an_attribute_implies_its_cluster():
    assert "MTR.S" in Pics.of(["MTR.S.A0000"])


@pytest.mark.parametrize(
    ("code", "known"), [("MTR.S.A0000", True), ("MTR.X.A0000", False), ("MTR.S.A00", False), ("XYZ.S", False)]
)
def test_codes_follow_the_grammar(code, known):
    assert is_known(code) is known


def test_a_flat_file_and_toml_say_the_same(tmp_path):
    flat, toml = tmp_path / "pics.txt", tmp_path / "pics.toml"
    flat.write_text("# comment\nSE.GSME=1\nKEC.C = 1\nHAN.POLL=0\n")
    toml.write_text('codes = ["SE.GSME", "KEC.C"]\n')
    assert read_pics(flat) == read_pics(toml) == Pics.of(("SE.GSME", "KEC.C"))


@pytest.mark.parametrize(
    ("text", "says"),
    [("SE.GSM=1\n", "line 1: found 'SE.GSM'; expected a PICS code"), ("SE.GSME=yes\n", "line 1: found 'SE.GSME=yes'")],
)
def test_a_wrong_line_is_named(tmp_path, text, says):
    path = tmp_path / "pics.txt"
    path.write_text(text)
    with pytest.raises(ProfileError, match=re.escape(says)):
        read_pics(path)


def test_an_exported_flat_file_reads_back(tmp_path):
    path = tmp_path / "pics.txt"
    path.write_text(shipped("ioc", "gsme").flat)
    assert read_pics(path) == shipped("ioc", "gsme")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("wake_period_s = -1\n", "wake_period_s"),
        ('wake_period_s = "soon"\n', "wake_period_s"),
        ("wake_perod_s = 1800\n", "wake_period_s"),
        ('ieee = "0000000000000000"\n', "which this is not"),
    ],
)
def test_a_wrong_pixit_value_is_named(tmp_path, text, says):
    path = tmp_path / "pixit.toml"
    path.write_text(text)
    with pytest.raises(ProfileError, match=says):
        read_pixit(path)


def test_no_install_code_is_ever_printed(tmp_path):
    secret = "83FED3407A939723A5C639B26916D505C3B5"  # an example of BDB 3.0.1, 10.1.2
    path = tmp_path / "pixit.toml"
    path.write_text(f'install_code = "{secret}"\n')
    assert secret not in repr(read_pixit(path))
    assert secret not in str(read_pixit(path).shown)
    path.write_text(f'install_code = "{secret}x"\n')
    with pytest.raises(ProfileError) as wrong:
        read_pixit(path)
    assert secret not in str(wrong.value)


def test_a_failure_is_tolerated_once_and_until_a_date(tmp_path):
    path = tmp_path / "tolerated.toml"
    path.write_text('[[tolerated]]\ncase = "HB-JOIN-01"\nreason = "known"\nuntil = 2027-01-31\n' * 2)
    with pytest.raises(ProfileError, match="a second time"):
        read_tolerated(path)


def test_every_case_has_a_clause_and_an_id_of_its_own():
    cases = list(every_case())
    assert len({case.id for case in cases}) == len(cases)
    assert all(case.requirements for case in cases)
    assert cases[0].id == "HB-PICS-01"


def test_a_clause_that_no_public_text_confirms_says_so():
    """5.12.1.1 is in panweave's profile.rs; 5.9.9 is in no text that was read; a vendor's own values are no clause."""
    assert str(SE("5.12.1.1")) == "SE 1.4a, 5.12.1.1"
    assert str(SE("5.9.9")) == "SE 1.4a, 5.9.9 (inferred)"
    assert str(CBKE("C.3.1.2.3.1")) == "SE 1.4a, annex C, C.3.1.2.3.1"  # a part of it is confirmed
    assert not PIXIT("divisor").inferred
