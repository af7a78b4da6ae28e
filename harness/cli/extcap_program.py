"""`python -m hanbench.harness.cli.extcap_program`: the program that Wireshark starts (extcap(4)).

Wireshark asks for the interfaces, then for the link types and options of one, and then for a capture into a FIFO. When
a capture fails, Wireshark shows stderr to the user, so the program writes one line there and exits with a status other
than 0. When the user stops a capture, it exits with 0 and writes nothing.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from hanbench import __version__
from hanbench.harness.capture.keyfile import CaptureKey
from hanbench.harness.cli.errors import BadInput, end_cleanly_on_signals, exit_status_of
from hanbench.harness.cli.output import log, print_verbatim
from hanbench.harness.cli.values import FILE, FOLDER, Choice, Number
from hanbench.harness.files import OutputError
from hanbench.harness.wireshark.interfaces import DLT, Interface, offered
from hanbench.profiles.benches import FASTEST, SLOWEST, StartingState

_NAME = "hanbench extcap"
_NO_CAPTURE_FILTER = "hanbench captures every frame: expected no capture filter; use a display filter"


@click.command()
@click.option("--extcap-interfaces", "interfaces", is_flag=True, help="List the interfaces.")
@click.option("--extcap-version", "version", is_flag=False, flag_value="", help="Wireshark's own version.")
@click.option("--extcap-interface", "name", help="The interface.")
@click.option("--extcap-dlts", "dlts", is_flag=True, help="List its link types.")
@click.option("--extcap-config", "config", is_flag=True, help="List its options.")
@click.option("--extcap-capture-filter", "capture_filter", help="Check a capture filter, or capture with it.")
@click.option("--capture", "wanted", is_flag=True, help="Capture.")
@click.option("--fifo", type=FILE, help="The FIFO for the capture.")
@click.option("--seed", help="Seed of all random numbers; default: the bench's own.")
@click.option("--speed", type=Number(SLOWEST, FASTEST), help="Virtual seconds per real second.")
@click.option("--begins", type=Choice([each.value for each in StartingState]), help="The HAN's starting state.")
@click.option("--benches", multiple=True, type=FOLDER, help="A folder with bench files.")
@click.option("--profile", type=FOLDER, help="The Wireshark profile that gets the keys.")
def extcap(
    interfaces: bool,
    version: str | None,
    name: str | None,
    dlts: bool,
    config: bool,
    capture_filter: str | None,
    wanted: bool,
    fifo: Path | None,
    seed: str | None,
    speed: float | None,
    begins: str | None,
    benches: tuple[Path, ...],
    profile: Path | None,
) -> None:
    """Answer a request of Wireshark."""
    found, wrong = offered(benches)
    if interfaces:
        print_verbatim(f"extcap {{version={__version__}}}")
        for interface in found:
            print_verbatim(interface.sentence)
        for error in wrong:
            _log_named(str(error))
        return
    chosen = _chosen(found, name)
    if wanted:
        if fifo is None:
            raise BadInput(None, "--fifo", "a capture needs a FIFO: expected a path")
        if capture_filter:
            raise BadInput(None, "--extcap-capture-filter", _NO_CAPTURE_FILTER)
        _capture(_with_starting_state(chosen, begins), fifo, seed or None, speed, profile)
    elif dlts:
        print_verbatim(DLT)
    elif config:
        for sentence in chosen.options():
            print_verbatim(sentence)
    elif capture_filter is not None:
        # Wireshark reads stdout for the reason why it must reject a filter.
        if capture_filter:
            print_verbatim(_NO_CAPTURE_FILTER)
    else:
        raise BadInput(None, "--extcap-interface", "expected --extcap-dlts, --extcap-config or --capture as well")


def _chosen(found: Sequence[Interface], name: str | None) -> Interface:
    names = ", ".join(each.name for each in found)
    if name is None:
        raise BadInput(None, "--extcap-interface", f"expected one of {names}, or --extcap-interfaces alone")
    for each in found:
        if each.name == name:
            return each
    raise BadInput(None, "--extcap-interface", f"found {name!r}; expected one of {names}")


def _with_starting_state(interface: Interface, begins: str | None) -> Interface:
    """Return the interface with another starting state of its bench; None: the same."""
    if begins is None:
        return interface
    try:
        bench = replace(interface.bench, begins=StartingState(begins))
    except ValueError as error:
        raise BadInput(interface.path, "--begins", str(error)) from None
    return Interface(bench, interface.path)


def _capture(interface: Interface, fifo: Path, seed: str | None, speed: float | None, profile: Path | None) -> None:
    try:
        # Deferred, because importing the emulator takes long and Wireshark asks for interfaces at its start.
        from hanbench.harness.bench.bench_file import BenchFile
        from hanbench.harness.wireshark import live

        bench = BenchFile(interface.bench, str(interface.path))
        keep = partial(_keep, profile, interface.bench.id)
        live.capture(bench, fifo, seed=seed, speed=speed, on_keys=keep, log=_log_named)
    except OSError as error:
        raise BadInput(fifo, "--fifo", f"cannot be written: {error.strerror}") from None
    except (KeyboardInterrupt, SystemExit):
        # The signal has unwound the stack, so the timer of `end_cleanly_on_signals` is no longer needed.
        signal.setitimer(signal.ITIMER_REAL, 0)


def _keep(folder: Path | None, bench: str, keys: Iterable[CaptureKey]) -> None:
    """Add keys to the profile, if there is one, for the next time Wireshark loads it."""
    from hanbench.harness.wireshark import profile
    from hanbench.harness.wireshark.keys import labelled

    if folder is None or not profile.made_by_hanbench(folder):
        return
    try:
        profile.add_keys(folder, labelled(bench, keys))
    except OutputError as error:
        _log_named(f"{error}; the capture continues")


def _log_named(text: str) -> None:
    log(f"{_NAME}: {text}")


def _answer(arguments: Sequence[str]) -> None:
    with extcap.make_context(_NAME, list(arguments)) as context:
        extcap.invoke(context)


def main() -> None:
    """Answer a request of Wireshark, and exit with the status."""
    end_cleanly_on_signals()
    sys.exit(int(exit_status_of(lambda: _answer(sys.argv[1:]), _NAME)))


if __name__ == "__main__":
    main()
