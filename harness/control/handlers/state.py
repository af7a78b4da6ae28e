"""`state`, `nodes`, `node`."""

from __future__ import annotations

from hanbench.harness.control.answers import BenchState, NodeList
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import NodeRequest, NodesRequest, StateRequest


async def state(bench: LiveBench, request: StateRequest) -> BenchState:
    """Tell the state of the bench."""
    return bench.state()


async def nodes(bench: LiveBench, request: NodesRequest) -> NodeList:
    """Tell the state of every node."""
    return NodeList(tuple(bench.node(role) for role in bench.roles))


async def node(bench: LiveBench, request: NodeRequest) -> NodeState:
    """Tell the state of one node."""
    return bench.node(bench.role(request.node))
