"""The host side of real USB dongles."""
