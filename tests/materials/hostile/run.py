"""Takes every file of a folder as the server would, and tells what became of it and how much memory that took:
`python -m tests.materials.hostile.run FOLDER`. A process of its own, so that the memory is only this.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from obstore.store import LocalStore

from quad.core.errors import Invalid, TooLarge
from quad.core.files import Files
from quad.materials.kinds import KINDS
from quad.materials.service import kinds

TAKES = kinds.Taken(dict.fromkeys(KINDS, 25 * 1024 * 1024), True)


def main(folder: Path) -> None:
    store = folder / "store"
    store.mkdir()
    files = Files(LocalStore(store), store)
    told = []
    for line in (folder / "names.jsonl").read_text().splitlines():
        number, name = json.loads(line)
        said, sha256 = "", ""
        with (folder / str(number)).open("rb") as stream:
            try:
                sha256 = kinds.prepare(files, stream, name, TAKES).kept.sha256
            except Invalid as error:
                said = error.fields["file"]
            except TooLarge as error:
                said = str(error)
        told.append([number, sha256, said])
    json.dump({"files": told, "megabytes": most_memory()}, sys.stdout)


def most_memory() -> int:
    """Return the most megabytes this process had at once. (`ru_maxrss` would count its parent's, too.)"""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
