"""The device under test, at arm's length: a radio, power, and a button."""
