"""Names of the months as letters and invoices in the languages of the stemmers have them, folded: a table.

Written as CLDR has them, with the forms that dates take (`12 marca`, `12. května`) and the usual abbreviations.
"""

from __future__ import annotations

from papra_index.conventions.folding import fold_text

_NAMES = (
    "january jan januar jänner januari janvier janv enero ene gennaio gen janeiro tammikuuta stycznia ledna ianuarie"
    " января január ocak ιανουαρίου",
    "february feb februar februari février févr febrero febbraio fevereiro fev helmikuuta lutego února februarie"
    " февраля február şubat φεβρουαρίου",
    "march mar märz mrz mär maart mrt mars marzo março maaliskuuta marca března martie марта március mart μαρτίου",
    "april apr avril avr abril abr aprile huhtikuuta kwietnia dubna aprilie апреля április nisan απριλίου",
    "may mai mei maj mayo maggio mag maio toukokuuta maja května мая május mayıs μαΐου",
    "june jun juni juin junio giugno giu junho kesäkuuta czerwca června iunie июня június haziran ιουνίου",
    "july jul juli juillet juil julio luglio lug julho heinäkuuta lipca července iulie июля július temmuz ιουλίου",
    "august aug augustus août agosto ago augusti elokuuta sierpnia srpna августа augusztus ağustos αυγούστου",
    "september sep sept septembre septiembre settembre set setembro syyskuuta września září septembrie сентября"
    " szeptember eylül σεπτεμβρίου",
    "october oct oktober okt octobre octubre ottobre ott outubro out lokakuuta października října octombrie октября"
    " október ekim οκτωβρίου",
    "november nov novembre noviembre novembro marraskuuta listopada listopadu noiembrie ноября kasım νοεμβρίου",
    "december dec dezember dez desember des décembre déc diciembre dic dicembre dezembro joulukuuta grudnia prosince"
    " decembrie декабря aralık δεκεμβρίου",
)

MONTHS = {name: month for month, names in enumerate(_NAMES, 1) for name in fold_text(names).split()}
"""Folded names and the number of their month, from 1."""


def list_month_names(month: int) -> list[str]:
    """Return the folded names of a month in all languages."""
    return [name for name, number in MONTHS.items() if number == month]
