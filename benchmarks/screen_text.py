"""How much Korean personal data ``workbench.screening`` finds in generated texts, kind by kind and writing by writing.

    python benchmarks/screen_text.py [--seed 2017] [--documents 20000] [--examples 0] [--no-peer]

Found means that findings of the right kind, or of one that the digits alone do not tell from it (resident, foreigner and
corporate number; mobile and landline; card and account; road and lot), hold nine tenths of the letters and digits that
identify someone. The same texts go to presidio-analyzer with its Korean pattern recognisers switched on, which knows
fewer kinds. Exit code 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from korean_text import CASES, Document, Score, corpus, score
from peers import peer_python
from workbench.screening import scan

PEER = "presidio-analyzer==2.2.366"
WORDS = ("name", "road_address", "lot_address")
RECALL_OF_NUMBERS, RECALL_OF_WORDS, PRECISION = 0.99, 0.95, 0.98
PEER_PROGRAM = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from korean_text import corpus
from presidio_analyzer import predefined_recognizers as known
recognisers = [known.KrRrnRecognizer(), known.KrFrnRecognizer(), known.KrBrnRecognizer(), known.KrPassportRecognizer(),
               known.PhoneRecognizer(supported_regions=("KR",)), known.EmailRecognizer(), known.CreditCardRecognizer()]
kinds = {"KR_RRN": "resident_number", "KR_FRN": "foreigner_number", "KR_BRN": "business_number", "KR_PASSPORT": "passport_number",
         "PHONE_NUMBER": "mobile_phone", "EMAIL_ADDRESS": "email", "CREDIT_CARD": "card_number"}
documents, all_found = corpus(int(sys.argv[2]), int(sys.argv[3])), []
recognisers[5].analyze("a@b.com", ["EMAIL_ADDRESS"], None)
begin = time.perf_counter()
for document in documents:
    found = [one for each in recognisers for one in each.analyze(document.text, each.supported_entities, None)]
    all_found.append([(kinds[one.entity_type], one.start, one.end) for one in found if one.score > 0])
print(json.dumps({"seconds": time.perf_counter() - begin, "found": all_found}))
"""


class PeerFinding(NamedTuple):
    """A finding of the peer."""

    kind: str
    start: int
    end: int


def peer_score(documents: Sequence[Document], *, seed: int) -> tuple[Score, float] | None:
    """Return the peer's score on the same documents and its seconds; None where it does not install."""
    peer = peer_python(PEER)
    if peer is None:
        return None
    answer = json.loads(peer.run(PEER_PROGRAM, str(Path(__file__).resolve().parent), str(seed), str(len(documents))))
    found = iter(answer["found"])
    return score(documents, lambda _: [PeerFinding(*one) for one in next(found)], examples=0), float(answer["seconds"])


def missed_bounds(result: Score) -> list[str]:
    """Return which kinds in which writings, and which negatives, miss their bound."""
    missed = []
    for case in CASES:
        bound = RECALL_OF_WORDS if case[0] in WORDS else RECALL_OF_NUMBERS
        if result.recall([case]) < bound:
            missed.append(f"recall of {case[0]}, {case[1]}: {result.recall([case]):.4f} < {bound}")
    if result.precision() < PRECISION:
        missed.append(f"precision: {result.precision():.4f} < {PRECISION}")
    against = {what: result.precision_against(what) for what in sorted(result.negatives)}
    return missed + [
        f"precision against {what}: {value:.4f} < {PRECISION}" for what, value in against.items() if value < PRECISION
    ]


def _print_recall(result: Score, peer: Score | None) -> None:
    print(
        f"{'kind':18}{'writing':20}{'texts':>7}{'recall':>9}{'kind right':>12}{'any kind':>10}"
        + (f"{'presidio':>10}" if peer else "")
    )
    for kind, writing in CASES:
        case = [(kind, writing)]
        line = f"{kind:18}{writing:20}{result.spans[case[0]]:7}{result.recall(case):9.4f}"
        line += f"{result.recall(case, of='strict'):12.4f}{result.recall(case, of='covered'):10.4f}"
        print(line + (f"{peer.recall(case):10.4f}" if peer else ""))


def _print_precision(result: Score, peer: Score | None) -> None:
    print(f"\n{'no personal data':20}{'texts':>7}{'hit':>8}{'precision':>11}" + (f"{'presidio':>10}" if peer else ""))
    for what in sorted(result.negatives):
        line = f"{what:20}{result.negatives[what]:7}{result.hit[what]:8}{result.precision_against(what):11.4f}"
        print(line + (f"{peer.precision_against(what):10.4f}" if peer else ""))
    print(f"{'other text':27}{result.hit['other text']:8}")


def main() -> int:
    """Print the tables and say which bounds are missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--examples", type=int, default=0, help="how many misses and wrong hits to show of each case")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    documents = corpus(options.seed, options.documents)
    scan("010-1234-5678")
    begin = time.perf_counter()
    found = [scan(document.text) for document in documents]
    seconds = time.perf_counter() - begin
    answers = iter(found)
    result = score(documents, lambda _: next(answers), examples=options.examples)
    beside = None if options.no_peer else peer_score(documents, seed=options.seed)
    peer = beside[0] if beside else None
    pieces = f"{result.spans.total():,} pieces of personal data and {result.negatives.total():,} of what only looks like it"
    print(f"{len(documents):,} texts with {pieces}; seed {options.seed}\n")
    _print_recall(result, peer)
    _print_precision(result, peer)
    print(
        f"\nprecision {result.precision():.4f} of {result.findings:,} findings"
        + (f"; presidio {peer.precision():.4f} of {peer.findings:,}" if peer else "")
    )
    print(f"recall {result.recall(CASES):.4f}" + (f"; presidio {peer.recall(CASES):.4f}" if peer else ""))
    if beside:
        print(f"presidio / scan(), time: {beside[1] / seconds:.2f}")
    for case, examples in sorted(result.missed.items()):
        print(*(f"missed {case}: {example}" for example in examples), sep="\n")
    for what, examples in sorted(result.wrongly.items()):
        print(*(f"wrong {what}: {example}" for example in examples), sep="\n")
    missed = missed_bounds(result)
    print(*(missed or ["all bounds reached"]), sep="\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
