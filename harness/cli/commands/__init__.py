"""The declarations of the commands: options and help, one file each.

The code of a command is in the module of the same name in `hanbench.harness.cli`. It is imported when the command runs,
so that help and completion import nothing heavy.
"""
