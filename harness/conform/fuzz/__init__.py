"""Fuzzing of a device under test: mutated and malformed frames at every layer, and what the device makes of them."""
