"""`hanbench completion`: what a shell needs to complete hanbench's commands, options and names."""

from __future__ import annotations

import click

from hanbench.harness.cli.completion import INSTALL, SHELLS, script


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of SHELL, to be read by it at its start.

    \b
    bash: echo 'eval "$(hanbench completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(hanbench completion zsh)"' >> ~/.zshrc
    fish: hanbench completion fish > ~/.config/fish/completions/hanbench.fish
    """
    click.echo(f"# {INSTALL[shell]}\n{script(shell)}")
