"""The commands as the command line knows them: options and help, a file each.

What a command does stands in the module of its name in `hanbench.harness.cli`, and is imported when it runs, so that
help and completion import nothing heavy.
"""
