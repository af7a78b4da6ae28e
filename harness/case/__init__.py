"""A migration case: the installation, the planned events, the controller's vocabulary, and the trace."""
