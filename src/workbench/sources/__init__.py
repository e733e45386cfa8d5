"""Where rows come from: dropped official files, the Seoul Open Data Plaza, and the synthetic city."""

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.sources.files import FoundFile, find_official_files, take_in_files
    from workbench.sources.forgetting import forget
    from workbench.sources.seoul import fetch_seoul
    from workbench.sources.seoul_answers import QuotaUsed
    from workbench.sources.seoul_connection import Connection
    from workbench.sources.seoul_services import SERVICES
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("FoundFile", "find_official_files", "take_in_files"), "workbench.sources.files"),
            "forget": "workbench.sources.forgetting",
            "fetch_seoul": "workbench.sources.seoul",
            "QuotaUsed": "workbench.sources.seoul_answers",
            "Connection": "workbench.sources.seoul_connection",
            "SERVICES": "workbench.sources.seoul_services",
        },
    )

__all__ = ["SERVICES", "Connection", "FoundFile", "QuotaUsed", "fetch_seoul", "find_official_files", "forget", "take_in_files"]
