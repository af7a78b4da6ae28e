"""Pure functions and key objects: CCM*, MMO hash, derived keys, install codes (R22, chapter 4 and annexes A, B)."""
