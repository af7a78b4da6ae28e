"""`hanbench campaign run` and `resume`: begins a campaign, or goes on with it, and plays it."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from hanbench.harness.campaign.interruption import deferred
from hanbench.harness.campaigns.coordinator import Coordinator, batches_of, begun
from hanbench.harness.campaigns.executing import Executor, ExecutorError
from hanbench.harness.campaigns.identity import identity
from hanbench.harness.campaigns.local import LocalProcesses
from hanbench.harness.campaigns.plan import plan_of
from hanbench.harness.campaigns.rows import CaseName, CaseVerdict
from hanbench.harness.campaigns.spec import CampaignSpec, changed_fields, load_spec
from hanbench.harness.campaigns.starting import first_unstartable
from hanbench.harness.campaigns.status import FINISHED, CampaignStatus, status_of
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.cli.campaign_progress import CampaignProgress, with_campaign_progress
from hanbench.harness.cli.campaign_status import print_status
from hanbench.harness.cli.errors import BadInput, ExitStatus, has_unwound
from hanbench.harness.cli.output import log, print_command, print_json, print_line
from hanbench.harness.files import OutputError, locked_folder
from hanbench.harness.words import counted
from hanbench.profiles.errors import ProfileError

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What ends a campaign as Ctrl-C does. The exit status is 128 and the number of the signal."""


def run(spec: Path, store: Path, jobs: int | None, cluster: str | None, fresh: bool, as_json: bool) -> int:
    """Begin the campaign of a spec, and play it."""
    wanted = load_spec(spec)
    with _blamed_on(spec, wanted.name):
        plan_of(wanted)
    return play_in(store, wanted, jobs, cluster, fresh=fresh, as_json=as_json, place=spec)


def play_in(
    store: Path,
    spec: CampaignSpec,
    jobs: int | None,
    cluster: str | None = None,
    *,
    fresh: bool = False,
    as_json: bool,
    place: Path | None = None,
) -> int:
    """Begin the campaign of a spec in a store, and play it. `place`: the file of the spec. Returns the exit status."""
    with locked_folder(store):
        known = _known_failures(store, spec, fresh)

        def begin() -> Store:
            return Store.begin(store, begun(spec), list(batches_of(plan_of(spec), known)))

        return _play(begin, partial(_executor, place, spec, jobs, cluster), spec, store, as_json)


def resume(store: Path, jobs: int | None, cluster: str | None, as_json: bool) -> int:
    """Go on with a campaign that was interrupted or killed."""
    with Store.open(store, to_read=True) as opened:
        found = status_of(opened, store)
    if found.state == FINISHED:
        return _finished(found, as_json)
    with locked_folder(store):
        with Store.open(store, to_read=True) as opened:
            spec = opened.spec
            difference = opened.identity.difference(identity())
        if difference:
            problem = f"was begun by another program: this one has {difference}"
            raise OutputError(store, f"{problem}; go on with that one, or begin anew with `campaign run --fresh`")
        executing = partial(_executor, store / FILE, spec, jobs, cluster)
        return _play(partial(Store.open, store), executing, spec, store, as_json)


def _finished(found: CampaignStatus, as_json: bool) -> int:
    """Say that nothing is left to play, and return the exit status of the result."""
    if as_json:
        print_json(found)
    else:
        print_line(
            f"{found.name}: {found.played:,} of {counted(found.size, 'case')}, finished; nothing is left to play"
        )
    return _exit_status(found)


@contextmanager
def _blamed_on(path: Path, name: str) -> Iterator[None]:
    """Let errors about a spec name its file."""
    try:
        yield
    except ProfileError as error:
        if error.path != name:
            raise
        raise ProfileError(path, error.problem, error.key) from None


def _known_failures(folder: Path, spec: CampaignSpec, fresh: bool) -> list[CaseName]:
    """Return the failures of the campaign that is replaced. Raises OutputError if one is there, and not `fresh`."""
    if not (folder / FILE).exists():
        return []
    if fresh:
        try:
            with Store.open(folder, to_read=True) as before:
                return before.known_failures()
        except OutputError as error:
            log(f"  the store before cannot be read, so that its failures are not played first: {error}")
            return []
    with Store.open(folder, to_read=True) as before:
        changes = changed_fields(before.spec, spec)
        counts = before.counts
    if changes:
        problem = f"has a campaign of another spec: {'; '.join(changes)}"
        raise OutputError(folder, f"{problem}. Use another --store, or begin anew with `campaign run --fresh`")
    if counts.played == counts.size:
        raise OutputError(
            folder, "has this campaign, finished; begin anew with `campaign run --fresh`, or use another --store"
        )
    raise OutputError(folder, "has this campaign, not finished; `hanbench campaign resume` goes on with it")


def _play(
    begin: Callable[[], Store],
    executing: Callable[[], AbstractContextManager[Executor]],
    spec: CampaignSpec,
    folder: Path,
    as_json: bool,
) -> int:
    """Play what is left, and print how far it came. `begin`: opens the store, when there is what plays it."""
    came, stopped = list[int](), ""
    try:
        with deferred(*_ENDING) as came, executing() as executor, begin() as store:
            stopped = _play_batches(store, spec, executor)
    except ExecutorError as error:
        raise BadInput(None, "--cluster", str(error)) from None
    except (KeyboardInterrupt, SystemExit) as ended:
        has_unwound()
        status = ended.code if isinstance(ended, SystemExit) else None
        with suppress(OSError):  # a terminal that has hung up shows nothing
            if (folder / FILE).exists():
                _ended(folder, as_json)
            else:
                log("hanbench: interrupted; nothing was begun")
        return status if isinstance(status, int) else 128 + (came[0] if came else signal.SIGINT)
    return _exit_status(_ended(folder, as_json), stopped)


def _play_batches(store: Store, spec: CampaignSpec, executor: Executor) -> str:
    """Play until nothing is left; return why not all was played. Raises KeyboardInterrupt and ExecutorError."""
    coordinator, counts = Coordinator(store, spec, log), store.counts
    failing = counts.verdicts.get(CaseVerdict.VIOLATION, 0) + counts.verdicts.get(CaseVerdict.CRASHED, 0)
    log(f"hanbench campaign {spec.name}: {counted(spec.size - counts.played, 'case')} to play, on {executor.words}")
    for key, words in plan_of(spec).words.items():
        log(f"  {key}: {words}")
    progress = CampaignProgress(spec.size, counts.played, failing)
    with closing(coordinator.run(executor)) as steps:
        for _ in with_campaign_progress(steps, progress, spec.size):
            pass
    return coordinator.stopped


@contextmanager
def _executor(place: Path | None, spec: CampaignSpec, jobs: int | None, cluster: str | None) -> Iterator[Executor]:
    """Return what plays the batches, when each controller was tried there. `place`: the spec. Raises BadInput."""
    if cluster is None:
        if (found := first_unstartable(spec.controllers)) is not None:
            raise BadInput(place, found.key, found.problem)
        yield LocalProcesses(spec, jobs or os.cpu_count() or 1)
        return
    if jobs is not None:
        raise BadInput(None, "--jobs", "expected without --cluster: the workers of a cluster are there already")
    if not cluster.startswith(("tcp://", "tls://")):
        raise BadInput(None, "--cluster", f"expected tcp://HOST:PORT or tls://HOST:PORT, got {cluster!r}")
    from hanbench.harness.campaigns.cluster import Cluster

    with Cluster(cluster, spec, log) as connected:
        yield connected


def _ended(folder: Path, as_json: bool) -> CampaignStatus:
    """Print how far a campaign has come that is not played any more."""
    with Store.open(folder, to_read=True) as store:
        found = status_of(store, folder, is_over=True)
    if as_json:
        print_json(found)
    else:
        print_status(found)
        again = "resume" if found.played < found.size else "report"
        print_command("  ", f"hanbench campaign {again} --store {shlex.quote(str(folder))}")
    return found


def _exit_status(found: CampaignStatus, stopped: str = "") -> int:
    """Return the exit status of a result. `stopped`: why not all was played."""
    if found.alarms or found.verdicts.get(CaseVerdict.CRASHED.words):
        return ExitStatus.INTERNAL
    if stopped:
        log(f"hanbench campaign: {stopped}")
    failed = stopped or found.verdicts.get(CaseVerdict.VIOLATION.words)
    return ExitStatus.VIOLATION if failed else ExitStatus.EXPECTED
