"""Spinel, the protocol between a host and an OpenThread radio co-processor: the codec for both ends."""
