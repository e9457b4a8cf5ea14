"""The program: its commands by section, imported when used, and the one door where errors become words.

exit 0    done
exit 1    not done, or not in full: refused, not found, damaged; some of the files could not be added
exit 2    what was typed is not valid: an option, a colour, an id of the wrong form, a page size
exit 130  stopped by Ctrl-C; 143 by SIGTERM, as services are
"""

from __future__ import annotations

import signal
import traceback
from importlib import import_module

import click

from papra_index import __version__
from papra_index.cli.options import take_place
from papra_index.cli.output import print_error, relay_warnings
from papra_index.cli.stopping import INTERRUPTED, TERMINATED, catch_termination, describe_stop
from papra_index.cli.wording import clean_text
from papra_index.errors import InvalidInput, InvalidQuery, PapraIndexError

SECTIONS = {
    "Archive": {"init": "archive", "stats": "statistics", "reindex": "keeping", "wait": "archive",
                "org": "organizations"},
    "Documents": {"add": "add", "sync": "sync", "put": "putting", "search": "search", "why": "why", "list": "documents",
                  "show": "documents", "update": "documents", "replace": "putting", "versions": "putting",
                  "principals": "principals", "activity": "documents"},
    "Words": {"suggest": "suggest", "terms": "suggest", "synonyms": "thesaurus", "stop-words": "thesaurus"},
    "Searches": {"similar": "resemblances", "duplicates": "resemblances", "saved": "saved"},
    "Tags": {"tag": "tags", "untag": "tags", "tags": "tags", "rules": "tagging_rules"},
    "Properties": {"properties": "properties", "set": "properties"},
    "Trash": {"trash": "trash", "restore": "trash", "purge": "trash"},
    "Safety": {"verify": "verify", "maintain": "keeping", "backup": "backup", "restore-backup": "backup",
               "export": "exchange", "import": "exchange"},
    "Relevance": {"eval": "evaluation"},
    "Server": {"serve": "serve", "token": "tokens", "webhooks": "webhooks"},
    "More": {"extract": "extract", "ocr-languages": "ocr_languages", "demo": "demo", "completion": "completion"},
}  # fmt: skip
"""Commands by section of the help, with the module of this package that holds each as `{name}_command`."""

_MODULES = {name: module for section in SECTIONS.values() for name, module in section.items()}


class Program(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the help."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a command and return it."""
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"papra_index.cli.{_MODULES[cmd_name]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)  # noqa: S101 - the table above says so
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named first; the error for an unknown one tells those written alike."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            alike = get_close_matches(args[0], _MODULES)
            if not alike:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(alike)}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands of each section."""
        for section, names in SECTIONS.items():
            commands = ((name, self.get_command(ctx, name)) for name in names)
            lines = [(f"{name:<13}", command.get_short_help_str(64)) for name, command in commands if command]
            with formatter.section(section):
                formatter.write_dl(lines)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error becomes one line and an exit status, a traceback only with --debug."""
        relay_warnings()
        with catch_termination() as termination:
            try:
                return self._run(ctx)
            except click.exceptions.Exit as end:
                ctx.exit(TERMINATED if end.exit_code == INTERRUPTED and termination.made else end.exit_code)
            except KeyboardInterrupt:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # one more ends it without a trace
                print_error(describe_stop(ctx.invoked_subcommand))
                ctx.exit(TERMINATED if termination.made else INTERRUPTED)

    def _run(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except InvalidQuery as error:
            reason, *place = error.message.split("\n")
            _explain(ctx, reason)
            for line in place:
                click.echo(f"  {clean_text(line)}", err=True)
            ctx.exit(2)
        except PapraIndexError as error:
            _explain(ctx, error.message)
            ctx.exit(2 if isinstance(error, InvalidInput) else 1)
        except OSError as error:
            _explain(ctx, f"{error.filename}: {error.strerror}" if error.filename else str(error))
            ctx.exit(1)
        except Exception as error:
            _explain(ctx, f"unexpected {type(error).__name__}: {error}; --debug before the command shows where")
            ctx.exit(1)


def _explain(ctx: click.Context, message: str) -> None:
    if ctx.params.get("debug"):
        click.echo(traceback.format_exc(), err=True, nl=False)
    print_error(message)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@take_place
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="papra-index", message="%(prog)s %(version)s")
def program(debug: bool) -> None:
    """Archive documents and find them again by their text.

    \b
    papra-index --archive ~/papers init
    papra-index --archive ~/papers add ~/scans
    papra-index --archive ~/papers search 'tag:bills "annual maintenance"'

    Exit status: 0 done; 1 not done, or not in full; 2 what was typed is not valid; 130 stopped by Ctrl-C,
    143 by SIGTERM.
    """
