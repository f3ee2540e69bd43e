"""What little the summary knows about languages: common words, which also tell the language, and abbreviations.

A language that is not here is summarised too, only with every word counted alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 0.06  # a text in a language has at least this share of its common words
SAMPLE = 3_000
FOR_ALL = frozenset(
    [
        "fig",
        "figs",
        "eq",
        "eqs",
        "no",
        "nos",
        "vol",
        "vols",
        "ed",
        "eds",
        "p",
        "pp",
        "ch",
        "sec",
        "tab",
        "cf",
        "ca",
        "al",
        "etc",
        "vs",
        "approx",
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "st",
        "jr",
        "sr",
    ]
)


@dataclass(frozen=True)
class Language:
    """One language: its code, its common words, and words that end in a full stop within a sentence."""

    code: str
    common: frozenset[str]
    short: frozenset[str] = frozenset()


def _language(code: str, common: str, short: str = "") -> Language:
    return Language(code, frozenset(common.split()), frozenset(short.split()) | FOR_ALL)


LANGUAGES = (
    _language(
        "en",
        "a about above after again all also although always am among an and another any are around as at away be "
        "became because been before being below between both but by can cannot come could did do does doing done "
        "down during each either else enough even ever every few first for from further get given had has have "
        "having he her here hers him his how however i if in indeed instead into is it its itself just last least "
        "less made make many may me might more most much must my neither never no nor not now of off often on "
        "once one only onto or other others our out over own per perhaps quite rather same second see seem "
        "several shall she should since so some still such than that the their them then there therefore these "
        "they this those though three through thus to together too toward two under until up upon us use used "
        "uses using very via was we well were what when where whereas whether which while who whom whose why will "
        "with within without would yet you your",
        "eg ie i.e e.g inc ltd co dept univ est jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu "
        "fri",
    ),
    _language(
        "de",
        "aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beide bin bis bist da "
        "dabei dadurch dafür dagegen daher damit danach dann das dass davon dazu dem den denen denn der deren des "
        "deshalb die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines "
        "einige er es etwa etwas euch für gegen gibt habe haben hat hatte hatten hier hinter ich ihm ihn ihnen "
        "ihr ihre ihrem ihren ihrer im in indem ins ist jede jedem jeden jeder jedes jedoch jene kann kein keine "
        "keinen können konnte man mehr mein mit muss müssen nach nicht nichts noch nun nur ob oder ohne sehr sein "
        "seine seinem seinen seiner seit sich sie sind so sodass solche soll sollte sondern sowie über um und uns "
        "unser unter viel vom von vor war waren was weil welche welcher wenn wer werden wie wieder wir wird wo "
        "wurde wurden zu zum zur zwar zwischen",
        "bzw bspw evtl ggf inkl max min mind nr s sog usw vgl z zb z.b d.h u.a o.g abb kap abs art str",
    ),
    _language(
        "fr",
        "à afin ai ainsi alors au aucun aussi autre autres aux avait avant avec avoir c car ce ceci cela celle "
        "celles celui cependant ces cet cette ceux chaque chez comme comment contre d dans de déjà depuis des "
        "donc dont du elle elles en encore entre est et étaient était être eu eux fait fois il ils j jamais je "
        "jusque l la là laquelle le lequel les lesquelles lesquels leur leurs lors lorsque lui ma mais me même "
        "mêmes mes moi moins mon n ne ni nos notre nous on ont ou où par parce pas pendant peu peut peuvent plus "
        "pour pourquoi qu quand que quel quelle quelques qui s sa sans se selon sera ses si son sont sous sur ta "
        "te tel telle tous tout toute toutes très tu un une vers vos votre vous y",
        "m mm mme mlle env ex p.ex c.-à-d av bd chap",
    ),
    _language(
        "es",
        "a además al algo algunas algunos ante antes aquel aquella así aún aunque bajo bien cada casi como con "
        "contra cual cuales cuando de del desde donde dos durante e el ella ellas ellos en entre era eran es esa "
        "esas ese eso esos esta está están estas este esto estos fue fueron ha han hasta hay la las le les lo los "
        "más me mediante mientras mismo mucho muy ni no nos nosotros o otra otras otro otros para pero poco por "
        "porque pues que qué quien se sea según ser si sí sido sin sino sobre son su sus también tan tanto te "
        "tiene tienen toda todas todo todos tras tu un una unas uno unos y ya yo",
        "sr sra srta dra ud uds ej p.ej pág págs núm av",
    ),
    _language(
        "it",
        "a ad al alla alle allo anche ancora avere c che chi ci ciò come con contro cui da dagli dai dal dalla "
        "dalle dei del della delle dello di dopo dove due e è ed era erano essere fra già gli ha hanno i il in io "
        "la le lo loro ma mentre mi molto ne negli nei nel nella nelle nello noi non nostro o ogni oltre per "
        "perché più poi prima può quale quali quando quanto quella quelle quelli quello questa queste questi "
        "questo qui se sempre senza si sia solo sono stata stato su sua sue sugli sui sul sulla suo suoi tra "
        "tutti tutto un una uno vi",
        "sig sigg dott ing avv es p.es pag pagg",
    ),
    _language(
        "pt",
        "a à além ao aos aquela aquele aqui as às assim até cada com como contra cujo da das de dela dele depois "
        "desde do dois dos e é ela elas ele eles em entre era eram essa esse esta está estão este eu foi foram há "
        "isso isto já lhe mais mas me mesmo meu muito na não nas nem no nos nós nossa nosso num o onde os ou "
        "outra outro para pela pelas pelo pelos pode podem pois por porque quais qual quando que quem se sem ser "
        "seu seus seja são sob sobre sua suas também tão tem têm teve todo todos um uma você",
        "sr sra dra ex p.ex pág págs nº av",
    ),
    _language(
        "nl",
        "aan al alle alleen als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een "
        "eens en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iets ik in is ja je kan "
        "kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op "
        "over reeds te tegen toch toen tot u uit uw van veel voor want waren was wat we werd wezen wie wij wil "
        "worden wordt zal ze zelf zich zij zijn zo zonder zou",
        "bijv bv m.n enz nl o.a blz dhr mevr",
    ),
)
UNKNOWN = Language("", frozenset(), FOR_ALL)


def language_of(words: Sequence[str]) -> Language:
    """Return the language most of whose common words are among these words (in small letters)."""
    sample = Counter(words[:SAMPLE])
    total = sum(sample.values())
    if not total:
        return UNKNOWN

    def share(language: Language) -> float:
        return sum(sample[word] for word in language.common) / total

    best = max(LANGUAGES, key=share)
    return best if share(best) >= ENOUGH else UNKNOWN
