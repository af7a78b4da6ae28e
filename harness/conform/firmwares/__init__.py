"""Wrong firmwares, with which the cases are tested: each is a small change of a healthy emulated device."""
