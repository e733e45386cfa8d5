"""What a notebook sees: open, load, table, figure, finding, model."""

from workbench.bench.bench import Bench
from workbench.bench.context import RunContext, resolve_dataset
from workbench.bench.drawing import FIGURE_INCHES, PALETTE, render_svg
from workbench.bench.loaded import dataset_record
from workbench.bench.modelling import Model, counted, model_heads, model_rows
from workbench.bench.opening import open_bench
from workbench.bench.references import KeyReference, Reference
from workbench.bench.sentences import LANGUAGES, fill, format_value
from workbench.bench.table import EMPTY, RESULT_MIME, WITHHELD, Table, cell_text, table_html
from workbench.bench.written import read_contributions, read_results

__all__ = [
    "EMPTY",
    "FIGURE_INCHES",
    "LANGUAGES",
    "PALETTE",
    "RESULT_MIME",
    "WITHHELD",
    "Bench",
    "KeyReference",
    "Model",
    "Reference",
    "RunContext",
    "Table",
    "cell_text",
    "counted",
    "dataset_record",
    "fill",
    "format_value",
    "model_heads",
    "model_rows",
    "open_bench",
    "read_contributions",
    "read_results",
    "render_svg",
    "resolve_dataset",
    "table_html",
]
