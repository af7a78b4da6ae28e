"""What Wireshark gets from hanbench: benches as interfaces to capture from, a profile to look at them with, and keys."""
