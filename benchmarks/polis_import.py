"""How long a Polis export takes from its CSV files to the file of the repository, beside plain pandas on the same files.

    python benchmarks/polis_import.py [--votes 50000] [--repeats 5]

The peer reads the same three files with ``pandas.read_csv``, keeps the last vote of each person on each comment, joins the
groups and counts with ``pandas.crosstab``: it checks nothing, withholds nothing and writes nothing. Both run in this
process in turn, after pandas and pyarrow are loaded; what is printed are medians and their ratio.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv as _  # noqa: F401 (loaded before the clock starts, as pandas is)

from workbench.catalog import Bilingual
from workbench.governance.papers.contributions import About
from workbench.governance.polis import import_polis, read_polis, tally_polis
from workbench.project import Project

SEED = 2017
TODAY = dt.date(2026, 5, 20)
GROUPS = 3
CHANGED = 0.01


def write_export(folder: Path, votes: int) -> None:
    """Write an export of about so many votes: 30 of each voter, on one comment for every eight voters, 1,000 at most."""
    rng = np.random.default_rng(SEED)
    people = max(40, votes // 30)
    comments = min(1000, max(30, people // 8))
    cells = rng.choice(people * comments, size=round(votes / (1 + CHANGED)), replace=False)
    again = rng.choice(cells, size=votes - len(cells), replace=False)
    author = np.arange(comments) % people
    cells = np.unique(np.concatenate([cells, np.arange(people) * comments, author * comments + np.arange(comments)]))
    voter, comment = np.divmod(np.concatenate([cells, again]), comments)
    group = rng.integers(0, GROUPS + 1, people)
    lean = rng.normal(size=(GROUPS + 1, comments))
    drawn = lean[group[voter], comment] + rng.normal(size=len(voter))
    vote = np.where(np.abs(drawn) < 0.2, 0, np.sign(drawn)).astype(int)
    vote[author[comment] == voter] = 1
    order = np.lexsort((voter, comment))
    stamp = 1_777_000_000_000 + rng.permutation(len(voter)) * 997
    frame = pd.DataFrame({"timestamp": stamp, "comment-id": comment, "voter-id": voter, "vote": vote})
    frame.insert(1, "datetime", "Fri May 15 2026 09:00:00 GMT+0900 (Korean Standard Time)")
    frame.iloc[order].to_csv(folder / "votes.csv", index=False)
    said = {1: "agrees", -1: "disagrees"}
    texts = pd.DataFrame({"timestamp": 1_777_000_000_000, "comment-id": np.arange(comments), "author-id": author})
    for choice, name in said.items():
        texts[name] = np.bincount(comment[vote == choice], minlength=comments)
    texts["moderated"] = np.where(np.arange(comments) % 10 == 9, -1, 1)
    texts["comment-body"] = [f'의견 {number}: "숨 쉬기" 편한 도시를,\n걸어서 다니고 싶습니다.' for number in range(comments)]
    texts.to_csv(folder / "comments.csv", index=False)
    last = frame.sort_values("timestamp").drop_duplicates(["voter-id", "comment-id"], keep="last")
    matrix = last.pivot_table(index="voter-id", columns="comment-id", values="vote", aggfunc="last")
    table = pd.DataFrame({"participant": matrix.index, "group-id": pd.array(group[matrix.index], dtype="Int64")})
    table.loc[table["group-id"] == GROUPS, "group-id"] = pd.NA
    for name, found in {
        "n-comments": matrix != matrix,
        "n-votes": matrix.notna(),
        "n-agree": matrix == 1,
        "n-disagree": matrix == -1,
    }.items():
        table[name] = found.sum(axis=1).to_numpy()
    pd.concat([table, matrix.reset_index(drop=True).astype("Int8")], axis=1).to_csv(
        folder / "participants-votes.csv", index=False
    )


def plain_pandas(folder: Path) -> pd.DataFrame:
    """Count the last votes by comment, group and choice, as an analyst would."""
    votes = pd.read_csv(folder / "votes.csv")
    pd.read_csv(folder / "comments.csv")
    group = pd.read_csv(folder / "participants-votes.csv").set_index("participant")["group-id"].fillna(-1)
    last = votes.sort_values("timestamp").drop_duplicates(["voter-id", "comment-id"], keep="last")
    return pd.crosstab(last["comment-id"], [last["voter-id"].map(group), last["vote"]])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as here:
        folder = Path(here) / "export"
        folder.mkdir()
        write_export(folder, arguments.votes)
        project = Project(root=Path(here) / "project")
        heading = {"title": Bilingual(ko="맑은 공기", en="Clean air"), "about": About(issue="fine-dust")}
        ways: dict[str, Callable[[], object]] = {
            "pandas: read, last votes, crosstab": lambda: plain_pandas(folder),
            "workbench: read, check, tally": lambda: tally_polis(read_polis(folder, today=TODAY)),
            "workbench: all, file written": lambda: import_polis(project, folder, name="clean-air", today=TODAY, **heading),
        }
        _agree(folder)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _round in range(arguments.repeats):
            for name, way in ways.items():
                begin = time.perf_counter()
                way()
                taken[name].append(time.perf_counter() - begin)
        rows = sum(1 for _line in (folder / "votes.csv").open(encoding="utf-8")) - 1
    peer = statistics.median(taken["pandas: read, last votes, crosstab"])
    print(f"{rows:,} votes, median of {arguments.repeats}\n")
    print(f"{'':38}{'seconds':>9}{'time / pandas':>15}")
    for name, seconds in taken.items():
        print(f"{name:38}{statistics.median(seconds):9.3f}{statistics.median(seconds) / peer:15.2f}")


def _agree(folder: Path) -> None:
    """Both count the same."""
    tally = tally_polis(read_polis(folder, today=TODAY))
    counted = plain_pandas(folder)
    for place, group in enumerate([*tally.group_ids, -1]):
        for kind, choice in enumerate((1, -1, 0)):
            peer = counted[(group, choice)].reindex(tally.comment_ids, fill_value=0)
            assert (peer.to_numpy() == tally.counts[:, place, kind]).all()


if __name__ == "__main__":
    main()
