"""Words so frequent in a language that a question is clearer without them; the index keeps them, phrases need them.

A small table per language, folded: articles, pronouns, prepositions, conjunctions, auxiliary verbs, question words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from papra_index.conventions.folding import fold_text

_TABLE = {
    "en": """
        a about above after again against all also am an and any are as at be because been before being below between
        both but by can could d did do does doing don down during each few for from further had has have having he her
        here hers herself him himself his how i if in into is it its itself just ll m may me might more most must my
        myself no nor not now of off on once only or other our ours ourselves out over own re s same shall she should
        so some such t than that the their theirs them themselves then there these they this those through to too
        under until up upon ve very was we were what when where which while who whom whose why will with would you
        your yours yourself yourselves
    """,
    "de": """
        aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein dem den der des dessen
        die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es für gegen
        hat habe haben hatte hatten hier ich ihm ihn ihr ihre im in ins ist ja jede jedem jeden jeder kann kein keine
        können man mehr mein mit nach nicht noch nur ob oder ohne sehr sein seine sich sie sind so soll über um und uns
        unser unter vom von vor war waren was weil welche welcher welches wenn wer werden wie wir wird wo wurde wurden
        zu zum zur zwischen
    """,
    "fr": """
        à au aux avec c ce ces cet cette comme d dans de des du elle elles en entre es est et eu été être il ils j je l
        la le les leur leurs lui m ma mais me mes moi mon n ne nos notre nous on ont ou où par pas pour qu quand que
        quel quelle quelles quels qui s sa sans se ses si son sont sous sur t ta te tes toi ton tu un une vos votre
        vous y
    """,
    "es": """
        a al como con cuando cuál de del desde donde dónde e el él ella ellas ellos en entre era es esta está estas
        este esto estos fue ha han hasta hay la las le les lo los más me mi muy nada ni no nos o para pero por porque
        qué que quien quién se ser si sí sin sobre son su sus también te tiene tu un una uno unos y ya yo
    """,
    "it": """
        a ad agli ai al alla alle anche che chi ci come con cosa da dai dal dalla dalle degli dei del della delle di
        dove e è ed era gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mi nei nel nella non noi o per
        perché più quale quali quando quello questa questo se si sono su sua sue sul sulla suo ti tra tu un una uno vi
    """,
    "pt": """
        a ao aos as à às até com como da das de dela dele do dos e é ela ele em entre era essa esse esta este eu foi há
        isso isto já lhe mais mas me mesmo meu minha muito na não nas nem no nos o os ou para pela pelo por qual quando
        que quem se sem ser seu sua são só também te tem um uma você
    """,
    "nl": """
        aan al als bij dan dat de der deze die dit door een en er ge had heb hebben heeft het hij hoe hun ik in is ja je
        kan maar me met mijn na naar niet nog nu of om onder ook op over te tot uit uw van veel voor waar wanneer want
        waren was wat we wel werd wie wij wordt worden zal ze zich zij zijn zo zou
    """,
    "da": """
        af alle at blev da de dem den denne der deres det dette dig din du efter eller en er et for fra ham han har
        havde hun hvad hvis hvor hvornår i ikke ind jeg jo kan man med men mig min mod ned noget nu når og også om op
        os over på sig sin skal som til ud under var ved vi vil være
    """,
    "no": """
        alle at av ble de dem den denne der det dette du eller en er et etter for fra ha han har hun hva hvem hvis hvor
        i ikke jeg kan man med men mot når og også om opp oss over på seg sin skal som til under ut var ved vi vil være
    """,
    "sv": """
        alla att av blev de dem den denna det detta dig du där efter ej eller en er ett för från ha han har hon hur i
        icke inte jag kan man med men mig min mot ni nu när och också om oss på sedan sig sin ska som till under upp ut
        vad var vem vi vid vilken är över
    """,
    "fi": """
        ei että he hän ja jo joka jos kuin kun me mikä mitä mutta myös ne niin nyt näin ole oli olla on ovat se sekä
        sen siitä sitä te tai tämä vaan voi ja
    """,
    "ru": """
        а без был была были было быть в вам вас вы где да для до его ее если есть же за и из или им их к как какой
        когда кто ли мне мы на над не него нет но о об он она они от по под при с со так то только у уже чем что это я
    """,
}

STOP_WORDS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(fold_text(words).split()) for language, words in _TABLE.items()
}
"""Folded stop words by ISO 639-1 code."""

_ALL: Final = frozenset().union(*STOP_WORDS.values())


def find_stop_words(words: Collection[str]) -> frozenset[str]:
    """Return the table of the language that has most of these folded words as stop words; empty where none has any."""
    best = max(STOP_WORDS.values(), key=lambda table: sum(word in table for word in words))
    return best if any(word in best for word in words) else frozenset()


def is_stop_word(word: str) -> bool:
    """Say whether a folded word is a stop word of any language."""
    return word in _ALL
