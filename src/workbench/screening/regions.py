"""Provinces, cities, counties and districts of Korea, and the words that only look like roads or neighbourhoods.

``로`` is a road and a particle, ``동`` a neighbourhood and the end of a hundred nouns: the lists tell them apart where grammar
does not.
"""

from __future__ import annotations

from workbench.screening.word_lists import word_list

PROVINCES = (
    "서울특별시|부산광역시|대구광역시|인천광역시|광주광역시|대전광역시|울산광역시|세종특별자치시|제주특별자치도|"
    "강원특별자치도|전북특별자치도|서울시|부산시|대구시|인천시|대전시|울산시|세종시|경기도|강원도|충청북도|"
    "충청남도|전라북도|전라남도|경상북도|경상남도|제주도|"
    "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
)
DISTRICTS = word_list("districts")
NOT_DISTRICTS = word_list("not_districts")
NOT_ROADS = word_list("not_roads")
NOT_ROAD_ENDS = tuple(sorted(word_list("not_road_ends")))
KNOWN_ROADS = word_list("known_roads")
NOT_PLACES = word_list("not_places")
# Neighbourhoods whose names are also nouns.
REAL_PLACES = frozenset({"능동", "합동", "우동"})
