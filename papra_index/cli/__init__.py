"""The command line: one command per verb of the library; the entry point alone is here, so that it loads at once."""

from __future__ import annotations


def main() -> None:
    """Run `papra-index` and leave with its exit status."""
    import os
    import sys

    # A stream that was closed (`>&-`) is None, which neither click nor rich expects everywhere.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    from papra_index.cli.program import program

    program(prog_name="papra-index")
