"""docs/python-client.md and docs/robot.md, as they are printed, on benches that are served."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from hanbench.client import connect
from tests.support.up import Service, serve

pytest.importorskip("starlette")
DOCS = Path(__file__).parents[2] / "docs"
SCENARIO = DOCS.parent / "profiles" / "scenarios" / "mirror-wiped.toml"
PRINTED_ADDRESS = "http://127.0.0.1:8571"
STREET = 'id = "street"\ntitle = "Two homes"\n[homes.left]\n[homes.right]\n'
WAIT = 100.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "street.toml").write_text(STREET, encoding="utf-8")
    with serve(folder, "virtual", str(folder / "street.toml")) as running:
        for bench in ("virtual", "street"):
            with connect(running.address, bench=bench) as client:
                while not client.state().up:
                    client.step()
                client.pause("off")
        yield running


def blocks(page: str, kind: str) -> list[tuple[str, str]]:
    """The blocks of a kind in a page, each with the text block right behind it, which is what it prints."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$(?:\n\n^```\n(.*?)^```$)?", text, re.MULTILINE | re.DOTALL)


def fits(printed: str, wanted: str) -> bool:
    return re.fullmatch(re.escape(wanted).replace(r"\.\.\.", ".*"), printed, re.DOTALL) is not None


def test_the_page_about_the_client_does_what_it_prints(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text(SCENARIO.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    found = blocks("python-client.md", "python")
    assert len(found) == 7
    for code, wanted in found:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(code.replace(PRINTED_ADDRESS, service.address), names)
        assert not wanted or fits(out.getvalue(), wanted), (code, out.getvalue())


def robot(suite: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "robot", "--outputdir", str(folder), str(suite)]
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False)


def test_the_suite_of_the_page_about_robot_is_the_example_and_passes(tmp_path: Path) -> None:
    pytest.importorskip("robot")
    example = DOCS / "examples" / "robot" / "gas_meter.robot"
    suite, _ = blocks("robot.md", "robotframework")[0]
    assert suite == example.read_text(encoding="utf-8")
    done = robot(example, tmp_path)
    assert done.returncode == 0, done.stdout
    assert "5 tests, 5 passed, 0 failed" in done.stdout
    assert list(tmp_path.glob("robot-*/*.pcapng"))


def test_a_robot_suite_takes_a_bench_that_is_served(service: Service, tmp_path: Path) -> None:
    pytest.importorskip("robot")
    suite, _ = blocks("robot.md", "robotframework")[1]
    wrong = """
A Wrong Fault Is Told
    Inject Fault    batery-dead
A Wrong Decision Is Told
    Decision Should Be    migrate-both
A Wrong Outcome Is Told
    Decision Should Be    migrate-all
"""
    path = tmp_path / "taken.robot"
    path.write_text(suite.replace(PRINTED_ADDRESS, service.address) + wrong, encoding="utf-8")
    done = robot(path, tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "There is no such fault: 'batery-dead': no such fault; did you mean battery-dead?" in done.stdout
    assert "Expected the decision migrate-both, but the case is open: reference commissions esme and" in done.stdout
    assert "Outcome does not have member 'migrate-all'" in done.stdout
    with connect(service.address, bench="street") as client:
        assert client.state().faults == ()


def test_libdoc_documents_every_keyword(tmp_path: Path) -> None:
    libdoc = pytest.importorskip("robot.libdocpkg").LibraryDocumentation
    documented = libdoc("hanbench.robot")
    assert len(documented.keywords) >= 25
    assert all(each.doc and each.short_doc.endswith(".") for each in documented.keywords)
    untyped = [(each.name, arg.name) for each in documented.keywords for arg in each.args if not arg.type]
    assert untyped == []
