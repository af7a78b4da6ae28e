"""IEEE 802.15.4 medium access: frames, scanning, association, polling and the indirect queue."""
