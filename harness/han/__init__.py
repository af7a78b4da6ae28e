"""One HAN on one clock: settings, devices, radios, head end, and starting states."""
