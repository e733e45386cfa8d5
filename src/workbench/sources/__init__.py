"""Where rows come from: dropped official files, the Seoul Open Data Plaza, and the synthetic city."""

from workbench.sources.files import FoundFile, find_official_files, take_in_files
from workbench.sources.seoul import fetch_seoul
from workbench.sources.seoul_answers import QuotaUsed
from workbench.sources.seoul_connection import Connection
from workbench.sources.seoul_services import SERVICES

__all__ = ["SERVICES", "Connection", "FoundFile", "QuotaUsed", "fetch_seoul", "find_official_files", "take_in_files"]
