"""The command search: hits with the passages that matched, and what was wrong with the query on stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import choose_organization, choose_sort, open_archive
from papra_index.cli.options import (
    take_cursor,
    take_facets,
    take_json,
    take_page,
    take_place,
    take_sort,
    tell_next_page,
)
from papra_index.cli.output import describe_listed, describe_value, draw, print_json, print_message, print_warning
from papra_index.results import Hit, QueryIssue, Relaxation, ResultPage, SearchRequest

if TYPE_CHECKING:
    from papra_index.organization import Organization

_LISTED_ISSUES = 10


@click.command("search", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("words", nargs=-1, metavar="QUERY...")
@click.option("--snippets", type=click.IntRange(0, 20), default=2, show_default=True, help="Passages for each hit.")
@take_facets
@click.option("--any", "any_word", is_flag=True, help="For whole questions: any of the plain words suffices.")
@click.option("--feedback", is_flag=True, help="With --any: what the best documents speak of counts, too.")
@click.option(
    "--time-zone", metavar="ZONE", help="Where today is meant, such as Europe/Berlin (default: setting, UTC)."
)
@click.option(
    "--organization",
    "names",
    multiple=True,
    metavar="ORG",
    help="In place of --org: search it together with others, which the option names, too.",
)
@click.option("--explain", is_flag=True, help="Say what was found where, and what each score consists of.")
@click.option("--no-relax", is_flag=True, help="Only what matches as typed: no other spellings, no fewer words.")
@click.option("--strict", is_flag=True, help="Refuse a query with mistakes in it.")
@take_sort
@take_page
@take_cursor
@take_place
@take_json
def search_command(
    words: tuple[str, ...],
    snippets: int,
    facets: tuple[str, ...],
    any_word: bool,
    feedback: bool,
    time_zone: str | None,
    names: tuple[str, ...],
    explain: bool,
    no_relax: bool,
    strict: bool,
    sort_name: str | None,
    descending: bool | None,
    page_number: int,
    page_size: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """Find documents by their text, name, tags and dates.

    \b
    papra-index search annual maintenance              both words
    papra-index search '"annual maintenance" -draft'   the phrase, without another word
    papra-index search 'tag:bills date:>=2024-06'      by tag and date
    papra-index search --any who repairs the roof      any of the words, best first

    Several arguments are joined by blanks; put a phrase with its quotes into single ones.
    """
    query = join_query(words)
    request = SearchRequest(
        query,
        page_index=page_number - 1,
        page_size=page_size,
        sort=choose_sort(sort_name, descending),
        snippets=snippets,
        facets=facets,
        strict=strict,
        matching="any" if any_word else "all",
        feedback=feedback,
        time_zone=time_zone,
        matched=explain or as_json,
        explain=explain,
        cursor=cursor,
        relax=not no_relax,
    )
    with open_archive() as archive:
        homes = [choose_organization(archive, name) for name in names or (None,)]
        page = archive.search_organizations(homes, request) if names else _search(homes[0], request)
    if as_json:
        print_json(describe_page(query, page))
        return
    print_issues(query, page.issues)
    print_rewriting(page)
    print_hits(page, by_cursor=cursor is not None, places={home.id: home.name for home in homes} if names else None)


def _search(home: Organization, request: SearchRequest) -> ResultPage:
    return home.search(**{field.name: getattr(request, field.name) for field in fields(request)})


def join_query(words: tuple[str, ...]) -> str:
    """Return the query that the arguments make. Raises a usage error for what looks like a mistyped option."""
    for word in words:
        if word.startswith("--") and " " not in word:
            raise click.UsageError(f"no such option: {word}. To search for it, put it in double and single quotes.")
    return " ".join(words)


def describe_page(query: str, page: ResultPage) -> dict[str, object]:
    """Return a page of results in the types of JSON."""
    return {
        "search_query": query,
        "documents_count": page.documents_count,
        "page_index": page.page_index,
        "page_size": page.page_size,
        "hits": [describe_hit(hit) for hit in page.hits],
        "facets": describe_value(page.facets),
        "issues": describe_value(page.issues),
        "expanded": describe_value(page.expanded),
        "ignored_words": describe_value(page.ignored_words),
        "next_cursor": page.next_cursor,
        "relaxed": describe_value(page.relaxed),
        "suggestion": page.suggestion,
        "statistics": describe_value(page.statistics),
    }


def describe_hit(hit: Hit) -> dict[str, object]:
    """Return a hit in the types of JSON."""
    described: dict[str, object] = {
        "score": hit.score,
        "document": describe_listed(hit.document),
        "name_highlights": describe_value(hit.name_highlights),
        "name_html": hit.name_html,
        "snippets": [_describe_properties(snippet, "html") for snippet in hit.snippets],
        "matched": describe_value(hit.matched),
    }
    if (explanation := hit.explanation) is not None:
        parts = [_describe_properties(part, "described") for part in explanation.parts]
        described["explanation"] = {"score": explanation.score, "parts": parts, "described": explanation.described}
    return described


def _describe_properties(value: object, *names: str) -> dict[str, object]:
    """Return a value's fields and the properties named."""
    described = describe_value(value)
    assert isinstance(described, dict)  # noqa: S101 - what becomes of a dataclass
    return described | {name: getattr(value, name) for name in names}


def print_issues(query: str, issues: tuple[QueryIssue, ...]) -> None:
    """Print on stderr what was wrong with the query, with a mark under the place."""
    if not issues:
        return
    from papra_index.cli.hits import draw_issue

    for issue in issues[:_LISTED_ISSUES]:
        print_warning(issue.message)
        draw(draw_issue(query, issue), errors=True)
    if len(issues) > _LISTED_ISSUES:
        print_message(f"… and {len(issues) - _LISTED_ISSUES:,} more: --json lists all")


def print_rewriting(page: ResultPage) -> None:
    """Print on stderr what the organization's synonyms and stop words did to the query."""
    for expansion in page.expanded:
        print_message(f"{expansion.text}: also searched for {', '.join(expansion.synonyms)} (synonyms)")
    if page.ignored_words:
        print_message(f"Left out: {', '.join(page.ignored_words)} (stop words)")


def print_hits(page: ResultPage, *, by_cursor: bool = False, places: Mapping[str, str] | None = None) -> None:
    """Print hits, facets and counts, for people; `places` are names of organizations to be told with their hits."""
    from papra_index.cli.hits import draw_hit, draw_range

    is_plain = not sys.stdout.isatty()
    if page.relaxed is not None:
        print_message(describe_relaxation(page.relaxed))
    draw(draw_range(page))
    for place, hit in enumerate(page.hits):
        draw("", draw_hit(page.page_index * page.page_size + place + 1, hit, is_plain=is_plain, places=places or {}))
    if page.facets:
        from papra_index.cli.counts import draw_facets

        draw("", draw_facets(page.facets, is_plain=is_plain))
    if page.statistics:
        from papra_index.cli.counts import print_property_statistics

        print_property_statistics([*page.statistics.values()])
    shown = page.page_index * page.page_size + len(page.hits)
    if page.hits and (page.next_cursor is not None if by_cursor else shown < page.documents_count):
        print_message(f"More: {tell_next_page(page.page_index, page.next_cursor, by_cursor=by_cursor)}")
    if page.suggestion is not None:
        print_message(f"Did you mean: {page.suggestion}")


def describe_relaxation(relaxed: Relaxation) -> str:
    """Return what was searched for instead of a query that nothing matches, as a sentence."""
    parts = ["Nothing matches as typed"]
    if relaxed.replaced:
        parts[0] += f": showing results for {relaxed.search_query}"
    if relaxed.words_needed is not None:
        parts.append(f"showing what has {relaxed.words_needed} or more of the words")
    if relaxed.left_out:
        parts.append(f"leaving out {', '.join(relaxed.left_out)}")
    return "; ".join(parts)


def show_search(organization: Organization, query: str, snippets: int = 2) -> ResultPage:
    """Search and print the hits, as the demonstration does; return the page."""
    page = organization.search(query, snippets=snippets, page_size=5)
    print_issues(query, page.issues)
    print_hits(page)
    return page
