"""The synthetic city: seeded rows of what is not public, and stand-ins for official files."""

from workbench.sources.synthetic.effects import EFFECTS, Effect
from workbench.sources.synthetic.generate import DEFAULT_ROWS, SYNTHETIC, generate
from workbench.sources.synthetic.writing import PART, generator_version, write_synthetic

__all__ = ["DEFAULT_ROWS", "EFFECTS", "PART", "SYNTHETIC", "Effect", "generate", "generator_version", "write_synthetic"]
