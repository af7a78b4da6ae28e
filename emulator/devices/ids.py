"""Smart Energy device identifiers (SE 1.4a, table 5-13), and addresses that every HAN shares."""

RANGE_EXTENDER = 0x0008
ESI = 0x0500
METERING_DEVICE = 0x0501
IN_HOME_DISPLAY = 0x0502

HUB = 0x0000
"""Short address of the coordinator."""
HUB_ENDPOINT = 1
