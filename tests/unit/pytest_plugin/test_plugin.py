"""The pytest plugin, in pytests of its own: what a vendor's repository would see."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest

from hanbench.harness.capture import keyfile, read
from hanbench.harness.scenario.scenario import shipped

pytest_plugins = ["pytester"]


@pytest.fixture
def vendor(pytester: pytest.Pytester):
    """A repository with one scenario file, in which pytest runs with the plugin."""
    shutil.copy(shipped()["dormant-three-failures"], pytester.path / "home.han.toml")
    pytester.makeini("[pytest]\naddopts = --strict-markers -p hanbench.harness.pytest_plugin -p no:cacheprovider\n")
    return pytester


def test_a_scenario_file_is_a_test(vendor):
    result = vendor.runpytest_subprocess("-v", "-p", "no:hanbench")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["home.han.toml::home PASSED*"])


def test_one_that_fails_says_how_and_keeps_the_evidence(vendor):
    result = vendor.runpytest_subprocess("-p", "no:hanbench", "--hanbench-controller", "wrong:two-failures-suffice")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*count: *", "*seed 1; report *; capture *; keys *; timeline *"])
    capture = vendor.path / "hanbench-failures" / "dormant-three-failures.pcapng"
    assert len(list(read(capture))) > 100
    assert keyfile.read(keyfile.beside(capture))
    assert capture.with_suffix(".trace.jsonl").read_text().count("\n") > 10
    assert '"property":"count"' in capture.with_suffix(".html").read_text()
    assert "Traceback" not in result.stdout.str()


def test_what_its_author_expected_and_did_not_come_is_said(vendor):
    story = vendor.path / "home.han.toml"
    story.write_text(story.read_text().replace("checks = 3", "checks = 2"))
    result = vendor.runpytest_subprocess("-p", "no:hanbench")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["not as expected: 3 checks, expected 2"])


def test_seed_verdict_and_rule_are_properties_of_the_junit_report(vendor):
    options = ("--hanbench-controller", "wrong:two-failures-suffice", "--hanbench-seed", "7")
    vendor.runpytest_subprocess("-p", "no:hanbench", "--junitxml=report.xml", *options)
    root = ET.parse(vendor.path / "report.xml").getroot()
    found = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert found["hanbench_seed"] == "7"
    assert found["hanbench_decision"] == "migrate-esme-only"
    assert found["hanbench_checks"] == "fail,fail"
    assert found["hanbench_violation"].startswith("count [")


def test_a_file_that_is_wrong_is_one_line(vendor):
    (vendor.path / "home.han.toml").write_text("id = 3\n", encoding="utf-8")
    result = vendor.runpytest_subprocess("-p", "no:hanbench")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*home.han.toml: id: expected text in quotes, found 3"])


def test_fixtures_give_a_han_that_can_be_checked_and_broken(vendor):
    vendor.makepyfile(
        """
        import pytest

        def test_well(hanbench_bench, hanbench_hub, hanbench_gsme):
            assert hanbench_gsme.settings.ieee in hanbench_hub.device_table
            assert hanbench_bench.check().verdict == "pass"

        @pytest.mark.hanbench(bench="ptys", seed="9", begins="new")
        def test_broken_and_mended(hanbench_bench, hanbench_esme):
            hanbench_bench.inject("radio-silent")
            assert hanbench_bench.check().code == "GT01"
            hanbench_bench.heal("radio-silent")
            hanbench_bench.wait(6 * 3600)
            assert hanbench_bench.check().verdict == "pass"

        def test_story(hanbench_play):
            played = hanbench_play("dormant-three-failures")
            assert played.as_expected
            assert len(played.checks) == 3
        """
    )
    result = vendor.runpytest_subprocess("-p", "no:hanbench")
    result.assert_outcomes(passed=4)


@pytest.mark.skipif(find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_it_works_with_xdist_and_timeouts(vendor):
    for name in ("clock-drift", "hub-restored", "wan-outage-then-well"):
        shutil.copy(shipped()[name], vendor.path / f"{name}.han.toml")
    vendor.runpytest_subprocess("-p", "no:hanbench", "-n", "2", "--timeout", "60").assert_outcomes(passed=4)


def test_an_unknown_controller_is_told(vendor):
    result = vendor.runpytest_subprocess("-p", "no:hanbench", "--hanbench-controller", "reverence")
    assert "expected reference, wrong:NAME" in result.stdout.str() + result.stderr.str()
    assert result.ret != 0
