"""One HAN on one clock: its settings, devices and radios, what the head end sees of it, and the state it starts in."""
