"""What a hub offers to a home beside readings, a service a file: the hub's part and its listener's.

Each takes what it needs (a clock, the time, a way to send) and offers sides to be put on an endpoint.
"""
