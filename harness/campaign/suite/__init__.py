"""The suite: the cases that `hanbench verify` plays. One dimension a file; `parts` says what is combined with what."""

from hanbench.harness.campaign.suite.suite import find, folder, ids, suite

__all__ = ["find", "folder", "ids", "suite"]
