"""Runs of many scenarios: the matrix of `hanbench verify`, and the workers that run it."""

from hanbench.harness.campaign.executor import Campaign, execute
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.controllers.lookup import controller_factory

__all__ = ["Campaign", "controller_factory", "execute", "matrix"]
