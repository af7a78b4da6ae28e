"""What Wireshark gets from hanbench: benches as interfaces, a profile to look at captures with, and keys."""
