"""Where rows come from: dropped official files, the Seoul Open Data Plaza, and the synthetic city."""

from workbench.sources.files import FoundFile, find_official_files, take_in_files

__all__ = ["FoundFile", "find_official_files", "take_in_files"]
