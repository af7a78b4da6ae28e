"""Physical USB dongles: the host's end of Spinel on a serial port, and the discovery and probing of dongles."""
