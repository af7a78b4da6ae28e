"""The homes of a bench, and the nodes in them: how requests name them, and what a wrong name is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.live_bench import LiveBench

HEAD = 'id = "mine"\ntitle = "My bench"\n'
NODES = "[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n"


def bench(folder: Path, text: str) -> LiveBench:
    path = folder / "mine.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    file = BenchFile.find(str(path))
    return LiveBench(file, assemble_street(file, file.clock(watched=True), seed="1"), folder)


def homes(count: int) -> str:
    return "".join(f"[homes.no{number}]\n" for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "home", "node", "found"),
    [
        (NODES, None, "gsme", ("", "gsme")),
        (homes(1), None, "gsme", ("no1", "gsme")),
        (homes(1), "no1", "no1.gsme", ("no1", "gsme")),
        (homes(3), "no2", "no2.hub", ("no2", "hub")),
    ],
)
def test_a_home_and_a_node_are_found_by_name(
    tmp_path: Path, text: str, home: str | None, node: str, found: tuple[str, str]
) -> None:
    of = bench(tmp_path, text)
    assert of.home(home).name == found[0]
    there, role = of.node(node)
    assert (there.name, role) == found


@pytest.mark.parametrize(
    ("text", "home", "said"),
    [
        (NODES, "left", "'left': the only home of this bench has no name"),
        (NODES, "", "'': the only home of this bench has no name"),
        (homes(2), None, "expected the name of a home, because there are several: no1, no2"),
        (homes(2), "", "'': no such home; expected one of no1, no2"),
        (homes(2), "n1", "'n1': no such home; did you mean no1?"),
        (homes(9), None, "there are several: no1, no2, no3, no4, no5, no6, no7, no8, ... (9)"),
    ],
)
def test_a_wrong_home_is_answered_with_those_that_are_there(
    tmp_path: Path, text: str, home: str | None, said: str
) -> None:
    with pytest.raises(ControlError) as caught:
        bench(tmp_path, text).home(home)
    assert caught.value.kind.code == "unknown-home"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "node", "said"),
    [
        (NODES, "gmse", "did you mean gsme?"),
        (NODES, ".gsme", "no such node"),
        (NODES, "left.gsme", "no such node"),
        (homes(1), ".gsme", "no such node"),
        (homes(2), "gsme", "'gsme': expected HOME.gsme, because there are several homes: no1, no2"),
        (homes(2), "no2.gmse", "did you mean no2.gsme?"),
        (homes(2), "no3.gsme", "no such node"),
        (homes(2), "no1.ihd", "no such node"),
    ],
)
def test_a_wrong_node_is_answered_with_the_nearest(tmp_path: Path, text: str, node: str, said: str) -> None:
    with pytest.raises(ControlError) as caught:
        bench(tmp_path, text).node(node)
    assert caught.value.kind.code == "unknown-node"
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
