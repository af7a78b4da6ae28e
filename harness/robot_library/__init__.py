"""The library for Robot Framework: `Library    hanbench.robot`. See docs/robot.md."""
