"""A soak (`python -m tests.support.soak`): homes are kept and served for a day of their clock, and nothing may grow."""
