"""The command eval: its subcommands, each imported when it is used, as most of them load much."""

from __future__ import annotations

from importlib import import_module

import click

_MODULES = {
    "run": "running",
    "score": "scoring",
    "compare": "comparing",
    "sweep": "sweeping",
    "mine": "mining",
    "judge": "judging",
}
"""Subcommands with the module of this package that holds each as `{name}_command`."""


class _Evaluation(click.Group):
    """The group of all subcommands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the help."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a subcommand and return it."""
        if cmd_name not in _MODULES:
            return None
        command = getattr(import_module(f"{__name__}.{_MODULES[cmd_name]}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)  # noqa: S101 - the table above says so
        return command


@click.group("eval", cls=_Evaluation)
def eval_command() -> None:
    """Measure how well searches rank, and find better settings.

    \b
    papra-index eval run beir/scifact/test -c ways.toml -o runs
    papra-index eval compare runs/plain.run runs/feedback.run

    Collections are ids of ir_datasets, folders in BEIR's layout, TREC documents, or the archive itself with a file of
    queries. All but run needs the extra eval: pip install 'papra-index[eval]'.
    """
