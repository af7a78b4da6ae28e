"""Shell completion by click's protocol: the shell runs hanbench with an environment variable."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class, shell_complete

from hanbench.harness.cli import COMPLETION, PROGRAM

INSTALL = {
    "bash": 'In ~/.bashrc: eval "$(hanbench completion bash)"',
    "zsh": 'In ~/.zshrc: eval "$(hanbench completion zsh)"',
    "fish": "hanbench completion fish > ~/.config/fish/completions/hanbench.fish",
}
SHELLS = tuple(INSTALL)


def script(shell: str) -> str:
    """Return the completion script for a shell."""
    kind = get_completion_class(shell)
    assert kind is not None, "click knows these shells"
    # The script needs the program's name only; the shell runs the real group when it completes.
    return kind(click.Group(PROGRAM), {}, PROGRAM, COMPLETION).source()


def answer(group: click.Group, instruction: str) -> int:
    """Print the completions that a shell asks for; return the exit status."""
    return shell_complete(group, {}, PROGRAM, COMPLETION, instruction)
