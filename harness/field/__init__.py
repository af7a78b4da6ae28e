"""Captures that somebody else made, and what they prove about a gas meter."""

from hanbench.harness.field.diagnosis import Diagnosis, diagnose
from hanbench.harness.field.keys import FieldKeys, gather
from hanbench.harness.field.verdict import FieldVerdict

__all__ = ["Diagnosis", "FieldKeys", "FieldVerdict", "diagnose", "gather"]
