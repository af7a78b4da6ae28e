"""`state`, `nodes`, `node`."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND
from hanbench.harness.control.answers import BenchState, NodeList
from hanbench.harness.control.bench_state import bench_state
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import NodeRequest, NodesRequest, StateRequest


async def state(bench: LiveBench, request: StateRequest) -> BenchState:
    """Tell the state of the bench."""
    return bench_state(bench)


async def nodes(bench: LiveBench, request: NodesRequest) -> NodeList:
    """Tell the state of every node."""
    nodes = bench.node_states if request.home is None else bench.home(request.home).nodes.states
    return NodeList(nodes, bench.clock.now / SECOND)


async def node(bench: LiveBench, request: NodeRequest) -> NodeState:
    """Tell the state of one node."""
    home, role = bench.node(request.node)
    return home.nodes.state(role)
