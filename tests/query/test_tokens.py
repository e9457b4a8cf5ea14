from __future__ import annotations

import pytest

from papra_index.query.tokens import MAX_QUERY_LENGTH, MAX_TOKENS, TokenKind, scan_tokens


def show_tokens(query: str) -> list[str]:
    """Write tokens shortly: `field|comparator|value` for filters, quoted text, operators as they are."""
    shown = []
    for token in scan_tokens(query).tokens:
        if token.kind in (TokenKind.FILTER, TokenKind.FIELD):
            text = f"{token.field}|{token.comparator}|{'=' * token.is_exact}{token.value}"
        else:
            text = f"{'=' * token.is_exact}'{token.value}'" if token.kind is TokenKind.TEXT else token.kind.value
        if token.distance is not None:
            text += f"~{token.distance}"
        shown.append(text + (f"^{token.boost:g}" if token.boost != 1 else ""))
    return shown


@pytest.mark.parametrize(
    ("query", "tokens"),
    [
        ("foo(bar)", ["'foo'", "(", "'bar'", ")"]),
        ('"foo"bar', ["'foo'", "'bar'"]),
        ('"(a) OR b"', ["'(a) OR b'"]),
        (r'"a\"b\\c"', [r"""'a"b\c'"""]),
        ("a and B Or nOT", ["'a'", "AND", "'B'", "OR", "NOT"]),
        ('"AND"', ["'AND'"]),
        ("-foo", ["NOT", "'foo'"]),
        ("--foo", ["NOT", "'-foo'"]),
        ("-AND", ["NOT", "'AND'"]),
        ('-"a b"', ["NOT", "'a b'"]),
        ('-"a b":c', ["NOT", "a b|=|c"]),
        ("-tag:x", ["NOT", "tag|=|x"]),
        ("-(a)", ["NOT", "(", "'a'", ")"]),
        ("- a -", ["'-'", "'a'", "'-'"]),
        ("foo-bar", ["'foo-bar'"]),
        (r"a\ b", ["'a\\'", "'b'"]),
        (r"a\-b", ["'a-b'"]),
        (r"http\://x", ["'http://x'"]),
        ("http://x", ["http|=|//x"]),
        ("tag:x:y", ["tag|=|x:y"]),
        (r"a\:b:c\:d\e", ["a:b|=|c:d\\e"]),
        (":x", ["|=|x"]),
        ('"":x', ["|=|x"]),
        ("tag: x", ["tag|=|x"]),
        ('tag:"a b" c', ["tag|=|a b", "'c'"]),
        ("created:> 2024", ["created|>|2024"]),
        ("created:>=2024", ["created|>=|2024"]),
        ("tag:= x", ["tag|=|x"]),
        ('tag:>"a b"', ["tag|>|a b"]),
        ('tag:a"b c"', ["tag|=|a", "'b c'"]),
        ('tag: a"b', ['tag|=|a"b']),
        (r"tag: a\-b", ["tag|=|a-b"]),
        ("created:!=2024", ["created|=|!=2024"]),
        ("created:<>2024", ["created|<|>2024"]),
        ("tag:(a b)", ["tag|=|", "(", "'a'", "'b'", ")"]),
        ("size:>(a b)", ["size|>|", "(", "'a'", "'b'", ")"]),
        ("-name: (a)", ["NOT", "name|=|", "(", "'a'", ")"]),
        ("+foo +tag:x", ["'foo'", "tag|=|x"]),
        ('+"a b" +(c) + d+', ["'a b'", "(", "'c'", ")", "'+'", "'d+'"]),
        ("+AND +-a ++b", ["'AND'", "'-a'", "'+b'"]),
        ('="a b" -="c"', ["='a b'", "NOT", "='c'"]),
        ('=a = "b"', ["'=a'", "'='", "'b'"]),
        ('name:=="a b" name:="c"', ["name|=|=a b", "name|=|c"]),
        ('a^2 "a b"^0.5 (c)^3 d', ["'a'^2", "'a b'^0.5", "(", "'c'", ")^3", "'d'"]),
        ('"a b"~5 "a"~0^2 ="a b"~3', ["'a b'~5", "'a'~0^2", "='a b'~3"]),
        ('name:"a b"~5 a~5 "a"~ "a"~x', ["name|=|a b~5", "'a~5'", "'a'", "'~'", "'a'", "'~x'"]),
        ("a NEAR/5 b near/5 NEAR NEAR/x", ["'a'", "NEAR~5", "'b'", "'near/5'", "'NEAR'", "'NEAR/x'"]),
        ("-NEAR/5 +NEAR/5 (a)~5", ["NOT", "'NEAR/5'", "'NEAR/5'", "(", "'a'", ")", "'~5'"]),
        ('="a"^2 name:"b"^2 name:b^2', ["='a'^2", "name|=|b^2", "name|=|b^2"]),
        (r"a\^2 ^2 a^b a^ a^2x", ["'a^2'", "'^2'", "'a^b'", "'a^'", "'a^2x'"]),
        ('"a"^2x tag:x^2', ["'a'", "'^2x'", "tag|=|x^2"]),
        ('"due date":>=2026', ["due date|>=|2026"]),
        ('"due date": >=2026', ["due date|=|>=2026"]),
        ("a,b", ["'a,b'"]),
        ("a\u00a0b\u3000c\ufeffd\x00e\u2028f", ["'a'", "'b'", "'c'", "'d'", "'e'", "'f'"]),
        ("a\x1cb\u200bc", ["'a\x1cb\u200bc'"]),
        ("tag:\ud800", ["tag|=|\ufffd"]),
        ('"a\x00b"', ["'a b'"]),
    ],
)
def test_query_splits_as_in_the_contract(query: str, tokens: list[str]) -> None:
    scanned = scan_tokens(query)
    assert show_tokens(query) == tokens
    assert [issue.code for issue in scanned.issues] == (["negated-group"] if query == "-(a)" else [])


@pytest.mark.parametrize(
    ("query", "spans"),
    [
        ('  foo "a b"', ["foo", '"a b"']),
        ('-"x y":z', ["-", '"x y":z']),
        ('tag:  "a b"  c', ['tag:  "a b"', "c"]),
        ("tag:   ", ["tag:"]),
        ("(a)OR", ["(", "a", ")", "OR"]),
    ],
)
def test_tokens_know_where_they_stand(query: str, spans: list[str]) -> None:
    assert [query[token.start : token.end] for token in scan_tokens(query).tokens] == spans


@pytest.mark.parametrize(
    ("query", "value"),
    [('x "a b', "a b"), ('x "', ""), ('x "a\\', "a"), (r'x "a\"', 'a"'), ('x tag:"a b', "a b")],
)
def test_unclosed_quote_takes_the_rest(query: str, value: str) -> None:
    scanned = scan_tokens(query)
    assert scanned.tokens[-1].value == value
    assert [(issue.code, query[issue.start]) for issue in scanned.issues] == [("unclosed-quoted-string", '"')]
    assert scanned.issues[0].end == len(query)


def test_tokens_behind_a_plus_sign_are_required() -> None:
    tokens = scan_tokens('+a b +"c" + d +tag:e +(f) -g +').tokens
    required = [token.value or token.kind.value for token in tokens if token.is_required]
    assert required == ["a", "c", "e", "("]


@pytest.mark.parametrize(
    ("query", "boost"), [("a^0", 0.01), ("a^0.001", 0.01), ('"a"^101', 100), ("(a)^9999.999", 100), ("a^1000", 100)]
)
def test_weight_out_of_range_is_reported_and_the_nearest_taken(query: str, boost: float) -> None:
    scanned = scan_tokens(query)
    assert scanned.tokens[-1].boost == boost
    assert [(issue.code, query[issue.start : issue.end]) for issue in scanned.issues] == [
        ("boost-out-of-range", query[query.index("^") :])
    ]


@pytest.mark.parametrize(("query", "distance"), [("a NEAR/0 b", 1), ("a NEAR/10001 b", 100), ('"a b"~99999', 100)])
def test_distance_out_of_range_is_reported_and_the_nearest_taken(query: str, distance: int) -> None:
    scanned = scan_tokens(query)
    assert [token.distance for token in scanned.tokens if token.distance is not None] == [distance]
    assert [issue.code for issue in scanned.issues] == ["distance-out-of-range"]


def test_the_201st_token_is_dropped_and_reported() -> None:
    at_limit = "a " * MAX_TOKENS
    assert scan_tokens(at_limit).issues == ()
    scanned = scan_tokens(at_limit + "b c")
    assert len(scanned.tokens) == MAX_TOKENS
    assert [(issue.code, issue.start, issue.end) for issue in scanned.issues] == [
        ("max-tokens-exceeded", len(at_limit), len(at_limit) + 3)
    ]


def test_negated_item_is_two_tokens() -> None:
    scanned = scan_tokens("-a " * (MAX_TOKENS // 2 + 1))
    assert len(scanned.tokens) == MAX_TOKENS
    assert scanned.issues[0].code == "max-tokens-exceeded"


@pytest.mark.parametrize(
    ("fill", "kept"),
    [("a", MAX_QUERY_LENGTH), ("\U0001f389", MAX_QUERY_LENGTH // 2), ("é", MAX_QUERY_LENGTH)],
)
def test_query_is_cut_at_1024_utf16_units(fill: str, kept: int) -> None:
    assert scan_tokens(fill * kept).issues == ()
    scanned = scan_tokens(fill * (kept + 7))
    assert scanned.tokens[0].value == fill * kept
    assert [(issue.code, issue.start, issue.end) for issue in scanned.issues] == [("query-too-long", kept, kept + 7)]


def test_cut_does_not_halve_a_character() -> None:
    assert scan_tokens("a" * 1023 + "\U0001f389").tokens[0].value == "a" * 1023
