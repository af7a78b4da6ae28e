"""Judges: programs that we did not write, each asked what it makes of our octets.

A judge that is not installed skips its tests, with the reason; where HANBENCH_REQUIRE_JUDGES=1 it fails them. The
helpers stand beside the tests.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from hanbench.emulator.zcl.cluster import Cluster, ClusterCommand
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.harness.capture import CapturedFrame, keyfile, read
from tests.interop import groups, han, home, live, our_reading, reference_dissectors, samples_zcl, zoh_reading
from tests.interop.tshark import Tshark, Verdict


def _missing(reason: str) -> None:
    if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1":
        pytest.fail(f"a judge is missing: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def tshark() -> Tshark:
    """tshark, or the test is skipped."""
    found = Tshark.find()
    if found is None:
        _missing("tshark is not installed")
    assert found is not None
    return found


def _reader(name: str) -> reference_dissectors.Reader:
    if name == "scapy":
        if find_spec("scapy") is None:
            _missing("scapy is not installed")
        from tests.interop.scapy_reading import READER

        return READER
    reason = zoh_reading.missing()
    if reason is not None:
        _missing(reason)
    return zoh_reading.READER


@pytest.fixture(scope="session", params=["scapy", "zigbee-on-host"])
def reader(request: pytest.FixtureRequest) -> reference_dissectors.Reader:
    """A second and a third reader of MAC and NWK headers, one after the other; or the test is skipped."""
    return _reader(request.param)


@pytest.fixture(scope="session")
def readers() -> list[reference_dissectors.Reader]:
    """Both at once, where what they read is dear to come by."""
    return [_reader(name) for name in ("scapy", "zigbee-on-host")]


@pytest.fixture
def live_bench(tmp_path: Path) -> Callable[..., AbstractContextManager[live.LiveBench]]:
    """`live_bench(bench, *options)`: `hanbench up` in a process of its own, until the context ends."""
    return lambda bench, *options: live.bench_up(bench, tmp_path, *options)


@pytest.fixture(scope="session", params=[zoh_reading.FOLDER, zoh_reading.NEWEST], ids=["herdsman 10", "herdsman 11"])
def herdsman(request: pytest.FixtureRequest) -> Path:
    """The folder in which npm has put zigbee-herdsman, one version after the other; or the test is skipped."""
    folder: Path = request.param
    reason = zoh_reading.missing("zigbee-herdsman", folder)
    if reason is not None:
        _missing(reason)
    return folder.resolve()


@pytest.fixture(scope="session")
def flasher() -> Path:
    """universal-silabs-flasher (GPL-3: a process of its own), or the test is skipped."""
    found = zoh_reading.FOLDER / "flasher" / "bin" / "universal-silabs-flasher"
    if not found.exists():
        _missing("universal-silabs-flasher is not installed: .ci/judges.sh has not been run")
    return found


@pytest.fixture(scope="session")
def spinel_cli() -> Path:
    """pyspinel's command line, or the test is skipped."""
    return _script("spinel-cli.py")


@pytest.fixture(scope="session")
def pyspinel() -> Path:
    """pyspinel's sniffer, or the test is skipped."""
    return _script("sniffer.py")


def _script(name: str) -> Path:
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if found is None:
        _missing(f"pyspinel is not installed: there is no {name}")
    assert found is not None
    return Path(found)


@pytest.fixture(scope="session")
def clean(tshark: Tshark) -> Callable[..., Verdict]:
    """`clean(capture, **on_purpose)`: tshark objects to nothing in a capture but to what is named, by frame number.

    `on_purpose` has the fields of `Verdict`, such as `undecrypted={17, 18}`. Keys are those of the file beside it.
    `preferring` is a preference of tshark's, such as the version of Smart Energy that the devices speak.
    """

    def check(capture: Path, *, preferring: str = "", **on_purpose: object) -> Verdict:
        frames = list(read(capture))
        verdict = (tshark.preferring(preferring) if preferring else tshark).judge(capture)
        assert verdict.frames == len(frames)
        for name in Verdict.OBJECTIONS:
            found = getattr(verdict, name)
            which = [(number, frames[number - 1].comment) for number in sorted(found)][:20]
            assert found == on_purpose.get(name, type(found)()), f"{name}: {which}"
        return verdict

    return check


@pytest.fixture(scope="session")
def agree() -> Callable[..., None]:
    """`agree(capture, reader)`: another reader finds in every frame what hanbench finds.

    `but` has the numbers of frames that are broken on purpose.
    """

    def check(capture: Path, reader: reference_dissectors.Reader, *, but: Iterable[int] = ()) -> None:
        frames = list(read(capture))
        broken = set(but)
        psdus = {number: frame.psdu for number, frame in enumerate(frames, start=1) if number not in broken}
        keys = [key.octets for key in keyfile.read(keyfile.beside(capture))]
        ours = our_reading.read_frames(psdus.values(), keys)
        theirs = reader.read(psdus.values(), keys)
        for number, mine, other in zip(psdus, ours, theirs, strict=True):
            expected = {name: value for name, value in mine.items() if not name.startswith(reader.blind_to)}
            assert other == expected, f"frame {number}: {frames[number - 1].comment}"

    return check


@pytest.fixture
def sampled(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A capture of the group of samples that the test's parameter names."""
    return han.save(groups.GROUPS[request.param](), tmp_path / f"{request.param}.pcapng")


@pytest.fixture(scope="session")
def stack_captures(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`stack_captures(name)`: the capture of one of `home.STACK_SCENARIOS`, recorded once."""
    folder = tmp_path_factory.mktemp("stacks")

    @cache
    def record(name: str) -> Path:
        return home.record(name, folder / f"{name}.pcapng")

    return record


@pytest.fixture(scope="session")
def landmarks() -> dict[str, str]:
    """By scenario: the display filter that must find something in its capture."""
    return {name: landmark for name, (_, landmark) in home.STACK_SCENARIOS.items()}


@pytest.fixture
def attribute_reports(tmp_path: Path) -> Callable[[str], Path]:
    """`attribute_reports(name)`: a capture with a report of each attribute of the cluster of this name."""

    def build(name: str) -> Path:
        cluster = next(each for each in CLUSTERS if each.name == name)
        return han.save((sample for _, sample in samples_zcl.attribute_samples(cluster)), tmp_path / "reports.pcapng")

    return build


@pytest.fixture
def commands(tmp_path: Path) -> Callable[[Iterable[tuple[Cluster, ClusterCommand]]], Path]:
    """`commands(messages)`: a capture of commands, each with the cluster's table that it is encoded by."""
    return lambda messages: han.save(samples_zcl.message_samples(messages), tmp_path / "commands.pcapng")


@pytest.fixture
def spoil(tmp_path: Path) -> Callable[[Path, Callable[[list[bytes]], Iterable[bytes]]], Path]:
    """`spoil(capture, change)`: the capture with its PSDUs as `change` returns them, and the same keys."""

    def rewrite(capture: Path, change: Callable[[list[bytes]], Iterable[bytes]]) -> Path:
        changed = change([frame.psdu for frame in read(capture)])
        return han.save((han.Sample("", psdu) for psdu in changed), tmp_path / "spoilt.pcapng")

    return rewrite


@pytest.fixture(scope="session")
def frames_of() -> Callable[[Path], list[CapturedFrame]]:
    """`frames_of(capture)`: all its frames."""
    return lambda capture: list(read(capture))


@pytest.fixture(scope="session")
def key_options() -> Callable[[Path], list[str]]:
    """`key_options(capture)`: its keys in the form of the command line."""
    return lambda capture: keyfile.options(keyfile.read(keyfile.beside(capture)))


@pytest.fixture(scope="session")
def kinds() -> dict[str, tuple[set[object], set[object]]]:
    """By layer: the kinds of message of which there are samples, and those that the codecs know."""
    return groups.kinds()
