"""The hub's services beside mirrors, one a file: the hub's part and its peer's.

Each part takes what it needs (a clock, the time) and offers a side of its cluster for the device's endpoint.
"""
