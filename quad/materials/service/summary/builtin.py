"""The summary that needs nobody: sentences of the document itself, in its order, with their pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quad.core.extracting.reading import Page
from quad.materials.service.summary.languages import Language
from quad.materials.service.summary.ranking import Ranking, stem
from quad.materials.service.summary.sentences import Sentence, sentences, words_of

MODEL = "TextRank"
WORDS = 150
FEWEST_WORDS = 40
SHARE = 0.35  # of a short text, at most
KEY_TERMS = 8
WORDS_A_MINUTE = 200
READ = 120_000  # words; the rest of a very long document changes little


@dataclass(frozen=True)
class Point:
    """One sentence of a summary and the page it is on."""

    text: str
    page: int | None


@dataclass(frozen=True)
class Digest:
    """A summary with what goes along. `minutes` is how long the whole document takes to read."""

    points: tuple[Point, ...]
    terms: tuple[str, ...]
    language: str
    minutes: int


def digest(pages: Sequence[Page], words: int | None = None) -> Digest:
    """Summarise a document in at most `words` words (usual: 150, less for a short text).

    `points` is empty where there are no sentences.
    """
    found, language = sentences(pages)
    total = sum(len(one.words) for one in found)
    minutes = max(1, round(sum(len(words_of(page.text)) for page in pages) / WORDS_A_MINUTE))
    if not found:
        return Digest((), (), language.code, minutes)
    ranking = Ranking(found, language)
    most = words or int(min(WORDS, max(FEWEST_WORDS, SHARE * total)))
    best = ranking.best(most) or [min(found, key=lambda one: len(one.words))]
    points = tuple(Point(one.text, one.page) for one in best)
    return Digest(points, key_terms(found, ranking, language), language.code, minutes)


def key_terms(found: Sequence[Sentence], ranking: Ranking, language: Language) -> tuple[str, ...]:
    """Return the words that the document is about, as they are written most often; pairs where they stand together."""
    forms: dict[str, Counter[str]] = {}
    pairs: Counter[tuple[str, str]] = Counter()
    for one in found:
        before = ""
        for word in one.words:
            plain = word not in language.common and len(word) > 2 and not word[0].isdigit()
            term = stem(word, language) if plain else ""
            if term:
                forms.setdefault(term, Counter())[word] += 1
                if before:
                    pairs[before, term] += 1
            before = term
    weight = {
        term: ranking.weights.get(term, 0.0) * ranking.inverse.get(term, 0.0) for term in forms
    }
    scores: dict[str, float] = {}
    for (first, second), count in pairs.items():
        if count >= 3 and count * 3 >= min(forms[first].total(), forms[second].total()):
            text = f"{_written(forms[first])} {_written(forms[second])}"
            scores[text] = (weight[first] + weight[second]) * 0.75
    for term, value in weight.items():
        scores.setdefault(_written(forms[term]), value)
    chosen: list[str] = []
    for text in sorted(scores, key=lambda text: (-scores[text], text)):
        if not any(set(text.split()) & set(other.split()) for other in chosen):
            chosen.append(text)
        if len(chosen) == KEY_TERMS:
            break
    return tuple(chosen)


def _written(forms: Counter[str]) -> str:
    return max(forms, key=lambda form: (forms[form], -len(form), form))
