"""The pytest plugin, in pytests of its own: what a vendor's repository would see."""

from __future__ import annotations

import base64
import re
import shlex
import shutil
import sys
import zlib
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest

from hanbench.harness.capture import keyfile, read
from hanbench.harness.scenario.scenario import shipped
from tests.support.up import serve, up

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
    index = re.search('id="index">([^<]*)<', capture.with_suffix(".html").read_text())
    assert index is not None
    assert b'"property":"count"' in zlib.decompress(base64.b64decode(index[1]), -zlib.MAX_WBITS)
    assert "Traceback" not in result.stdout.str()


def test_what_its_author_expected_and_did_not_come_is_said(vendor):
    story = vendor.path / "home.han.toml"
    story.write_text(story.read_text().replace("checks = 3", "checks = 2"))
    result = vendor.runpytest_subprocess("-p", "no:hanbench")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["not as the author expects: 3 checks, expected 2"])


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

        @pytest.mark.hanbench(bench="ptys", seed="9", begins="new", firmware="lenient")
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


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--hanbench-controller", "process:./nosuch"), "--hanbench-controller: expected process: and a command that"),
        (("--hanbench-controller", "process:./text"), "--hanbench-controller: cannot start ./text: Exec format error"),
        (("--hanbench-controller", "http://127.0.0.1:1/"), "--hanbench-controller: cannot reach http://127.0.0.1:1/"),
        (("--hanbench-controller", "reverence"), "; did you mean reference?"),
        (("--hanbench-controller", "nosuch:make"), "--hanbench-controller: expected module:attribute, got 'nosuch:ma"),
        (("--hanbench-seed", ""), "--hanbench-seed: expected a text of 1 to 200 characters"),
        (("--hanbench-out", "text/sub"), "--hanbench-out: expected a folder, got '*/text/sub': */text is a file"),
    ],
    ids=["missing", "not-a-program", "refused", "misspelt", "no-module", "seed", "file"],
)
def test_a_wrong_option_is_one_usage_error_and_no_test_runs(vendor, options, said):
    text = vendor.path / "text"
    text.write_text("no program", encoding="utf-8")
    text.chmod(0o755)
    result = vendor.runpytest_subprocess("-p", "no:hanbench", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{said}*"])
    assert result.stderr.str().count("ERROR") == 1
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert "FAILED" not in result.stdout.str()


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (
            "bnch='ptys'",
            "bnch: no such option; expected one of bench, seed, begins, firmware, attach, home; did you mean bench[?]",
        ),
        ("firmware='strikt'", "firmware: found 'strikt'; expected one of *; did you mean strict[?]"),
        ("firmware='strict'", "*nodes: expected a virtual dongle*"),
        ("begins='insta1led'", "begins: found 'insta1led'; expected one of *; did you mean installed[?]"),
        ("bench='pty'", "*; did you mean ptys[?]*"),
        ("seed=9", "seed: expected text in quotes, got 9"),
        ("'ptys'", "expected options by name, such as bench='ptys', got 'ptys'"),
    ],
)
def test_an_option_of_the_mark_is_checked_whatever_the_test_uses(vendor, mark, said):
    vendor.makepyfile(
        f"""
        import pytest

        @pytest.mark.hanbench({mark})
        def test_marked(tmp_path):
            pass
        """
    )
    result = vendor.runpytest_subprocess("-p", "no:hanbench", "-k", "test_marked")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"@pytest.mark.hanbench: {said}"])
    assert "Traceback" not in result.stdout.str()
    assert "another exception" not in result.stdout.str()
    assert "harness/pytest_plugin" not in result.stdout.str()


def test_the_mark_holds_for_scenarios_and_nearer_marks_add_to_it(vendor):
    vendor.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.hanbench(seed="9", begins="new")

        @pytest.mark.hanbench(begins="installed")
        def test_story(hanbench_play):
            played = hanbench_play("dormant-three-failures")
            assert (played.seed, played.scenario.begins) == ("9", "installed")
        """
    )
    vendor.runpytest_subprocess("-p", "no:hanbench", "-k", "test_story").assert_outcomes(passed=1)


def test_an_unknown_fault_is_answered_with_the_nearest(vendor):
    vendor.makepyfile(
        """
        def test_battery(hanbench_bench):
            hanbench_bench.inject("battery-ded")
        """
    )
    result = vendor.runpytest_subprocess("-p", "no:hanbench", "-k", "test_battery")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *no such fault: 'battery-ded'; did you mean battery-dead[?]*"])
    assert "synchronous.py" not in result.stdout.str()


# --- failures through the fixture -------------------------------------------------------------------------------------


def test_a_failed_test_of_a_scenario_says_how_and_keeps_the_evidence(vendor):
    vendor.makepyfile(
        """
        def test_story(hanbench_play):
            assert hanbench_play("dormant-three-failures").as_expected

        def test_wrong_on_purpose(hanbench_play):
            assert not hanbench_play("dormant-three-failures").as_expected
        """
    )
    options = ("-k", "story or purpose", "--hanbench-controller", "wrong:two-failures-suffice")
    result = vendor.runpytest_subprocess("-p", "no:hanbench", *options)
    result.assert_outcomes(failed=1, passed=1)
    decided = "decided migrate-esme-only; the rules allow no decision yet"
    result.stdout.fnmatch_lines(
        [
            f"E *<ScenarioResult dormant-three-failures, seed 1: {decided}; violated *count*",
            "*hanbench: dormant-three-failures*",
            f"{decided}: *",
            "count: * [[]*]",
            "seed 1; report *; capture *; keys *; timeline *",
        ]
    )
    kept = vendor.path / "hanbench-failures"
    stem = "dormant-three-failures.test_story"
    assert sorted(path.name for path in kept.iterdir()) == [
        f"{stem}.{end}" for end in ("html", "keys", "pcapng", "trace.jsonl")
    ]


def test_the_command_of_a_failed_file_plays_the_frames_of_its_capture(vendor):
    options = ("--hanbench-controller", "wrong:two-failures-suffice", "--hanbench-seed", "7")
    result = vendor.runpytest_subprocess("-p", "no:hanbench", *options)
    (line,) = {line for line in result.outlines if line.startswith("again: ")}  # where CI is set, pytest says it twice
    command = shlex.split(line.removeprefix("again: "))
    assert command == [
        *("hanbench", "run", "home.han.toml", "--slow-background", "--seed", "7"),
        *("--controller", "wrong:two-failures-suffice"),
    ]
    assert vendor.run(sys.executable, "-m", *command, "--out", "again").ret == 1
    name = "dormant-three-failures.pcapng"
    assert (vendor.path / "again" / name).read_bytes() == (vendor.path / "hanbench-failures" / name).read_bytes()


def test_the_controller_of_a_failed_test_is_asked_once(vendor):
    vendor.makepyfile(
        once="""
        from pathlib import Path
        from hanbench.harness.controllers.wrong import WRONG

        def make(rulesets):
            with Path("asked").open("a") as asked:
                asked.write("once ")
            return WRONG["two-failures-suffice"].make(rulesets)
        """
    )
    vendor.syspathinsert()
    vendor.runpytest_subprocess("-p", "no:hanbench", "--hanbench-controller", "once:make").assert_outcomes(failed=1)
    assert (vendor.path / "asked").read_text() == "once "
    assert list(read(vendor.path / "hanbench-failures" / "dormant-three-failures.pcapng"))


def test_a_bench_that_is_up_can_be_attached(vendor, tmp_path):
    vendor.makepyfile(
        test_attached="""
        import pytest

        @pytest.mark.hanbench(attach="lab")
        def test_broken(hanbench_bench):
            hanbench_bench.inject("battery-dead")
            assert hanbench_bench.check().code == "GT01"

        @pytest.mark.hanbench(attach="lab")
        def test_mended_by_the_end_of_the_other(hanbench_bench):
            assert hanbench_bench.client.state().faults == ()

        @pytest.mark.hanbench(attach="lab")
        def test_devices(hanbench_gsme):
            pass

        @pytest.mark.hanbench(attach="leb")
        def test_not_up(hanbench_bench):
            pass
        """
    )
    with up(tmp_path, "lab"):
        result = vendor.runpytest_subprocess("-p", "no:hanbench", "test_attached.py")
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines_random(
        ["*are in its process: use hanbench_bench.client*", "*bench that is up; did you mean lab?*"]
    )


SILENT = """
from hanbench.harness.case.controller import ControllerFault

class Silent:
    def __init__(self, rulesets):
        pass

    def handle(self, event, now):
        raise ControllerFault("silent", "no answer within 10 s")
"""


def test_a_time_out_is_named_while_the_test_runs(vendor):
    """Before the test is over, and in spite of the capture of its output; in the words of `verify`."""
    vendor.makepyfile(silent=SILENT)
    options = ("--hanbench-controller", "silent:Silent", "-o", "pythonpath=.")
    result = vendor.runpytest_subprocess("-p", "no:hanbench", *options)
    result.assert_outcomes(failed=1)
    result.stderr.fnmatch_lines(["  dormant-three-failures: silent: no answer within 10 s"])


def test_a_home_of_a_bench_that_is_served_can_be_attached(vendor, tmp_path):
    pytest.importorskip("starlette")
    (tmp_path / "street.toml").write_text('id = "street"\ntitle = "Two homes"\n[homes.left]\n[homes.right]\n')
    with serve(tmp_path, str(tmp_path / "street.toml"), "virtual") as service:
        vendor.makepyfile(
            test_attached=f"""
            import pytest

            @pytest.mark.hanbench(attach={service.address!r}, bench="street", home="left")
            def test_broken(hanbench_bench):
                hanbench_bench.inject("battery-dead")
                assert hanbench_bench.check().code == "GT01"

            @pytest.mark.hanbench(attach="street", home="left")
            def test_mended_by_the_end_of_the_other(hanbench_bench):
                assert hanbench_bench.check().verdict == "pass"

            @pytest.mark.hanbench(attach="street")
            def test_no_home(hanbench_bench):
                hanbench_bench.check()

            @pytest.mark.hanbench(attach="street", home="lefd")
            def test_wrong_home(hanbench_bench):
                pass

            @pytest.mark.hanbench(attach="street", seed="2")
            def test_seed(hanbench_bench):
                pass
            """
        )
        result = vendor.runpytest_subprocess("-p", "no:hanbench", "test_attached.py")
    result.assert_outcomes(passed=2, failed=1, errors=2)
    result.stdout.fnmatch_lines_random(
        ["*because there are several: left, right*", "*did you mean left?*", "*expected attach alone, or seed*"]
    )
