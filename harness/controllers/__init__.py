"""The system under test: how a controller is found and reached, the reference, and those that are wrong on purpose."""
