"""What is done to the HAN: checks, faults, migration, judgement."""
