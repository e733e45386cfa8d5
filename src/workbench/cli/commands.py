"""One function per command; heavy rooms are loaded by the command that needs them."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from workbench.cli.terminal import progress, say
from workbench.errors import DONE, CheckFailed, GateRefused, RunsFailed, UsageError, combine
from workbench.project import Project

CITY_TIME = ZoneInfo("Asia/Seoul")


def today_of(options: argparse.Namespace) -> dt.date:
    """Return the date given, or the city's."""
    return options.today or dt.datetime.now(CITY_TIME).date()


def print_json(value: Any) -> None:
    """Print a value for machines: the same value, the same bytes."""
    say(json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=str))


def remember_register(project: Project, *, today: dt.date) -> None:
    """Let this machine remember the register that real work rested on, so that it notices one put back to an earlier day."""
    from workbench.governance import read_governance, remember

    remember(project, read_governance(project, today=today).register, today=today)


def init(options: argparse.Namespace) -> int:
    """Start a city's own project in an empty folder."""
    from workbench.catalog import Bilingual
    from workbench.cli.starting import City, next_steps, start_city
    from workbench.governance import Side

    given = {key: value for key, value in (("ko", options.name_ko), ("en", options.name_en)) if value}
    if len(given) == 1:
        raise UsageError("give --name-ko and --name-en, or neither", hint="the book stands in both languages")
    more = {"name": Bilingual(**given)} if given else {}
    seats: dict[Side, int] = {"government": options.seats_government, "civil_society": options.seats_civil_society}
    files = start_city(options.folder, City(today=today_of(options), seats=seats, **more))
    say(f"{len(files)} files in {options.folder.resolve()}")
    for line in next_steps(options.folder.resolve()):
        say(line)
    return DONE


def build(project: Project, options: argparse.Namespace) -> int:
    """Walk the whole flow."""
    from workbench.cli.building import build as walk
    from workbench.cli.telling import closing_lines

    try:
        walk(
            project,
            today=today_of(options),
            book_today=options.today,
            trips=options.trips,
            seed=options.seed,
            workers=options.workers,
        )
        remember_register(project, today=today_of(options))
    finally:
        front, preview = project.site / "index.html", project.site / "preview" / "index.html"
        if front.is_file():
            for line in closing_lines(front, preview if preview.is_file() else None):
                say(line)
    return DONE


def status(project: Project, options: argparse.Namespace) -> int:
    """Say where each urban issue stands."""
    from workbench.cli.standing import issue_standing, standing_lines

    found = issue_standing(project, today=today_of(options))
    if options.json:
        print_json(found)
    else:
        for line in standing_lines(found):
            say(line)
    return DONE


def check(project: Project, options: argparse.Namespace) -> int:
    """Verify what is committed."""
    from workbench.cli.checking import check_project

    faults = check_project(project, today=today_of(options))
    if options.json:
        print_json([{"message": fault.message, "hint": fault.hint, "exit_code": fault.exit_code} for fault in faults])
    else:
        for fault in faults:
            say(f"fault: {fault}")
        count = f"{len(faults)} fault{'s' * (len(faults) > 1)}"
        say(count if faults else "catalogue, governance, policies, analyses and releases are whole")
    if any(fault.exit_code == UsageError.exit_code for fault in faults):
        return UsageError.exit_code
    if not faults:
        remember_register(project, today=today_of(options))
    return CheckFailed.exit_code if faults else DONE


def catalog(project: Project, options: argparse.Namespace) -> int:
    """List datasets, or show one."""
    from workbench.catalog import read_catalog

    found = read_catalog(project)
    if options.dataset:
        described = found[options.dataset]
        if options.json:
            print_json(described.model_dump(mode="json"))
            return DONE
        say(f"{options.dataset}: {described.title.en} / {described.title.ko}")
        say(f"  {described.description.en}")
        say(f"  owner {described.owner.en}; licence {described.licence}{'' if described.licence_verified else ' (not verified)'}")
        for name, field in described.fields.items():
            unit = f" [{field.unit}]" if field.unit else ""
            say(f"  {name:28} {field.type:9} {field.reveals:18} {field.meaning.en}{unit}")
        return DONE
    if options.json:
        print_json({name: described.model_dump(mode="json") for name, described in found.datasets.items()})
        return DONE
    for name, described in found.datasets.items():
        say(f"{name:38} {'synthetic' if described.synthetic else 'official':10} {described.title.en}")
    return DONE


def fetch(project: Project, options: argparse.Namespace) -> int:
    """Take rows in."""
    from workbench.catalog import read_catalog
    from workbench.cli.fetching import fetch_api, fetch_files, fetch_synthetic, forget_datasets

    found = read_catalog(project)
    for name in options.datasets:
        found[name]
    for name, belongs in (("since", "api"), ("until", "api"), ("trips", "synthetic"), ("seed", "synthetic")):
        if getattr(options, name) is not None and not getattr(options, belongs):
            raise UsageError(f"--{name} goes with --{belongs}", hint=f"add --{belongs}, or leave --{name} out")
    if options.forget:
        return forget_datasets(project, found, options, today=today_of(options))
    if options.synthetic:
        return fetch_synthetic(project, found, options, today=today_of(options))
    if options.api:
        return fetch_api(project, found, options, today=today_of(options))
    return fetch_files(project, found, options, today=today_of(options))


def protect(project: Project, options: argparse.Namespace) -> int:
    """Protect what was taken in."""
    from workbench.catalog import read_catalog
    from workbench.cli.asking import passphrase, terminal
    from workbench.cli.protecting import protect_each, protectable
    from workbench.vault import read_keys
    from workbench.vault.keys import key_file

    found = read_catalog(project)
    for name in options.datasets:
        found[name]
    keys = read_keys([key_file(project, str(word)) for word in options.key], passphrase=passphrase if terminal() else None)
    names = list(dict.fromkeys(options.datasets)) or protectable(project, found)
    manifests, refused = protect_each(project, found, names, today=today_of(options), keys=keys)
    if options.json:
        print_json(manifests)
    for manifest in [] if options.json else manifests:
        facts = manifest["report"]
        risk = f", k = {facts['k']}, {facts['suppressed']:.2%} suppressed, NCP {facts['ncp']:.3f}" if manifest["personal"] else ""
        say(f"{manifest['dataset']}: {manifest['rows']:,} rows{risk}{'' if manifest['fresh'] else ' (unchanged)'}")
    if refused:
        gates = all(isinstance(error, GateRefused) for error in refused.values())
        told = [str(error) for error in refused.values()]
        raise combine(told, where="protect", kind=GateRefused if gates else UsageError)
    remember_register(project, today=today_of(options))
    return DONE


def run(project: Project, options: argparse.Namespace) -> int:
    """Run notebooks."""
    from workbench.catalog import read_catalog
    from workbench.cli.telling import tell_runs
    from workbench.runs import Selection, carry_out, issues, plan_runs, read_analysis

    found = read_catalog(project)
    selection = Selection(only=dict(options.only), notebooks=tuple(options.notebooks))
    wanted = [options.issue] if options.issue else issues(project)
    plans = {issue: plan_runs(project, found, read_analysis(project, issue), selection=selection) for issue in wanted}
    if options.plan:
        lines = [
            {"run": run.key, "name": run.name, "due": options.force or not run.done} for plan in plans.values() for run in plan
        ]
        if options.json:
            print_json(lines)
        else:
            for line in lines:
                say(f"{'due      ' if line['due'] else 'unchanged'} {line['name']}")
        return DONE
    failed, told = 0, []
    for issue, plan in plans.items():
        with progress(f"run {issue}") as report:
            summary = carry_out(project, plan, workers=options.workers, force=options.force, report=report)
        failed += len(summary.failures)
        if options.json:
            failures = [
                {"run": item.run.name, "error": item.outcome.error, "cell": item.outcome.cell} for item in summary.failures
            ]
            told.append({"issue": issue, "finished": summary.finished, "unchanged": summary.unchanged, "failures": failures})
        else:
            tell_runs(project, summary)
    if options.json:
        print_json(told)
    if failed:
        raise RunsFailed(f"{failed} runs failed; the rest is done", hint="mend the notebooks and run the command again")
    return DONE


def release(project: Project, options: argparse.Namespace) -> int:
    """Write a candidate."""
    from workbench.catalog import read_catalog
    from workbench.cli.for_checkers import write_for_checkers
    from workbench.cli.telling import tell_candidate
    from workbench.releases import make_candidate
    from workbench.runs import plan_runs, read_analysis

    found = read_catalog(project)
    analysis = read_analysis(project, options.issue)
    runs = plan_runs(project, found, analysis)
    due = [run.name for run in runs if not run.done]
    if due:
        raise UsageError(f"{len(due)} runs are due, e.g. {due[0]}", hint=f"run: workbench run {options.issue}")
    candidate = make_candidate(project, found, analysis, runs, today=today_of(options))
    tell_candidate(project, candidate)
    page = write_for_checkers(project, found, analysis, candidate, runs)
    if page is None:
        say(f"nothing new: the last release of '{options.issue}' stands")
    else:
        say(f"  for the checkers, never public: {project.relative(page)}")
    remember_register(project, today=today_of(options))
    if candidate.uncorrected is not None:
        raise candidate.uncorrected
    return DONE


def book(project: Project, options: argparse.Namespace) -> int:
    """Build the book."""
    from workbench.cli.building import Report, make_book
    from workbench.cli.telling import closing_lines
    from workbench.releases import RELEASE_FILE

    waiting = {path.parent.name: path.parent for path in sorted(project.candidates.glob(f"*/{RELEASE_FILE}"))}
    front = make_book(project, Report(previews=waiting if options.preview else {}), today=options.today)
    for line in closing_lines(front, None):
        say(line)
    return DONE


def lab(project: Project, options: argparse.Namespace) -> int:
    """Start the lab."""
    from workbench.lab import serve

    def opened(server: Any) -> None:
        say(f"JupyterLab: {server.url}  (stop it with Ctrl-C; for others see docs/lab.md)")

    serve(project, port=options.port, password_file=options.password_file, open_browser=options.open, opened=opened)
    return DONE


def sample(project: Project, options: argparse.Namespace) -> int:
    """Make the demonstration anew."""
    from workbench.cli.sampling import make_sample

    make_sample(project, today=today_of(options))
    return DONE
