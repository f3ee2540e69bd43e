"""Which sentences say most: TF-IDF weights, TextRank over the graph of sentences, where a sentence stands, and no
saying the same twice. All plain Python, and every step is the same each time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from quad.materials.service.summary.languages import Language
from quad.materials.service.summary.sentences import Sentence

DAMPING = 0.85
TURNS = 30
STEADY = 1e-6
PAIRS = 250_000  # of sentences that share a term; in a long document the commonest terms link none
POSITION = 0.35  # how much more the very first sentence counts than one in the middle
OPENING = 0.15  # how much more the first sentence of a paragraph counts
AGAIN = 0.3  # what a term still counts when it was said before
TOO_ALIKE = 0.6
SHORTEST_STEM = 4

Weights = dict[str, float]
_ENDINGS = {
    "en": (
        "izations",
        "ization",
        "ations",
        "ation",
        "ments",
        "ment",
        "ings",
        "ing",
        "ies",
        "ied",
        "ness",
        "ers",
        "ed",
        "er",
        "es",
        "ly",
        "al",
        "e",
        "s",
        "y",
    ),
    "de": (
        "ungen",
        "ung",
        "heiten",
        "heit",
        "keiten",
        "keit",
        "lich",
        "isch",
        "ern",
        "em",
        "en",
        "er",
        "es",
        "e",
        "n",
        "s",
    ),
    "fr": (
        "ations",
        "ation",
        "ements",
        "ement",
        "euses",
        "euse",
        "ives",
        "ive",
        "eaux",
        "aux",
        "ées",
        "ée",
        "és",
        "er",
        "es",
        "é",
        "e",
        "s",
        "x",
    ),
    "es": (
        "aciones",
        "ación",
        "amiento",
        "mente",
        "adas",
        "ados",
        "ada",
        "ado",
        "ar",
        "er",
        "ir",
        "as",
        "os",
        "es",
        "a",
        "o",
        "e",
        "s",
    ),
    "it": (
        "azioni",
        "azione",
        "mente",
        "amento",
        "are",
        "ere",
        "ire",
        "ata",
        "ate",
        "ati",
        "ato",
        "a",
        "e",
        "i",
        "o",
    ),
    "pt": (
        "ações",
        "ação",
        "mente",
        "adas",
        "ados",
        "ada",
        "ado",
        "ar",
        "er",
        "ir",
        "as",
        "os",
        "es",
        "a",
        "o",
        "e",
        "s",
    ),
    "nl": ("ingen", "ing", "heden", "heid", "lijk", "en", "er", "e", "s", "t"),
}


def stem(word: str, language: Language) -> str:
    """Return what a word shares with its other forms, roughly."""
    for ending in _ENDINGS.get(language.code, ()):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def terms_of(words: Sequence[str], language: Language) -> list[str]:
    """Return the stems of the words that mean something by themselves."""
    return [
        stem(word, language)
        for word in words
        if word not in language.common and len(word) > 1 and not word[0].isdigit()
    ]


class Ranking:
    """The sentences of one document, and how much each of them and of its terms says."""

    def __init__(self, found: Sequence[Sentence], language: Language) -> None:
        self.found = found
        self.terms = [Counter(terms_of(one.words, language)) for one in found]
        self.inverse = _inverse(self.terms)
        self.vectors = [_vector(terms, self.inverse) for terms in self.terms]
        self.central = _textrank(self.vectors)
        self.weights = self._weights()

    def _weights(self) -> Weights:
        """A term says as much as the sentences it is in are central."""
        weights: Weights = defaultdict(float)
        for terms, central, place in zip(self.terms, self.central, self._places(), strict=True):
            for term in terms:
                weights[term] += central * place
        return dict(weights)

    def _places(self) -> list[float]:
        """What comes early, and what opens a paragraph, counts more; so does the end, a little."""
        count, places, paragraph = len(self.found), [], -1
        for one in self.found:
            along = one.place / max(1, count - 1)
            place = 1 + POSITION * (1 - along) ** 2
            if one.paragraph != paragraph:
                place += OPENING
            paragraph = one.paragraph
            places.append(place)
        return places

    def best(self, most_words: int) -> list[Sentence]:
        """Return the sentences that together say most in at most `most_words` words, in their order."""
        left, said = most_words, Counter[str]()
        chosen: list[int] = []
        places = self._places()
        waiting = [
            place
            for place, one in enumerate(self.found)
            if self.terms[place] and len(one.words) > 4
        ]
        while waiting:
            fitting = [place for place in waiting if len(self.found[place].words) <= left]
            if not fitting:
                break
            best = max(fitting, key=lambda place: (self._gain(place, said) * places[place], -place))
            waiting.remove(best)
            if any(cosine(self.vectors[best], self.vectors[other]) > TOO_ALIKE for other in chosen):
                continue
            chosen.append(best)
            said.update(self.terms[best].keys())
            left -= len(self.found[best].words)
        return [self.found[place] for place in sorted(chosen)]

    def _gain(self, place: int, said: Mapping[str, int]) -> float:
        """What a sentence adds to what was said, for its length."""
        gain = sum(
            self.weights[term] * (AGAIN if said.get(term) else 1.0) for term in self.terms[place]
        )
        return gain / math.pow(len(self.found[place].words) + 8, 0.75)


def _inverse(documents: Sequence[Mapping[str, int]]) -> Weights:
    seen = Counter(term for terms in documents for term in terms)
    return {term: math.log(1 + len(documents) / count) for term, count in seen.items()}


def _vector(terms: Mapping[str, int], inverse: Weights) -> Weights:
    raw = {term: count * inverse[term] for term, count in terms.items()}
    length = math.sqrt(sum(weight * weight for weight in raw.values()))
    return {term: weight / length for term, weight in raw.items()} if length else {}


def cosine(one: Weights, other: Weights) -> float:
    """Return how alike two sentences are, from 0 to 1."""
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def _textrank(vectors: Sequence[Weights]) -> list[float]:
    """Return how central each sentence is: it is when it is like many that are. The mean is 1."""
    links = _links(vectors)
    count = len(vectors)
    strength = [sum(near.values()) for near in links]
    ranks = [1.0] * count
    for _turn in range(TURNS):
        flow = [0.0] * count
        for place, near in enumerate(links):
            if strength[place]:
                share = ranks[place] / strength[place]
                for other, alike in near.items():
                    flow[other] += share * alike
        following = [1 - DAMPING + DAMPING * given for given in flow]
        change = max((abs(a - b) for a, b in zip(ranks, following, strict=True)), default=0.0)
        ranks = following
        if change < STEADY:
            break
    return ranks


def _links(vectors: Sequence[Weights]) -> Sequence[dict[int, float]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        for term in vector:
            holders[term].append(place)
    links: list[dict[int, float]] = [defaultdict(float) for _each in vectors]
    left = PAIRS
    for term, places in sorted(holders.items(), key=lambda item: (len(item[1]), item[0])):
        left -= len(places) * (len(places) - 1) // 2
        if left < 0:
            break
        for at, place in enumerate(places):
            mine = vectors[place][term]
            for other in places[at + 1 :]:
                alike = mine * vectors[other][term]
                links[place][other] += alike
                links[other][place] += alike
    return links
