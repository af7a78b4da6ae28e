"""Many benches at a glance: one card each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from hanbench.harness.case.check import Verdict
from hanbench.harness.control.answers import BenchState, ClockState, HomeState
from hanbench.harness.control.bench_state import bench_state
from hanbench.harness.control.node import At, NodeState

if TYPE_CHECKING:
    from hanbench.harness.control.live_bench import LiveBench


class NodeBrief(Struct, frozen=True):
    """One node on a card, as it was when the bench last looked."""

    name: str
    emulated: bool
    powered: bool
    joined: bool
    sleepy: bool
    reachable: bool
    """Whether the hub can reach it now (ground truth); of anything but an emulated meter: whether it has joined."""
    battery_percent: float | None
    last_heard: At | None
    faults: tuple[str, ...]


class HomeBrief(Struct, frozen=True):
    """One home of several on a card."""

    name: str
    up: bool
    """Whether its HAN has come up."""
    faults: tuple[str, ...]
    verdict: Verdict | None
    """Of its latest check."""
    unreachable: tuple[str, ...]
    """Emulated nodes that the hub cannot reach."""


class BenchCard(Struct, frozen=True):
    """One bench at a glance."""

    bench: str
    title: str
    alive: bool
    """Whether the bench lives; `detail` says why it does not."""
    failed: bool
    """Whether a failure ended it."""
    up: bool
    """Whether the HAN has come up."""
    detail: str
    clock: ClockState
    """When this card was made."""
    seed: str
    rules: str
    nodes: tuple[NodeBrief, ...]
    faults: tuple[str, ...]
    scenario: str | None
    """Id of the scenario that plays."""
    verdict: Verdict | None
    """Of the latest check."""
    checks: int
    decisions: int
    decision: str
    """The latest decision, in words; empty: none yet."""
    frames: int
    last_event: int
    replay: bool = False
    """Whether this is a replay of a finished run, as it was at its end."""
    homes: tuple[HomeBrief, ...] = ()
    """Each home; empty: there is one, without a name."""


class ServiceState(Struct, frozen=True):
    """The service itself."""

    version: str
    process: int
    streams: int
    """Open streams of events."""
    refused: Annotated[dict[str, int], Meta(description="Requests that ended in an error, by its code")]


class Overview(Struct, frozen=True):
    """Every bench of a service."""

    service: ServiceState
    benches: tuple[BenchCard, ...]


def card_of(bench: LiveBench, *, alive: bool = True, failed: bool = False) -> BenchCard:
    """Return the card of a bench. Call it in the bench's thread, or when the bench has ended."""
    state, decision = bench_state(bench), bench.journal.last_decision
    told = "" if decision is None else decision.text
    nodes = [node for home in bench.homes.values() for node in home.nodes.seen.values()]
    return card(state, nodes, told, alive=alive, failed=failed)


def card(state: BenchState, nodes: Iterable[NodeState], decision: str, *, alive: bool, failed: bool) -> BenchCard:
    """Return the card of a bench in a state, whose nodes were last seen so. `decision`: the latest one, in words."""
    briefs = tuple(_brief(node) for node in nodes)
    known = {each.name: each for each in briefs}
    return BenchCard(
        bench=state.bench,
        title=state.title,
        alive=alive,
        failed=failed,
        up=state.up,
        detail=state.detail,
        clock=state.clock,
        seed=state.seed,
        rules=state.rules,
        nodes=briefs,
        faults=state.faults,
        scenario=None if state.scenario is None else state.scenario.id,
        verdict=None if state.last_check is None else state.last_check.verdict,
        checks=state.checks,
        decisions=state.decisions,
        decision=decision,
        frames=state.frames,
        last_event=state.last_event,
        replay=state.replay is not None,
        homes=tuple(_home_brief(home, known) for home in state.homes if home.name),
    )


def _home_brief(home: HomeState, known: dict[str, NodeBrief]) -> HomeBrief:
    nodes = [known[name] for name in home.nodes if name in known]
    return HomeBrief(
        name=home.name,
        up=home.up,
        faults=home.faults,
        verdict=None if home.last_check is None else home.last_check.verdict,
        unreachable=tuple(each.name for each in nodes if each.emulated and not each.reachable),
    )


def _brief(node: NodeState) -> NodeBrief:
    return NodeBrief(
        name=node.name,
        emulated=node.emulated,
        powered=node.powered,
        joined=node.joined,
        sleepy=node.sleepy,
        reachable=node.powered and node.joined and not node.obstacles,
        battery_percent=node.battery_percent,
        last_heard=node.last_heard,
        faults=node.faults,
    )
