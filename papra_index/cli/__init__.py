"""The command line: one command per verb of the library; the entry point alone is here, so that it loads at once."""

from __future__ import annotations


def main() -> None:
    """Run `papra-index` and leave with its exit status."""
    from papra_index.cli.program import program

    program(prog_name="papra-index")
