"""A bench that is up, touched from other processes: by `hanbench ctl` and by the clients for Python."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanbench.client import AsyncClient, Client, ControlError
from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.control import events, requests
from tests.support.up import Up, ctl, up

ENDED = 60.0


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with up(tmp_path_factory.mktemp("up"), "kept") as kept:
        yield kept


def healed(bench: Up) -> None:
    with Client(bench.name) as client:
        client.pause("off")
        client.speed(7200)
        for fault in client.state().faults:
            client.heal(fault, wait_s=ENDED)


def end_of_scenario(client: Client, after: int) -> events.ScenarioProgress:
    with client.follow(after, ("scenario",)) as followed:
        return next(each for each in followed if isinstance(each, events.ScenarioProgress) and each.phase != "begun")


def test_a_fault_and_three_checks_give_gt01_and_a_decision_with_its_rule(bench: Up) -> None:
    # Letter, paragraph 2 (domain/tmad.md): Dormant, after three failures the DCC may migrate the ESME alone; GT01.
    healed(bench)
    assert bench.ctl("inject", "battery-dead").status == 0
    for _ in range(3):
        check = bench.ctl("check")
        assert check.status == 1
        assert "fail GT01" in check.out
    decisions = bench.ctl("events", "--kinds", "decision", "--json").answer["events"]
    assert decisions[-1]["outcome"] == "migrate-esme-only"
    assert decisions[-1]["rule"].startswith("tmad-v19: dormant: dcc decides (stated: letter, 2), after 3 failures")
    bench.ctl("heal", "battery-dead", "--wait-s", "60")
    passed = bench.ctl("check", "--json")
    assert (passed.status, passed.answer["check"]["verdict"]) == (0, "pass")


def test_a_check_is_inconclusive_while_the_wan_is_down(bench: Up) -> None:
    healed(bench)
    with Client(bench.name) as client:
        client.inject("wan-down")
        assert bench.ctl("check").status == 2
        client.heal("wan-down")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("inyect", "battery-dead"), "did you mean inject?"),
        (("inject", "batery-dead"), "did you mean battery-dead?"),
        (("node", "gmse"), "did you mean gsme?"),
        (("power", "gsme", "of"), "expected one of cycle, off, on, got 'of'; did you mean off?"),
        (("scenario", "play", "dormant-three-failure"), "did you mean dormant-three-failures?"),
        (("scenario", "play", "battery-low", "--controller", "process:true"), "no such controller"),
        (("heal", "clock-drift"), "clock-drift is not active"),
        (("events", "--kinds", "decisions"), "did you mean decision?"),
        (("frame", "9999999"), "is not kept"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_3(bench: Up, arguments: tuple[str, ...], said: str) -> None:
    healed(bench)
    done = bench.ctl(*arguments)
    assert (done.status, done.out) == (3, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_bench_that_is_not_up_is_answered_with_the_nearest_name(bench: Up) -> None:
    done = ctl("--bench", "kebt", "state")
    assert done.status == 3
    assert "did you mean kept?" in done.err


def test_power_speed_pause_and_step(bench: Up) -> None:
    healed(bench)
    with Client(bench.name) as client:
        assert not client.power("ihd" if "ihd" in client.state().nodes else "esme", "off").node.powered
        assert client.power("esme", "on").node.powered
        assert client.pause().paused
        before = client.state().clock.clock
        first, second = client.step(), client.step()
        assert client.state().clock.clock == second.clock.clock > first.clock.clock >= before
        assert first.frame is not None
        assert second.frame is not None
        assert second.frame.number == first.frame.number + 1
        layers = client.frame(second.frame.number).layers
        assert layers[0].name.startswith("MAC ")
        assert client.speed(600).speed == 600
        assert not client.pause("off").paused


def test_keys_are_redacted_in_tables(bench: Up) -> None:
    keys = Path(bench.capture).with_suffix(".keys").read_text(encoding="utf-8")
    octets = [line.split('"')[1].lower() for line in keys.splitlines() if line.startswith('"')]
    tables = bench.ctl("table", "hub", "--json")
    assert len(octets) >= 3
    assert tables.answer["link_keys"]
    assert not [key for key in octets if key in tables.out.lower()]


def test_a_second_capture_has_the_frames_from_its_start_on(bench: Up) -> None:
    healed(bench)
    with Client(bench.name) as client:
        mine = client.capture("start").captures[-1]
        client.step()
        client.pause("off")
        (ended,) = [each for each in client.capture("stop", mine.id).captures if each.id == mine.id]
    assert not ended.running
    assert ended.frames >= 1
    file = Path(bench.capture).parent / ended.file
    assert file.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"  # pcapng, section header block


def test_a_scenario_plays_on_the_bench_as_it_does_in_run(tmp_path: Path) -> None:
    # profiles/scenarios/mirror-wiped.toml: its author expects migrate-both.
    with up(tmp_path, "played") as played, Client(played.name) as client:
        before = client.state()
        client.scenario("play", "mirror-wiped")
        with pytest.raises(ControlError, match="mirror-wiped plays"):
            client.check()
        event = end_of_scenario(client, before.last_event)
        assert (event.phase, event.detail) == ("ended", "decided migrate-both")
        after = client.state()
        assert after.scenario is None
        assert after.seed == before.seed
        decisions = client.events(after=before.last_event, kinds=("decision",), limit=1000).events
        numbers = [each.number for each in decisions if isinstance(each, events.DecisionMade)]
        assert numbers == list(range(1, len(decisions) + 1))
        assert isinstance(decisions[-1], events.DecisionMade)
        assert decisions[-1].outcome is Outcome.MIGRATE_BOTH


def test_a_scenario_of_the_users_own_is_read_by_ctl_and_plays(bench: Up, tmp_path: Path) -> None:
    # The scenario is profiles/scenarios/mirror-wiped.toml under another name; its author expects migrate-both.
    healed(bench)
    shipped = (Path(__file__).parents[2] / "profiles" / "scenarios" / "mirror-wiped.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(shipped.replace('id = "mirror-wiped"', 'id = "my-own"'), encoding="utf-8")
    with Client(bench.name) as client:
        before = client.state().last_event
        played = bench.ctl("scenario", "play", str(mine), "--json")
        assert (played.status, played.answer["scenario"]["id"]) == (0, "my-own")
        assert end_of_scenario(client, before).detail == "decided migrate-both"
    mine.write_text(shipped.replace('cause = "mirror-wiped"', 'cause = "mirror-wipt"'), encoding="utf-8")
    wrong = bench.ctl("scenario", "play", str(mine))
    assert wrong.status == 3
    assert "changes[0].cause: there is no 'mirror-wipt'; did you mean mirror-wiped?" in wrong.err
    assert len(wrong.err.splitlines()) == 1
    gone = bench.ctl("scenario", "play", str(tmp_path / "gone.toml"))
    assert (gone.status, "gone.toml: cannot be read: No such file" in gone.err) == (3, True)


def test_a_scenario_that_is_stopped_leaves_the_han_as_it_is(tmp_path: Path) -> None:
    with up(tmp_path, "stopped", speed="3600") as kept, Client(kept.name) as client:
        client.scenario("play", "dormant-three-failures")
        with client.follow(0, ("check",)) as checks:
            next(checks)
        assert client.scenario("stop").scenario is None
        assert end_of_scenario(client, 0).phase == "stopped"
        assert client.state().faults == ("battery-dead",)
        assert client.check().check is not None


def test_clients_of_asyncio_ask_several_things_at_a_time(bench: Up) -> None:
    healed(bench)

    async def asked() -> None:
        async with AsyncClient(bench.name) as client:
            check, state, node = await asyncio.gather(client.check(), client.state(), client.node("gsme"))
            assert check.check is not None
            assert check.check.verdict is Verdict.PASS
            assert state.bench == node.name.replace("gsme", "kept")
            followed = client.follow(state.last_event, ("check",))
            event = await anext(followed)
            assert isinstance(event, events.CheckProgress)
            await followed.aclose()

    asyncio.run(asked())


def test_work_goes_on_when_its_client_does_not_wait(bench: Up) -> None:
    healed(bench)
    with Client(bench.name) as client:
        client.speed(1)
        started = client.ask(requests.CheckRequest(wait_s=0))
        assert (started.progress, started.check) == ("in-progress", None)
        seq = client.state().last_event
        client.speed(7200)
        with client.follow(seq, ("check",)) as checks:
            ended = next(each for each in checks if isinstance(each, events.CheckProgress) and each.check is not None)
        assert ended.attempt == started.attempt


def test_the_socket_is_this_users_alone(bench: Up) -> None:
    assert stat.S_IMODE(bench.control.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense\n", "invalid-request"),
        (b'{"v": 2, "id": "a", "verb": "state"}\n', "unsupported-version"),
        (b'{"id": "a", "verb": "stat"}\n', "unknown-verb"),
        (b'{"id": "a", "verb": "state", "more": 1}\n', "invalid-request"),
        (b'{"id": "a", "verb": "state", "follow": true}\n', "invalid-request"),
        (b"x" * 200_000 + b"\n", "too-large"),
    ],
)
def test_a_malformed_line_is_answered_and_the_bench_goes_on(bench: Up, line: bytes, code: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
        raw.settimeout(ENDED)
        raw.connect(str(bench.control))
        raw.sendall(line)
        with raw.makefile("rb") as lines:
            assert json.loads(lines.readline())["error"]["code"] == code
    assert bench.ctl("state").status == 0


def test_a_second_up_of_the_name_says_who_has_it(bench: Up, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hanbench", "up", "virtual", "--id", bench.name, "--out", str(tmp_path / "o")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=ENDED, check=False)
    assert done.returncode == 3
    assert done.stdout == ""
    assert f"the bench kept is up already (process {bench.process.pid})" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_bench_and_leaves_nothing(tmp_path: Path, number: signal.Signals, status: int) -> None:
    with up(tmp_path, "ended") as kept, Client(kept.name) as client:
        seq = client.state().last_event
        idle = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with client.follow(seq, ("decision",)) as followed, idle:
            idle.connect(str(kept.control))
            kept.process.send_signal(number)
            assert isinstance(next(followed), events.BenchEnded)
            assert kept.process.wait(ENDED) == status
        assert not kept.control.exists()
        with pytest.raises(ControlError, match="the bench ended has ended"):
            client.state()
        assert not [each for each in kept.control.parent.iterdir() if each.name.startswith("ended")]


def test_a_killed_bench_is_told_and_leaves_no_socket(tmp_path: Path) -> None:
    with up(tmp_path, "killed") as kept, Client(kept.name) as client:
        kept.end(signal.SIGKILL)
        with pytest.raises(ControlError, match="the bench killed has ended"):
            client.state()
        deadline = time.monotonic() + ENDED
        while kept.control.exists():  # a shell that waits for the end of the process removes it
            assert time.monotonic() < deadline
        done = ctl("--bench", "killed", "state")
        assert done.status == 3
        assert re.search("no bench is up|no such bench that is up", done.err)
        assert len(done.err.splitlines()) == 1
    with up(tmp_path, "killed") as again:
        assert again.ctl("state").status == 0
