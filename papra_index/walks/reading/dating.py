"""The step `date` of the walk `extract`: from the text of a first page to the day that the document says it is of.

Every day that is written there is judged by what stands around it, and none is better than a wrong one: days to pay by,
of birth, of a period or of another letter are what a page is full of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from papra_index.conventions.folding import fold_text
from papra_index.conventions.times import to_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import Page
from papra_index.index.months import MONTHS

_CHARACTERS = 8_000
"""Of a first page, what is looked at."""

EARLIEST = date(1900, 1, 1)
"""A day before is taken for a misreading, as is one more than `_AHEAD` after the day of reading."""

_AHEAD = timedelta(days=2)
_LEAST_SCORE = 3.0
_TOP_LINES, _HEAD_LINES = 20, 5
_LEAD = 60
"""Characters on the line before a day in which words say what it is."""

_MARKED = re.compile(
    r"(?<![\w.,/-])(?P<first>[0-9]{1,2})(?P<mark>[./-])\s?(?P<second>[0-9]{1,2})(?P=mark)\s?(?P<year>[0-9]{4}|[0-9]{2})"
    r"(?![\w]|[./-][0-9])"
)
_ISO = re.compile(
    r"(?<![\w./-])(?P<year>(?:19|20)[0-9]{2})(?P<mark>[-./])(?P<second>[0-9]{1,2})(?P=mark)(?P<first>[0-9]{1,2})(?![0-9])"
)
_WRITTEN = re.compile(
    r"(?<![\w.,/-])(?P<first>[0-9]{1,2})(?:st|nd|rd|th|er|o)?[.,]?[ \-/]{0,2}(?:de |of )?(?P<name>[^\W\d_]{3,12})"
    r"[.,]{0,2}[ \-/]{0,2}(?:del? )?(?P<year>[0-9]{4})(?!\w)"
)
_NAME_FIRST = re.compile(
    r"(?<!\w)(?P<name>[^\W\d_]{3,12})\.? {1,2}(?P<first>[0-9]{1,2})(?:st|nd|rd|th)?,? {1,2}(?P<year>[0-9]{4})(?!\w)"
)
_JOINED = re.compile(r"(?<!\w)(?P<year>[0-9]{4})年 ?(?P<second>[0-9]{1,2})月 ?(?P<first>[0-9]{1,2})日")
_FORMS = (_ISO, _MARKED, _WRITTEN, _NAME_FIRST, _JOINED)

# Words before a day, folded; the last one counts, of two that end together the longer.
_SURE = (
    r"(?:rechnungs|beleg|ausstellungs|brief|quittungs|bon)datum|ausgestellt am|rechnung vom|angebot vom"
    r"|bescheid vom|(?:invoice|bill|issue|tax|receipt|statement|document|letter) date|date of (?:issue|invoice)"
    r"|date issued|issued(?: on)?|dated?(?: and signed)?|signed(?: on)?|signed at [^\W\d_]+(?: on)?"
    r"|date (?:de (?:la )?facture|de facturation|d'emission|d'etablissement)|facture du|emise? le"
    r"|fait a [^\W\d_]+,? le|fait le|etabli le|fecha(?: de (?:la )?(?:factura|emision|expedicion))?|emitid[ao] el"
    r"|expedid[ao] el|data(?: (?:della )?fattura| (?:di )?emissione| documento| da fatura| de emissao)?"
    r"|emess[ao] il|fattura del|datum|factuurdatum|fakturadatum|data wystawienia|дата"
)
_OTHER = (
    r"date of (?:birth|delivery|departure|arrival|purchase|order|payment|travel|supply|service|expiry)"
    r"|dates? (?:de naissance|d'echeance|d'expiration|limite(?: de paiement)?|de livraison|de commande|de paiement"
    r"|de debut|de fin)"
    r"|(?:due|delivery|order|payment|birth|expiry|expiration|start|end|travel|departure|arrival|print|purchase|ship"
    r"|shipping|renewal|closing|effective|value|service|supply|reading) date"
    r"|due(?: on| by)?|pay(?:able|ment)?(?: due)?(?: (?:by|before|until|on))"
    r"|payment (?:is )?(?:due|expected)[^.\n]{0,20}|by|before|until|till|from|since|between|to|through|as of"
    r"|valid(?: from| until| to| thru)?|expir(?:es|y|ed)(?: on)?|born(?: on)?|birthday|dob|deadline|no later than"
    r"|starting|begins?(?: on)?|ends?(?: on)?"
    r"|your (?:letter|order|message|e-?mail|call|enquiry|request)[^.\n]{0,20}|ordered(?: on)?|delivered(?: on)?"
    r"|shipped(?: on)?|purchased(?: on)?|printed(?: on)?|paid(?: on)?|effective(?: from)?|period"
    r"|next [^\W\d_]+(?: on)?"
    r"|(?!(?:rechnungs|beleg|ausstellungs|brief|quittungs|bon|factuur|faktura)datum)[^\W\d_]+datum"
    r"|bis(?: zum| spatestens| einschliesslich)?|fallig(?: am| zum)?|zahlbar(?: bis)?(?: zum)?|spatestens(?: am)?"
    r"|geb(?:oren|\.)?(?: am)?|geboren|vom|von|ab|seit|zum|gultig(?: bis| ab)?|zeitraum"
    r"|(?:ihr|unser)(?:e|em|en|es)? (?:schreiben|brief|nachricht|anruf|bestellung|e-?mail|anfrage|auftrag)[^.\n]{0,20}"
    r"|bestellt am|geliefert am|lieferung(?: am| vom)?|stichtag|frist|echeance|a payer (?:avant|le)"
    r"|payable(?: avant| le)?|avant le|jusqu'au|jusqu.{1,3}au|nee? le|du|au|depuis le|a partir du"
    r"|valable(?: du| jusqu'au)?|periode|votre (?:lettre|courrier|commande|message)[^.\n]{0,20}|commande du"
    r"|livree? le|livraison(?: du| le)?"
    r"|fecha (?:de (?:nacimiento|vencimiento|entrega|pedido|pago|caducidad|inicio|fin)|limite(?: de pago)?)"
    r"|venc(?:e|imiento)(?: el)?|pagar antes del?|antes del|hasta(?: el)?|desde(?: el)?|nacid[ao](?: el)?|del|al"
    r"|a partir del|periodo|su (?:carta|pedido|mensaje)[^.\n]{0,20}|entregad[ao] el|valid[ao] hasta"
    r"|data (?:di (?:nascita|scadenza|consegna|ordine|pagamento)|de (?:nascimento|vencimento|entrega))"
    r"|scad(?:enza|e)(?: il)?|entro(?: il)?|nat[ao](?: il| a [^\W\d_]+ il)?|dal|al|fino al|decorrenza(?: dal)?"
    r"|valid[ao] (?:fino al|dal)|(?:vostra|vs\.?) (?:lettera|ordine)[^.\n]{0,20}|consegnat[ao] il|periodo"
    r"|vencimento|nascid[ao] em|ate|vervaldatum|geboortedatum|voor|tot"
)
_FILLER = (
    r"[ \t:;.\-–—|*_/]*"
    r"(?:(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim)\.?,"
    r"|[^\W\d_]*(?:day|tag|woch|di|edi|anche|es|sabado|domingo|domenica),)?[ \t]*"
)
"""What may stand between such a word and the day: marks, and the day of the week."""
_SURE_END = re.compile(rf"(?<!\w)(?:{_SURE}){_FILLER}\Z")
_PLACED = re.compile(
    r"\s*(?:(?:[^\W\d_]+[ \-/.]{1,2}){0,3}[^\W\d_]+, ?(?:den|le|el|il|the|a|em|o)?|den|le|the|am|el|il) *"
)
"""A place before a day, as letters have it at their head or foot, or an article alone."""
_OTHER_END = re.compile(rf"(?<!\w)(?:{_OTHER}){_FILLER}\Z")
_ANY_SURE = re.compile(rf"(?<!\w)(?:{_SURE})(?!\w)")
_ANY_OTHER = re.compile(rf"(?<!\w)(?:{_OTHER})(?!\w)")
_RANGE = re.compile(
    r"[ \t]*(?:-|–|—|to|bis|au|al|until|till|through|and|und|et|y|e|a|ate|tot)(?: (?:the|den|zum))?[ \t]*\Z"
)
_TIME = re.compile(r"[ \t,;]{0,3}(?:um |at |a |t)?[0-9]{1,2}[:.h][0-9]{2}(?![0-9.])")
_BEHIND = re.compile(r" (?:fallig|geboren|zahlbar)(?! am| bis)(?!\w)")


@dataclass(frozen=True, slots=True)
class _Day:
    """A day as it is written, and where in the folded text."""

    day: date
    start: int
    end: int


def guess_date(text: str, today: date) -> date | None:
    """Return the day that a document is of, by the text of its first page; None where none is said to be.

    What lies more than two days after `today`, or before 1900, is not considered. Days in figures with a slash are day
    and month in this order unless that cannot be, here or in another of the page.
    """
    folded = fold_text(text[:_CHARACTERS])
    found = _find_days(folded, today)
    best: date | None = None
    best_score = _LEAST_SCORE
    for place, item in enumerate(found):
        score = _score(folded, found, place)
        if score > best_score and EARLIEST <= item.day <= today + _AHEAD:
            best, best_score = item.day, score
    return best


def guess_first_date(pages: Iterable[Page]) -> int | None:
    """Return the day by the first page, if that is among these and has text, in milliseconds at midnight UTC."""
    text = next((page.text for page in pages if page.number == 1), "")
    day = guess_date(text, datetime.now(UTC).date()) if text else None
    return None if day is None else to_milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _find_days(folded: str, today: date) -> list[_Day]:
    matches = sorted((match for form in _FORMS for match in form.finditer(folded)), key=lambda match: match.start())
    slashed = [match for match in matches if match.re is _MARKED and match["mark"] != "."]
    month_first = any(int(match["second"]) > 12 >= int(match["first"]) for match in slashed)
    days: list[_Day] = []
    for match in matches:
        day = _read_day(match, today, month_first=month_first)
        if day is not None and (not days or match.start() >= days[-1].end):
            days.append(_Day(day, match.start(), match.end()))
    return days


def _read_day(match: re.Match[str], today: date, *, month_first: bool) -> date | None:
    groups = match.groupdict()
    year, day = int(groups["year"]), int(groups["first"])
    month = MONTHS.get(groups["name"], 0) if "name" in groups else int(groups["second"])
    if match.re is _MARKED and month_first and groups["mark"] != ".":
        day, month = month, day
    if len(groups["year"]) == 2:
        year += 2000 if year <= today.year % 100 + 1 else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _score(folded: str, days: list[_Day], place: int) -> float:
    """Return how much speaks for a day: 3 and more is enough, and a word that says it is another one decides."""
    item = days[place]
    line_start = folded.rfind("\n", 0, item.start) + 1
    line_end = folded.find("\n", item.end)
    line_end = len(folded) if line_end < 0 else line_end
    before = days[place - 1].end if place else 0
    lead = folded[max(line_start, before, item.start - _LEAD) : item.start]
    if _stands_in_range(folded, days, place):
        return -8.0
    line = folded.count("\n", 0, item.start)
    score = 1.0 - min(line, 40) / 40
    if _stands_in_table(folded, days, place):
        return score + max(_read_lead(lead), 0.0)
    rest = folded[item.end : line_end].rstrip(" .,*_").lstrip(" .")
    said = _read_lead(lead)
    if not said and not lead.strip(" \t:.-|"):
        said = _read_label_above(folded, line_start, item)
    if said < 0 or _BEHIND.match(folded, item.end):
        return -8.0
    start = folded[line_start : item.start]
    at_top = line < _TOP_LINES and (not start.strip() or start.endswith("   "))
    looks = [
        (4.0, not rest and _PLACED.fullmatch(start) is not None),
        (3.0, not rest and at_top),
        (2.5, _TIME.match(folded, item.end) is not None),
        (2.5, line < _HEAD_LINES and not start.strip(" #*_-") and rest.startswith(",")),
    ]
    return score + max(said, *(worth for worth, is_so in looks if is_so), 0.0)


def _read_lead(lead: str) -> float:
    """Return what the words directly before a day say of it: above 0 that it is the document's, below 0 another."""
    other, sure = _OTHER_END.search(lead), _SURE_END.search(lead)
    if other is not None and (sure is None or other.start() <= sure.start()):
        return -1.0
    return 0.0 if sure is None else 6.0


def _read_label_above(folded: str, line_start: int, item: _Day) -> float:
    """Return what the line above says of a day in a column of its own, or of one that its line begins with."""
    above_start = folded.rfind("\n", 0, max(line_start - 1, 0)) + 1
    above = folded[above_start : max(line_start - 1, 0)]
    column = item.start - line_start
    label = above[max(column - 4, 0) : column + 24] if column else above[:40]
    if _ANY_OTHER.search(label):
        return -1.0 if len(above.split()) <= 4 or column else 0.0
    return 5.0 if _ANY_SURE.search(label) else 0.0


def _stands_in_table(folded: str, days: list[_Day], place: int) -> bool:
    """Whether the line above or below has a day in the same column: one of many, whatever the column is called."""
    return any(
        _find_cell(folded, item) == _find_cell(folded, days[place])
        for item in days[max(place - 1, 0) : place + 2]
        if folded.count("\n", *sorted((item.start, days[place].start))) == 1
    )


def _find_cell(folded: str, item: _Day) -> tuple[str, int]:
    """Return the column of a day: cells before it where marks divide them, else characters."""
    before, line = folded[: item.start].rpartition("\n")[2], folded[item.start :].partition("\n")[0]
    mark = next((mark for mark in "\t;" if mark in before + line), "")
    return mark, before.count(mark) if mark else len(before)


def _stands_in_range(folded: str, days: list[_Day], place: int) -> bool:
    item = days[place]
    behind = place + 1 < len(days) and _RANGE.match(folded[item.end : days[place + 1].start])
    before = place > 0 and _RANGE.match(folded[days[place - 1].end : item.start])
    return bool(behind or before)
