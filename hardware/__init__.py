"""Real USB dongles: the host's side of Spinel over a serial port, finding dongles, and telling what they are."""
