"""Small projects to open a lab on: a catalogue of three datasets, one notebook, and an environment full of secrets."""

from __future__ import annotations

from pathlib import Path

import nbformat
from lab_clients import PASSWORD

from workbench.files import write_text

SECRETS = {
    "SEOUL_OPEN_DATA_KEY": "secret-of-the-interface",
    "GITHUB_TOKEN": "secret-of-the-forge",
    "PGPASSWORD": "secret-of-the-database",
    "AWS_ACCESS_KEY_ID": "secret-of-the-storage",
    "DATABASE_URL": "postgresql://u:secret-of-the-url@db/x",
    "JUPYTER_TOKEN": "secret-token-of-jupyter",
    "WORKBENCH_DATA": "/secret/official/files",
    "WORKBENCH_LAB_PASSWORD": PASSWORD,
}
"""What may stand in the environment of the person who starts a lab."""

FIELD = """
      {name}:
        type: string
        meaning: {{ko: 뜻, en: meaning}}
        reveals: {reveals}"""

DATASET = """
  {name}:
    title: {{ko: 자료, en: data}}
    description: {{ko: 자료, en: data}}
    owner: {{ko: 서울특별시, en: Seoul}}
    sector: public
    licence: KOGL-1
    licence_verified: true
    source: {{title: {{ko: 자료, en: data}}}}
    period: "2023"
    update: once
    issues: []
    key: [a]
    sort: []
    synthetic: {synthetic}
    fields:{fields}
"""

CATALOGUE = "datasets:\n" + "".join(
    DATASET.format(name=name, synthetic=synthetic, fields=FIELD.format(name="a", reveals=reveals))
    for name, synthetic, reveals in [
        ("daily_air", "false", "place"),
        ("bike_trips", "true", "direct_identifier"),
        ("meal_card_purchases", "false", "sensitive"),
    ]
)


def write_notebook(path: Path) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_markdown_cell("# 미세먼지", id="m1"), nbformat.v4.new_code_cell("x = 1\n", id="c1")]
    write_text(path, nbformat.writes(notebook) + "\n")
