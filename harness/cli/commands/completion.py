"""`hanbench completion`: completion of commands, options and names in a shell."""

from __future__ import annotations

import click

from hanbench.harness.cli.completion import INSTALL, SHELLS, script
from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.output import print_verbatim
from hanbench.harness.cli.values import Choice


@click.command(cls=Command)
@click.argument("shell", type=Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL, which the shell must read at its start.

    \b
    bash: echo 'eval "$(hanbench completion bash)"' \\
            >> ~/.bashrc
    zsh:  echo 'eval "$(hanbench completion zsh)"' \\
            >> ~/.zshrc
    fish: hanbench completion fish \\
            > ~/.config/fish/completions/hanbench.fish
    """
    print_verbatim(f"# {INSTALL[shell]}\n{script(shell)}")
