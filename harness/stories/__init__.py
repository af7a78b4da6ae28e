"""HAN stories: the radio side of a case, told on real frames, and remembered for the run."""
