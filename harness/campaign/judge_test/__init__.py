"""The test of the judge: changed oracles on stored traces, and the coverage of the properties."""
