"""Many scenarios: the matrix that `hanbench verify` plays, and the workers that play it."""

from harness.campaign.controllers import controller_factory
from harness.campaign.executor import Campaign, execute
from harness.campaign.matrix import matrix

__all__ = ["Campaign", "controller_factory", "execute", "matrix"]
