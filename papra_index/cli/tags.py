"""Commands on tags: tag and untag documents; list, create, update and delete the tags themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from papra_index.cli.each import apply_to_each
from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import confirm, draw, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line, count_things
from papra_index.errors import TagAlreadyExists, TagNotFound

if TYPE_CHECKING:
    from papra_index.documents import Tag
    from papra_index.organization import Organization

_COLOR = "#808080"


@click.command("tag")
@click.argument("document")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@click.option("--create", is_flag=True, help="Make tags that do not exist.")
@click.option("--color", default=_COLOR, metavar="HEX", help="Colour of tags that are made, such as #2ECC71.")
@take_place
@click.pass_context
def tag_command(ctx: click.Context, document: str, tags: tuple[str, ...], create: bool, color: str) -> None:
    """Put tags on a document.

    DOCUMENT is an id or the beginning of one, TAG a name or an id.
    """
    with open_organization() as home:
        document_id = home.find_id(document)

        def put(name: str) -> str:
            tag = find_or_create_tag(home, name, color) if create else find_tag(home, name)
            home.tag(document_id, tag.id)
            return f"Tagged with {clean_line(tag.name)}."

        apply_to_each(ctx, tags, put)


@click.command("untag")
@click.argument("document")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@take_place
@click.pass_context
def untag_command(ctx: click.Context, document: str, tags: tuple[str, ...]) -> None:
    """Take tags off a document.

    DOCUMENT is an id or the beginning of one, TAG a name or an id.
    """
    with open_organization() as home:
        document_id = home.find_id(document)

        def take(name: str) -> str:
            tag = find_tag(home, name)
            home.untag(document_id, tag.id)
            return f"No longer tagged with {clean_line(tag.name)}."

        apply_to_each(ctx, tags, take)


@click.group("tags", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def tags_command(ctx: click.Context, as_json: bool) -> None:
    """List the tags; create, update and delete them."""
    if ctx.invoked_subcommand is None:
        _list_tags(as_json=as_json)


@tags_command.command("list")
@take_place
@take_json
def list_tags(as_json: bool) -> None:
    """List the tags with their documents."""
    _list_tags(as_json=as_json)


@tags_command.command("create")
@click.argument("name")
@click.option("--color", default=_COLOR, metavar="HEX", show_default=True, help="Its colour, such as #2ECC71.")
@click.option("--description", help="What it is for.")
@take_place
@take_json
def create_tag(name: str, color: str, description: str | None, as_json: bool) -> None:
    """Create a tag called NAME."""
    with open_organization() as home:
        tag = home.create_tag(name, color=color, description=description)
    _report_tag("Created", tag, as_json=as_json)


@tags_command.command("update")
@click.argument("tag")
@click.option("--name", help="Another name.")
@click.option("--color", metavar="HEX", help="Another colour, such as #2ECC71.")
@click.option("--description", help="What it is for.")
@take_place
@take_json
def update_tag(tag: str, name: str | None, color: str | None, description: str | None, as_json: bool) -> None:
    """Rename, recolour or describe a TAG (name or id)."""
    if name is None and color is None and description is None:
        raise click.UsageError("nothing to change: pass --name, --color or --description.")
    with open_organization() as home:
        changed = home.update_tag(find_tag(home, tag).id, name=name, color=color, description=description)
    _report_tag("Updated", changed, as_json=as_json)


@tags_command.command("delete")
@click.argument("tag")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@take_place
def delete_tag(tag: str, yes: bool) -> None:
    """Delete a TAG (name or id); its documents stay."""
    with open_organization() as home:
        found = find_tag(home, tag)
        count = count_things(found.documents_count or 0, "document")
        if not yes:
            confirm(f"Delete {clean_line(found.name)} and take it off {count}?")
        home.delete_tag(found.id)
    click.echo(f"Deleted {clean_line(found.name)}, which was on {count}.")


def find_tag(organization: Organization, reference: str) -> Tag:
    """Return the tag of this id or name, letter case apart. Raises TagNotFound."""
    wanted = reference.strip().lower()
    for tag in organization.list_tags():
        if reference == tag.id or wanted == tag.normalized_name:
            return tag
    raise TagNotFound(f"there is no tag {reference!r}: see `papra-index tags`, or pass --create to `papra-index tag`")


def find_or_create_tag(organization: Organization, reference: str, color: str = _COLOR) -> Tag:
    """Return the tag of this id or name, made if there is none."""
    try:
        return find_tag(organization, reference)
    except TagNotFound:
        try:
            return organization.create_tag(reference, color=color)
        except TagAlreadyExists:  # made meanwhile by another process
            return find_tag(organization, reference)


def _list_tags(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table, draw_tags, shorten_id

    with open_organization() as home:
        tags = home.list_tags()
    if as_json:
        print_json_lines(tags)
        return
    if not tags:
        print_message("No tags yet: `papra-index tags create NAME` makes one.")
        return
    table = build_table("Tag", ">Documents", "Colour", "Description", "Id")
    for tag in sorted(tags, key=lambda tag: tag.normalized_name):
        description = clean_line(tag.description or "")
        table.add_row(draw_tags([tag]), f"{tag.documents_count:,}", tag.color, description, shorten_id(tag.id))
    draw(table)


def _report_tag(verb: str, tag: Tag, *, as_json: bool) -> None:
    if as_json:
        print_json(tag)
    else:
        click.echo(f"{verb} {clean_line(tag.name)} ({tag.id}).")
