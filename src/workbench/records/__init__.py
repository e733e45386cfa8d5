"""Reading the files that people write: strict YAML, and models of it with every problem of a file in one error."""

from workbench.records.letters import plain_letters, shown, shown_name
from workbench.records.models import MAX_PROBLEMS, parse_model, read_model, read_model_bytes
from workbench.records.strict_yaml import (
    MAX_DEPTH,
    MAX_VALUES,
    MAX_YAML_BYTES,
    dump_yaml,
    line_of,
    placed,
    read_yaml,
    read_yaml_bytes,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_PROBLEMS",
    "MAX_VALUES",
    "MAX_YAML_BYTES",
    "dump_yaml",
    "line_of",
    "parse_model",
    "placed",
    "plain_letters",
    "read_model",
    "read_model_bytes",
    "read_yaml",
    "read_yaml_bytes",
    "shown",
    "shown_name",
]
