"""What is measured, and how: `python -m harness.benchmarks`."""
