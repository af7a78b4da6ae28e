"""The system under test: lookup and transport of controllers, the reference, and deliberately wrong controllers."""
