"""The command rules: tagging rules are listed, created, changed, deleted and applied to what is archived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import draw, open_console, print_json, print_json_lines, print_message
from papra_index.cli.tags import find_tag
from papra_index.cli.wording import clean_line, count_things
from papra_index.documents import UNCHANGED
from papra_index.values.tagging_rules import MatchMode, RuleField, RuleOperator, TaggingRule

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_CONDITION = click.Tuple([click.Choice([*map(str, RuleField)]), click.Choice([*map(str, RuleOperator)]), str])


def _take_rule(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a rule's parts."""
    for option in (
        click.option("--description", help="What it is for."),
        click.option("--mode", type=click.Choice([*map(str, MatchMode)]), help="How many conditions have to hold."),
        click.option(
            "--if", "conditions", type=_CONDITION, multiple=True, metavar="FIELD OPERATOR VALUE",
            help="A condition on name or content: equal, not_equal, contains, not_contains, starts_with, ends_with.",
        ),
        click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag to give (name or id); several."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.group("rules", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def rules_command(ctx: click.Context, as_json: bool) -> None:
    """List the tagging rules; create, change, delete, apply them."""
    if ctx.invoked_subcommand is None:
        _list_rules(as_json=as_json)


@rules_command.command("list")
@take_place
@take_json
def list_rules(as_json: bool) -> None:
    """List the tagging rules."""
    _list_rules(as_json=as_json)


@rules_command.command("create")
@click.argument("name")
@_take_rule
@take_place
@take_json
def create_rule(
    name: str,
    tags: tuple[str, ...],
    conditions: tuple[tuple[str, str, str], ...],
    mode: str | None,
    description: str | None,
    as_json: bool,
) -> None:
    """Have documents tagged once they are read, where the conditions hold.

    \b
    papra-index rules create Bills --if content contains invoice --tag bills
    """
    with open_organization() as home:
        tag_ids = [find_tag(home, tag).id for tag in tags]
        rule = home.create_tagging_rule(
            name, tag_ids=tag_ids, conditions=conditions, match_mode=mode or "all", description=description
        )
    _report("Created", rule, as_json=as_json)


@rules_command.command("update")
@click.argument("rule_id", metavar="RULE")
@click.option("--name", help="Another name.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether it runs by itself.")
@_take_rule
@take_place
@take_json
def update_rule(
    rule_id: str,
    name: str | None,
    enabled: bool | None,
    tags: tuple[str, ...],
    conditions: tuple[tuple[str, str, str], ...],
    mode: str | None,
    description: str | None,
    as_json: bool,
) -> None:
    """Change a RULE (its id); conditions and tags that are given replace those it has."""
    with open_organization() as home:
        rule = home.update_tagging_rule(
            rule_id,
            name=UNCHANGED if name is None else name,
            tag_ids=[find_tag(home, tag).id for tag in tags] or UNCHANGED,
            conditions=conditions or UNCHANGED,
            match_mode=UNCHANGED if mode is None else mode,
            description=UNCHANGED if description is None else description,
            enabled=UNCHANGED if enabled is None else enabled,
        )
    _report("Changed", rule, as_json=as_json)


@rules_command.command("delete")
@click.argument("rule_id", metavar="RULE")
@take_place
def delete_rule(rule_id: str) -> None:
    """Delete a RULE (its id); the tags it gave stay."""
    with open_organization() as home:
        rule = home.get_tagging_rule(rule_id)
        home.delete_tagging_rule(rule_id)
    click.echo(f"Deleted {clean_line(rule.name)}.")


@rules_command.command("apply")
@click.argument("rule_id", metavar="[RULE]", required=False)
@click.option("--dry-run", is_flag=True, help="Only tell what would be tagged.")
@take_place
@take_json
def apply_rules(rule_id: str | None, dry_run: bool, as_json: bool) -> None:
    """Tag what is archived by a RULE (its id), or by all that are enabled."""
    from papra_index.cli.progress import show_progress

    with open_organization() as home:
        if not dry_run:
            with show_progress(open_console(errors=True), "Tagging") as progress:
                tagged = home.apply_tagging_rules(rule_id, progress=progress)
            if as_json:
                print_json({"tagged": tagged})
            else:
                click.echo(f"Tagged {count_things(tagged, 'document')}.")
            return
        names = {tag.id: tag.name for tag in home.list_tags()}
        for match in home.match_tagging_rules(rule_id):
            if as_json:
                print_json_lines([match])
            else:
                given = ", ".join(clean_line(names[tag_id]) for tag_id in match.tag_ids)
                click.echo(f"{match.document_id}  {clean_line(match.name)}  would get {given}")


def _list_rules(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table

    with open_organization() as home:
        rules, names = home.list_tagging_rules(), {tag.id: tag.name for tag in home.list_tags()}
    if as_json:
        print_json_lines(rules)
        return
    if not rules:
        print_message("No tagging rules yet: `papra-index rules create NAME --tag TAG` makes one.")
        return
    table = build_table("Id", "Name", "~If", "Tags", "State")
    for rule in rules:
        joint = " and " if rule.match_mode is MatchMode.ALL else " or "
        told = joint.join(f"{item.field} {item.operator} {item.value!r}" for item in rule.conditions)
        given = ", ".join(clean_line(names.get(tag_id, "(deleted)")) for tag_id in rule.tag_ids)
        state = "enabled" if rule.enabled else "disabled"
        table.add_row(rule.id, clean_line(rule.name), clean_line(told or "always"), given, state)
    draw(table)


def _report(what: str, rule: TaggingRule, *, as_json: bool) -> None:
    if as_json:
        print_json(rule)
    else:
        click.echo(f"{what} {clean_line(rule.name)} ({rule.id}).")
