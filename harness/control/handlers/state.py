"""`state`, `nodes`, `node`."""

from __future__ import annotations

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
    return NodeList(tuple(bench.nodes.state(role) for role in bench.nodes.roles))


async def node(bench: LiveBench, request: NodeRequest) -> NodeState:
    """Tell the state of one node."""
    return bench.nodes.state(bench.nodes.role(request.node))
