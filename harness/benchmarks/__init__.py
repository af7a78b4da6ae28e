"""What is measured, and how: `python -m hanbench.harness.benchmarks`."""
