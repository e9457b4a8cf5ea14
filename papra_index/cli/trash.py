"""Commands on the trash: trash, restore, purge; only purge, which asks before, deletes anything."""

from __future__ import annotations

import click

from papra_index.cli.documents import print_documents
from papra_index.cli.each import apply_to_each
from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_page, take_place
from papra_index.cli.output import confirm, describe_listed, print_json_lines
from papra_index.cli.wording import clean_line, count_things


@click.command("trash")
@click.argument("documents", nargs=-1, metavar="[DOCUMENT...]")
@click.option("--list", "is_listing", is_flag=True, help="List what is in the trash instead.")
@take_page
@take_place
@take_json
@click.pass_context
def trash_command(
    ctx: click.Context,
    documents: tuple[str, ...],
    is_listing: bool,
    page_number: int,
    page_size: int,
    as_json: bool,
) -> None:
    """Move documents to the trash, or list it.

    What is in the trash is in no listing and no search. DOCUMENT is an id or the beginning of one.
    """
    if is_listing == bool(documents):
        raise click.UsageError("give documents to move to the trash, or --list to see what is in it.")
    with open_organization() as home:
        if not is_listing:

            def trash(reference: str) -> str:
                document = home.get(home.find_id(reference))
                home.trash(document.id)
                return f"Moved {clean_line(document.name)} to the trash."

            apply_to_each(ctx, documents, trash)
            return
        page = home.list_trash(page_index=page_number - 1, page_size=page_size)
    if as_json:
        print_json_lines(describe_listed(document) for document in page.documents)
    else:
        print_documents(page, "trashed document", trashed=True)


@click.command("restore")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@take_place
@click.pass_context
def restore_command(ctx: click.Context, documents: tuple[str, ...]) -> None:
    """Bring documents back from the trash, with their tags."""
    with open_organization() as home:

        def restore(reference: str) -> str:
            return f"Restored {clean_line(home.restore(home.find_id(reference)).name)}."

        apply_to_each(ctx, documents, restore)


@click.command("purge")
@click.argument("documents", nargs=-1, metavar="[DOCUMENT...]")
@click.option("--all", "everything", is_flag=True, help="Everything in the trash.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@take_place
@click.pass_context
def purge_command(ctx: click.Context, documents: tuple[str, ...], everything: bool, yes: bool) -> None:
    """Delete documents in the trash for good.

    Their originals are deleted too. DOCUMENT is an id or the beginning of one.
    """
    if everything == bool(documents):
        raise click.UsageError("give documents that are in the trash, or --all.")
    with open_organization() as home:
        count = home.statistics().deleted_documents_count if everything else len(documents)
        if count and not yes:
            things = count_things(count, "document")
            confirm(f"Delete {things} and the originals for good?")
        if everything:
            click.echo(f"Deleted {count_things(home.empty_trash(), 'document')}.")
            return

        def purge(reference: str) -> str:
            document = home.get(home.find_id(reference))
            home.purge(document.id)
            return f"Deleted {clean_line(document.name)}."

        apply_to_each(ctx, documents, purge)
