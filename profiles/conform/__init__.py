"""What a vendor states of a device under test: PICS (which features it claims) and PIXIT (values that a test needs)."""
