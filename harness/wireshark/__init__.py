"""The integration with Wireshark: benches as capture interfaces, a profile, and keys."""
