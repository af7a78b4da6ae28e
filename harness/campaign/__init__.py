"""Runs of many scenarios: the matrix of `hanbench verify`, and the workers that run it."""

from hanbench.harness.campaign.executor import Campaign, Result, execute
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.campaign.workers import Lost
from hanbench.harness.controllers.lookup import controller_factory

__all__ = ["Campaign", "Lost", "Result", "controller_factory", "execute", "matrix"]
