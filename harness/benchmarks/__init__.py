"""The benchmarks, run as `python -m hanbench.harness.benchmarks`."""
