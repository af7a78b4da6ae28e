"""The network layer: frames and commands, neighbours, joining, the parent's side, maintenance (R22, chapter 3)."""
