"""The command stats: how much there is, in the whole organization or of what a query finds."""

from __future__ import annotations

import click

from papra_index.cli.opening import choose_organization, open_archive, open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import describe_value, print_json, print_message
from papra_index.cli.search import describe_relaxation, join_query, print_issues
from papra_index.cli.wording import clean_line, describe_size


@click.command("stats", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("words", nargs=-1, metavar="[QUERY...]")
@take_place
@take_json
def stats_command(words: tuple[str, ...], as_json: bool) -> None:
    """Count documents and bytes, of all or of what a query finds.

    Of all, those in the trash too; of what a query finds, pages too, and documents and bytes by tag and month.
    """
    if words:
        _show_summary(join_query(words), as_json=as_json)
        return
    with open_archive() as archive:
        home = choose_organization(archive)
        counts = home.statistics()
        pending, changes = archive.pending_extractions(), archive.pending_changes()
        if as_json:
            print_json(
                {
                    "organization": home.details,
                    "documents_count": counts.documents_count,
                    "documents_size": counts.documents_size,
                    "deleted_documents_count": counts.deleted_documents_count,
                    "deleted_documents_size": counts.deleted_documents_size,
                    "total_documents_count": counts.total_documents_count,
                    "total_documents_size": counts.total_documents_size,
                    "tags_count": len(home.list_tags()),
                    "pending_extractions": pending,
                    "pending_changes": changes,
                }
            )
            return
        rows = [
            ("Documents", counts.documents_count, counts.documents_size),
            ("In the trash", counts.deleted_documents_count, counts.deleted_documents_size),
            ("Together", counts.total_documents_count, counts.total_documents_size),
        ]
        click.secho(clean_line(home.name), bold=True)
        for label, count, size in rows:
            click.echo(f"  {label:<14}{count:>12,}   {describe_size(size):>9}")
        click.echo(f"  {'Tags':<14}{len(home.list_tags()):>12,}")
        if pending or changes:
            click.echo(f"  {'To be read':<14}{pending:>12,}   in the whole archive; `papra-index wait` reads them")
            click.echo(f"  {'To be indexed':<14}{changes:>12,}   in the whole archive")


def _show_summary(query: str, *, as_json: bool) -> None:
    with open_organization() as home:
        summary = home.summarize(query)
    if as_json:
        print_json({"search_query": query, "summary": describe_value(summary)})
        return
    from papra_index.cli.counts import print_summary

    print_issues(query, summary.issues)
    if summary.relaxed is not None:
        print_message(describe_relaxation(summary.relaxed))
    print_summary(summary)
