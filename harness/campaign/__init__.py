"""Many scenarios: the matrix that `hanbench verify` plays, and the workers that play it."""

from hanbench.harness.campaign.executor import Campaign, execute
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.controllers.lookup import controller_factory

__all__ = ["Campaign", "controller_factory", "execute", "matrix"]
