"""Commands on custom properties: list, create, update and delete them; give documents values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import confirm, draw, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line, count_things
from papra_index.values.properties import Property, PropertyType

if TYPE_CHECKING:
    from papra_index.organization import Organization
    from papra_index.values.properties import PropertyOption


_TYPES = [kind.value for kind in PropertyType]


class _Kind(click.Choice[str]):
    """A type of property, with either of `-` and `_` between its words."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the type's name as the library has it."""
        return super().convert(value.replace("-", "_"), param, ctx)


@click.group("properties", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def properties_command(ctx: click.Context, as_json: bool) -> None:
    """List the custom properties; create, update, delete them."""
    if ctx.invoked_subcommand is None:
        _list_properties(as_json=as_json)


@properties_command.command("create")
@click.argument("name")
@click.option("--type", "kind", type=_Kind(_TYPES), default="text", show_default=True)
@click.option("--option", "options", multiple=True, metavar="NAME", help="An option of a select type; several times.")
@click.option("--description", help="What it is for.")
@click.option("--order", type=click.IntRange(0), default=0, show_default=True, help="Its place among the others.")
@take_place
@take_json
def create_property(
    name: str, kind: str, options: tuple[str, ...], description: str | None, order: int, as_json: bool
) -> None:
    """Create a property.

    \b
    papra-index properties create Amount --type number
    papra-index properties create State --type select --option Open --option Paid
    """
    if PropertyType(kind).has_options and not options:
        raise click.UsageError(f"a property of type {kind} has options: pass --option NAME, once for each.")
    with open_organization() as home:
        created = home.create_property(name, kind, options=options, description=description, display_order=order)
    _report("Created", created, as_json=as_json)


@properties_command.command("update")
@click.argument("property_reference", metavar="PROPERTY")
@click.option("--name", help="Another name.")
@click.option("--description", help="What it is for.")
@click.option("--order", type=click.IntRange(0), help="Its place among the others.")
@click.option("--add-option", "added", multiple=True, metavar="NAME", help="One more option, at the end.")
@click.option(
    "--rename-option", "renamed", nargs=2, multiple=True, metavar="OLD NEW", help="Another name of an option."
)
@click.option("--remove-option", "removed", multiple=True, metavar="NAME", help="An option to delete, values and all.")
@take_place
@take_json
def update_property(
    property_reference: str,
    name: str | None,
    description: str | None,
    order: int | None,
    added: tuple[str, ...],
    renamed: tuple[tuple[str, str], ...],
    removed: tuple[str, ...],
    as_json: bool,
) -> None:
    """Rename or describe a PROPERTY (name, key or id), change its place or its options."""
    if not any((name, description is not None, order is not None, added, renamed, removed)):
        raise click.UsageError("nothing to change: pass --name, --description, --order or changes of options.")
    with open_organization() as home:
        found = home.find_property(property_reference)
        options: list[tuple[str | None, str] | str] | None = None
        if added or renamed or removed:
            gone = {_find_option(found, option).id for option in removed}
            names = {_find_option(found, old).id: new for old, new in renamed}
            options = [(item.id, names.get(item.id, item.name)) for item in found.options if item.id not in gone]
            options += added
        changed = home.update_property(
            found.id,
            name=name,
            description=found.description if description is None else description,
            display_order=order,
            options=options,
        )
    _report("Updated", changed, as_json=as_json)


@properties_command.command("delete")
@click.argument("property_reference", metavar="PROPERTY")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@take_place
def delete_property(property_reference: str, yes: bool) -> None:
    """Delete a PROPERTY (name, key or id) and what documents have of it."""
    with open_organization() as home:
        found = home.find_property(property_reference)
        if not yes:
            confirm(f"Delete {clean_line(found.name)} and all its values?")
        home.delete_property(found.id)
    click.echo(f"Deleted {clean_line(found.name)}.")


@click.command("set")
@click.argument("arguments", nargs=-1, required=True, metavar="DOC... PROPERTY=VALUE...")
@take_place
def set_command(arguments: tuple[str, ...]) -> None:
    """Give documents values of custom properties.

    \b
    papra-index set doc_zhk0eepq amount=120.50 'due date=2026-03-31' state=open
    papra-index set doc_zhk0eepq doc_n0uxc0tu topics=car,home owner=

    Several options, users or documents stand with commas between them; without a value it is taken away. All of it is
    done or nothing.
    """
    references = [argument for argument in arguments if "=" not in argument]
    assigned = [argument.partition("=") for argument in arguments if "=" in argument]
    if not references or not assigned:
        raise click.UsageError("give at least one document and one PROPERTY=VALUE.")
    with open_organization() as home:
        ids = list(dict.fromkeys(map(home.find_id, references)))
        home.set_properties(ids, {name: _read_value(home, name, text) for name, _, text in assigned})
    click.echo(f"Set {count_things(len(assigned), 'value')} of {count_things(len(ids), 'document')}.")


def _read_value(home: Organization, name: str, text: str) -> object:
    from papra_index.organization.properties import read_property_value

    definition = home.find_property(name)
    if definition.type is PropertyType.DOCUMENT_RELATION:
        return [home.find_id(part.strip()) for part in text.split(",") if part.strip()]
    return read_property_value(definition, text) if text else None


def _find_option(found: Property, reference: str) -> PropertyOption:
    for option in found.options:
        if reference in (option.id, option.name):
            return option
    names = ", ".join(clean_line(option.name) for option in found.options) or "none"
    raise click.UsageError(f"{clean_line(found.name)} has no option {clean_line(reference)}, but {names}.")


def _list_properties(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table, shorten_id

    with open_organization() as home:
        listed = home.list_properties()
    if as_json:
        print_json_lines(listed)
        return
    if not listed:
        print_message("No properties yet: `papra-index properties create NAME --type TYPE` makes one.")
        return
    table = build_table("Property", "Type", "In queries", "Options", "Description", "Id")
    for item in listed:
        options = ", ".join(clean_line(option.name) for option in item.options)
        described = clean_line(item.description or "")
        table.add_row(clean_line(item.name), item.type.value, _ask_for(item), options, described, shorten_id(item.id))
    draw(table)


def _ask_for(item: Property) -> str:
    from papra_index.organization.properties import name_in_queries

    return f"{clean_line(name_in_queries(item))}:"


def _report(verb: str, item: Property, *, as_json: bool) -> None:
    if as_json:
        print_json(item)
        return
    click.echo(f"{verb} {clean_line(item.name)} ({item.id}).")
    asked = _ask_for(item)
    if asked.lower() != asked:
        print_message(f"In queries it is {asked} (or {item.id}:), as {asked.lower()} is a field of the language.")
