"""The suite: the cases that `hanbench verify` plays. One dimension a file; `parts` says what is combined with what."""

from hanbench.harness.campaign.suite.suite import folder, suite

__all__ = ["folder", "suite"]
