"""The command completion: the script by which a shell completes the names of commands and options."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_PAPRA_INDEX_COMPLETE"


@click.command("completion")
@click.argument("shell", required=False, type=click.Choice(_SHELLS))
@click.pass_context
def completion_command(ctx: click.Context, shell: str | None) -> None:
    """Print the script for shell completion.

    SHELL is yours unless given.

    \b
    bash   eval "$(papra-index completion bash)"     in ~/.bashrc
    zsh    eval "$(papra-index completion zsh)"      in ~/.zshrc
    fish   papra-index completion fish | source      in ~/.config/fish/config.fish
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    kind = get_completion_class(name) if name in _SHELLS else None
    if kind is None:
        raise click.UsageError(f"which shell? Pass one of {', '.join(_SHELLS)}.")
    complete = kind(ctx.find_root().command, {}, "papra-index", _VARIABLE)
    click.echo(complete.source_template % complete.source_vars())
