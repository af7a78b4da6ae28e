"""The harness around a HAN: checks, faults, controllers, oracle, captures, reports and the command line."""
