"""How fast a site is scanned for what came from people, beside searches for the same values by grep and by detect-secrets.

    python benchmarks/scan_site.py [--folder site] [--values 200000]

Prints megabytes a second and ratios (medians of 5; the whole scan of a file opens every layer of it, the peers read bare
characters). Values are made up, in the sample's form. The scan of a site that did not change is measured too.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from peers import peer_python
from workbench.catalog import read_catalog
from workbench.project import Project
from workbench.releases.personal_values import personal_values
from workbench.releases.scanning import scan_site
from workbench.screening.known_values import find_known, known_values

DETECT = """
import sys, time
from pathlib import Path
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
begun = time.perf_counter()
with default_settings():
    for path in sys.stdin.read().splitlines():
        list(scan_file(path))
print(time.perf_counter() - begun)
"""


def median_s(run: Callable[[], object], *, times: int = 5) -> float:
    """Return the median of so many timings, in seconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def peer_scan(python: Path, files: list[Path]) -> str:
    """Return the seconds that detect-secrets needs."""
    names = "\n".join(map(str, files))
    return subprocess.run([str(python), "-c", DETECT], input=names, text=True, capture_output=True, check=True).stdout


def main() -> None:
    """Time the search for values, the peers, and the whole scan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("site"))
    parser.add_argument("--values", type=int, default=200_000)
    asked = parser.parse_args()
    files = sorted(path for path in asked.folder.rglob("*") if path.is_file() and path.suffix != ".png")
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    values = [f"R{number:08d}" for number in range(asked.values)]
    known = known_values(values)
    ours = median_s(lambda: [find_known(text, known) for text in texts])
    print(f"{len(files)} files, {megabytes:.1f} MB, {len(values):,} values")
    print(f"values in bare characters, workbench: {megabytes / ours:.1f} MB/s ({ours:.2f} s)")
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "values"
        words.write_text("\n".join(values) + "\n", encoding="ascii")
        grep = [shutil.which("grep") or "grep", "-r", "-F", "-i", "-c", "-f", str(words), str(asked.folder)]
        theirs = median_s(lambda: subprocess.run(grep, capture_output=True, check=False))
    print(f"the same, grep -F -i -f: {megabytes / theirs:.1f} MB/s ({theirs:.2f} s), {theirs / ours:.1f} times as long")
    project = Project.find()
    catalog = read_catalog(project)
    memory = project.cache / "scan.json"

    def whole() -> None:
        memory.unlink(missing_ok=True)
        scan_site(asked.folder, personal=personal_values(project, catalog))

    scan = median_s(whole)
    again = median_s(lambda: scan_site(asked.folder, personal=personal_values(project, catalog)))
    print(f"the whole scan, every layer: {megabytes / scan:.1f} MB/s ({scan:.2f} s); of an unchanged site: {again:.2f} s")
    peer = peer_python("detect-secrets==1.5.0")
    if peer is not None:
        done = [float(peer_scan(peer.python, files)) for _ in range(5)]
        theirs = statistics.median(done)
        times = theirs / scan
        print(f"detect-secrets 1.5.0, bare characters: {megabytes / theirs:.1f} MB/s, {times:.1f} times the whole scan")


if __name__ == "__main__":
    main()
