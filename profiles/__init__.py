"""Data: cohorts, devices, rules, scenarios and benches, with their typed models and loader."""
