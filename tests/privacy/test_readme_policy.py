"""The policy that the README shows is one that the code obeys."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from workbench.files import write_text
from workbench.privacy import protect, read_policy

ROOT = Path(__file__).resolve().parents[2]


def test_the_policy_of_the_readme_protects_rows(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(policy: .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    write_text(tmp_path / "people.yml", found[1])
    district = (ROOT / "governance" / "policies" / "hierarchies" / "district.csv").read_text(encoding="utf-8")
    write_text(tmp_path / "hierarchies" / "district.csv", district)
    districts = [line.split(";")[0] for line in district.splitlines()]
    people = pd.DataFrame({
        "person_id": [f"p{number}" for number in range(500)],
        "age": [20 + number % 50 for number in range(500)],
        "district": [districts[number % 25] for number in range(500)],
        "occupation": [f"job {number // 7 % 3}" for number in range(500)],
        "name": [f"somebody {number}" for number in range(500)],
    })  # fmt: skip
    safe = protect(people, read_policy(tmp_path / "people.yml"))
    assert "name" not in safe.frame
    assert not set(safe.frame["person_id"]) & set(people["person_id"])
    sizes = safe.frame.groupby(["age", "district"])
    assert sizes.size().min() >= 5
    assert sizes["occupation"].nunique().min() >= 2
    assert set(safe.frame["district"]) <= set(districts), "one coding for the whole column, here the finest"
