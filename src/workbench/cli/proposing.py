"""``workbench propose``: an urban issue, policies to adopt, or other rules and seats, asked for part by part."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.cli.asking import (
    ask,
    ask_bilingual,
    ask_choice,
    ask_words,
    confirm,
    read_day,
    require_terminal,
    tell,
    terminal,
)
from workbench.cli.commands import today_of
from workbench.cli.finishing import Done, Files, write
from workbench.errors import DONE, GateRefused, UsageError, WorkbenchError, combine
from workbench.governance import Governance, policy_path, read_governance
from workbench.governance.acts.proposing import changed_charter_files, draft_charter, draft_policies, draft_proposal
from workbench.project import Project
from workbench.records import read_yaml

KINDS = ("urban_issue", "policies", "charter")
FILE = "--from FILE.yml"


def propose(project: Project, options: argparse.Namespace) -> int:
    """Propose something to both sides."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    kind, *datasets = options.what or [None]
    kind = "urban_issue" if kind == "issue" else kind
    if kind is not None and kind not in KINDS:
        raise UsageError(f"unknown kind of proposal '{kind}'", hint="allowed: issue, policies, charter")
    if datasets and kind != "policies":
        raise UsageError(f"{kind} takes no datasets", hint="workbench propose policies DATASET …")
    record = read_record(options.from_file, drop=("proposal", "proposed_on")) if options.from_file else {}
    kind = record.pop("kind", None) or kind or ask_choice("무엇을 제안하나요 / what is proposed", KINDS, option=f"WHAT or {FILE}")
    if kind == "charter" and not changed_charter_files(project, governance):  # said before anybody is asked
        draft_charter(governance, {}, today=today)
    if kind == "policies" and not (datasets or options.from_file):
        datasets = _ask_datasets(governance)
    if kind == "policies":
        datasets = datasets or [Path(name).stem for name in record.pop("files", {})] or _ask_datasets(governance)
        check_fit(project, datasets)
    if not options.from_file:
        record = _issue_record(governance, options, today) if kind == "urban_issue" else _record(governance, options, today)

    def draft() -> Files:
        fresh = read_governance(project, today=today)
        if kind == "policies":
            return draft_policies(fresh, datasets, record, today=today)
        if kind == "charter":
            return draft_charter(fresh, {key: value for key, value in record.items() if key != "files"}, today=today)
        return draft_proposal(fresh, {"kind": kind, **record}, today=today)

    def then(done: Done) -> str:
        name = done.paths[-1].stem
        tally = read_governance(project, today=today).tally(name)
        return f"ballots count from {tally.opens_on} to {tally.last_day}: workbench vote {name} --seat …"

    write(project, options, draft, then=then)
    return DONE


def check_fit(project: Project, datasets: Sequence[str]) -> None:
    """Refuse policies that do not fit their datasets, before anybody votes on them.

    Parameters
    ----------
    project : Project
    datasets : sequence of str

    Raises
    ------
    UsageError, GateRefused
        All problems of all of them. A policy that is not written is left to the proposal to refuse.
    """
    from workbench.catalog import read_catalog
    from workbench.privacy import check_policy, read_policy

    catalog = read_catalog(project)
    failed: list[WorkbenchError] = []
    for name in datasets:
        path = policy_path(project, name)
        if not path.is_file():
            continue
        try:
            check_policy(read_policy(path), catalog[name], path)
        except WorkbenchError as error:
            failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        kind = GateRefused if all(isinstance(error, GateRefused) for error in failed) else UsageError
        raise combine([str(error) for error in failed], where="the policies do not fit their datasets", kind=kind)


def _ask_datasets(governance: Governance) -> list[str]:
    """Whose policies are put to the vote; only those that are written can be."""
    written = sorted(path.stem for path in policy_path(governance.project, "any").parent.glob("*.yml"))
    if not written:
        raise UsageError("governance/policies: holds no policy yet", hint="write governance/policies/<dataset>.yml first")
    if terminal():
        tell(f"  정책 / policies: {', '.join(written)}")

    def read(answer: str) -> list[str]:
        named = answer.replace(",", " ").split()
        if lacking := [name for name in named if name not in written]:
            raise ValueError(f"dataset '{lacking[0]}' has no policy; those written: {', '.join(written)}")
        if not named:
            raise ValueError("비워 둘 수 없습니다 / may not be empty")
        return named

    return ask("어느 자료의 정책 / whose policies (datasets)", option="DATASET", read=read)


def read_record(path: Path, *, drop: tuple[str, ...]) -> dict[str, Any]:
    """Read a written draft; its number and day are given by the command, so those of an example are taken out."""
    record = read_yaml(path)
    if not isinstance(record, dict):
        raise UsageError(f"{path}: holds no keys", hint="begin from: workbench governance example")
    return {str(key): value for key, value in record.items() if key not in drop}


def _common(governance: Governance, options: argparse.Namespace) -> dict[str, Any]:
    seats = governance.members.seats

    def by(answer: str) -> str:
        if answer in seats or re.fullmatch(r"C-[0-9]{4}", answer):
            return answer
        raise ValueError(f"'{answer}' is neither a seat nor a contribution (C-0001); seats: {', '.join(seats)}")

    return {
        "proposed_by": ask("제안하는 자리 / who proposes (or a contribution)", option="--seat", read=by, given=options.seat),
        "title": ask_bilingual("제목", "Title", option="--title", given=(options.title_ko, options.title_en)),
        "question": ask_bilingual("물음", "Question", option="--question", given=(options.question_ko, options.question_en)),
    }


def _ends(options: argparse.Namespace, today: dt.date) -> dict[str, Any]:
    given = (options.department_ko, options.department_en)
    department = ask_bilingual("담당 부서", "Department responsible", option="--department", given=given)
    opens = options.opens
    if opens is None and terminal() and options.title_ko is None:
        opens = ask("투표 시작일 / first day of voting", option="--opens", read=read_day, default=today)
    return {"department": department, "opens_on": opens or today}


def _record(governance: Governance, options: argparse.Namespace, today: dt.date) -> dict[str, Any]:
    """What a proposal of policies or of rules and seats says besides its files."""
    common = _common(governance, options)
    reason = ask_words("이유 / reason", option="--reason", required=True, given=(options.reason, options.reason_en))
    return {**common, "reason": reason, **_ends(options, today)}


def _issue_record(governance: Governance, options: argparse.Namespace, today: dt.date) -> dict[str, Any]:
    """Every key of an urban issue, one question after the other."""
    require_terminal(FILE, "the urban issue")

    def issue(answer: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", answer):
            raise ValueError(f"'{answer}': 영문 소문자, 숫자, 붙임표만 / lower-case letters, digits and hyphens")
        return answer

    record: dict[str, Any] = {"issue": ask("도시문제 이름 / name of the urban issue, e.g. bike-routes", option=FILE, read=issue)}
    record |= _common(governance, options)
    record["harmed"] = ask_bilingual("누가 피해를 보나요", "Who is harmed", option=FILE)
    record["data_needed"] = []
    while not record["data_needed"] or confirm("자료가 더 필요한가요? / more data needed?"):
        what = ask_bilingual("필요한 자료", "Data needed", option=FILE)
        record["data_needed"].append({"what": what, "holder": ask_bilingual("가진 곳", "Who holds it", option=FILE)})
    record["expected_outcome"] = ask_bilingual("기대하는 결과", "Expected outcome", option=FILE)
    record["indicator"] = _indicator()
    record["decision_wanted"] = ask_bilingual("바라는 결정", "Decision wanted", option=FILE)
    return {**record, **_ends(options, today)}


def _indicator() -> dict[str, Any]:
    """What the outcome is measured by; without a baseline, why there is none."""
    indicator: dict[str, Any] = {"name": ask_bilingual("지표", "Indicator", option=FILE)}
    unit = ask_words("단위 / unit", option=FILE, required=False)
    if unit:
        indicator["unit"] = {language: unit.get(language) or next(iter(unit.values())) for language in ("ko", "en")}
    if not confirm("기준값이 있나요? / is there a baseline?"):
        tell("기준값이 없으면 그 이유를 적습니다 / without one, say why")
        return {**indicator, "baseline_missing": ask_bilingual("기준값이 없는 이유", "Why there is no baseline", option=FILE)}

    def as_of(answer: str) -> str:
        if not re.fullmatch(r"[0-9]{4}([-Q][0-9-]+)?", answer):
            raise ValueError("2021, 2021-06, 2021Q2, 2021-06-30")
        return answer

    indicator["baseline"] = {
        "value": ask("기준값 / value", option=FILE, read=_number),
        "as_of": ask("기준 시점 / as of (2021, 2021-06, 2021Q2)", option=FILE, read=as_of),
        "source": ask_bilingual("출처", "Source", option=FILE),
    }
    return indicator


def _number(answer: str) -> float:
    try:
        return float(answer.replace(",", ""))
    except ValueError:
        raise ValueError(f"'{answer}': 숫자를 적어 주세요 / write a number") from None
