"""The application support sub-layer: delivery, fragmentation, keys and the Trust Centre (R22, chapters 2.2 and 4)."""
