"""Cases of `hanbench conform` as tests of a vendor's repository."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest

pytest_plugins = ["pytester"]
SUITE = """
import pytest

@pytest.mark.hanbench_conform({mark})
def test_the_meter(hanbench_conform):
    hanbench_conform()
"""
OPTIONS = ("-p", "no:hanbench", "-rs")


@pytest.fixture
def vendor(pytester: pytest.Pytester):
    """A repository in which pytest runs with the plugin."""
    pytester.makeini("[pytest]\naddopts = --strict-markers -p hanbench.harness.pytest_plugin -p no:cacheprovider\n")
    return pytester


def test_each_case_is_a_test_with_its_verdict_in_junit(vendor):
    vendor.makepyfile(SUITE.format(mark="cases=['HB-JOIN-07', 'HB-REG-01', 'HB-HFRM-03']"))
    result = vendor.runpytest_subprocess(*OPTIONS, "--junitxml=junit.xml", "-v")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["*test_the_meter[[]HB-JOIN-07[]] PASSED*", "*not applicable: SE.HUB is not claimed*"])
    cases = {case.get("name"): case for case in ET.parse(vendor.path / "junit.xml").iter("testcase")}
    joined = {each.get("name"): each.get("value") for each in cases["test_the_meter[HB-JOIN-07]"].iter("property")}
    assert joined["hanbench_verdict"] == "pass"
    assert joined["hanbench_area"] == "JOIN"
    assert "Zigbee PRO R22" in str(joined["hanbench_requirements"])
    assert "joining" in str(joined["hanbench_margin"])


def test_a_wrong_firmware_fails_with_sentence_clause_and_capture(vendor):
    mark = "dut='hub', device='firmware:hub-unix-epoch', cases='HB-HTIM-02'"
    vendor.makepyfile(SUITE.format(mark=mark))
    result = vendor.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["HB-HTIM-02 *", "fail: time against UTC*", "required by ZCL r8*", "capture *.pcapng"])
    assert list((vendor.path / "hanbench-failures").glob("*/HB-HTIM-02.pcapng"))
    assert "Traceback" not in result.stdout.str()


WRONG_MARKS = {
    "only='JOINING'": "no such name 'JOINING'",
    "devise='emulated'": "devise: no such option",
    "dut='gmse'": "dut: found 'gmse'; expected one of esme, gsme, hub, ihd; did you mean gsme?",
    "cohort='iox'": "did you mean ioc?",
    "only=3": "only: expected a text in quotes, or a list of them, got 3",
    "only=['JION']": "did you mean JOIN?",
    "longest='soon'": "longest: expected seconds, a number from 1, got 'soon'",
    "longest=float('nan')": "longest: expected seconds",
    "pics=3": "pics: expected text in quotes, got 3",
    "bench='none.toml'": "none.toml",
    "device='emulatd'": "did you mean emulated?",
    "device='exec:true'": "expected the PICS of the device",
    "pics='none.toml'": "none.toml",
}


def test_a_wrong_mark_is_an_error_of_its_test(vendor):
    suites = [SUITE.format(mark=mark).replace("the_meter", f"mark_{i}") for i, mark in enumerate(WRONG_MARKS)]
    vendor.makepyfile("".join(suites))
    result = vendor.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(errors=len(WRONG_MARKS))
    for says in WRONG_MARKS.values():
        assert says in result.stdout.str()


@pytest.mark.skipif(find_spec("xdist") is None, reason="needs pytest-xdist")
def test_cases_run_on_several_processors(vendor):
    vendor.makepyfile(SUITE.format(mark="cases=['HB-JOIN-01', 'HB-JOIN-07']"))
    vendor.run(sys.executable, "-m", "pytest", *OPTIONS, "-n", "2", "-q").assert_outcomes(passed=2)
