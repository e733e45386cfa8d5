"""``workbench governance link`` and ``answer``: a department's official answer, from its link to the countersignature."""

from __future__ import annotations

import argparse
import json

from workbench.cli.asking import ask, ask_choice, ask_lines, ask_seat, ask_text, confirm, passphrase, tell, terminal
from workbench.cli.commands import today_of
from workbench.cli.finishing import Done, Files, sign, write
from workbench.cli.locking import alone
from workbench.cli.terminal import say
from workbench.errors import DONE, GateRefused, UsageError
from workbench.files import text_bytes, write_bytes
from workbench.governance import Governance, read_governance
from workbench.governance.acts.answering import Reply, answer_through, draft_countersignature, read_bundle, read_reply
from workbench.governance.acts.drafts import Draft, sign_draft
from workbench.governance.acts.keyring import find_key
from workbench.governance.acts.linking import LINK_DAYS, draft_link, link_text, open_link, parse_link
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.papers.answers import OUTCOMES
from workbench.governance.signing import generate_key
from workbench.project import Project


def link(project: Project, options: argparse.Namespace) -> int:
    """Issue a one-time link; it is printed once, and its secret is kept nowhere."""
    from workbench.publish.answer_page import link_base

    today = today_of(options)
    governance = read_governance(project, today=today)
    given = {"ko": options.department_ko, "en": options.department_en}
    if any(given.values()) and not all(given.values()):
        raise UsageError("give --department-ko and --department-en, or neither", hint="without them: as the paper names it")
    department = {language: str(text) for language, text in given.items()} if all(given.values()) else None
    base = link_base(project)
    fresh = generate_key()

    def draft() -> Draft:
        return draft_link(
            read_governance(project, today=today),
            options.subject,
            signer=options.seat,
            department=department,
            key=fresh,
            today=today,
            days=options.days or LINK_DAYS,
        )

    made = draft()
    tell(f"--- {project.relative(made.path)} ---\n{made.content.decode('utf-8').rstrip()}\n---")
    if not options.yes and not confirm(f"{made.signer} 이름으로 서명하고 만들까요? / sign this as {made.signer} and issue it?"):
        raise KeyboardInterrupt
    asked = passphrase if terminal() else None
    demonstration = governance.rules.demonstration
    key = find_key(project, made.signer, demonstration=demonstration, path=options.key, passphrase=asked)
    with alone(project):
        if draft() != made:
            raise GateRefused("another link was issued while you answered; nothing was written", hint="run it again")
        written = [project.relative(path) for path in sign_draft(made, key)]
    text = link_text(base or "answer:", made, fresh)
    if options.json:
        say(json.dumps({"link": text, "written": written}, ensure_ascii=False, sort_keys=True, indent=1))
        return DONE
    say(f"written: {', '.join(written)}")
    say(f"to commit: git add {' '.join(written)}")
    say("next: send this one link to the department and to nobody else; it is shown only now and answers once:")
    say(text)
    if base is None:
        say("in a browser: the published book's address before it, as https://…/ko/answer.html#L-…, or pasted on that page")
    say("the page knows this link once it is committed and the book is built and published anew")
    return DONE


def answer(project: Project, options: argparse.Namespace) -> int:
    """Answer through a link, or countersign an answer as a steward."""
    if options.take is not None or options.countersign:
        return _countersign(project, options)
    today = today_of(options)
    governance = read_governance(project, today=today)
    text = options.link or ask_text("받은 링크 / the link that you were sent", option="LINK")
    name, key = parse_link(text)
    opened = open_link(governance, name, key, today=today)
    _show_subject(governance, opened.answers)
    allowed = OUTCOMES[opened.answers[0]]
    outcome = ask_choice("결과 / outcome", allowed, option="--outcome", given=options.outcome)
    words = {language: given for language, given in (("ko", options.text), ("en", options.text_en)) if given}
    if not words:
        language = ask_choice("쓸 언어 / language of the answer", ("ko", "en"), option="--text")
        words = {language: ask_lines("답변 / the answer", option="--text")}

    def reply() -> Reply:
        fresh = read_governance(project, today=today)
        return answer_through(fresh, name, key, outcome=outcome, text=words, promised=options.promise, today=today)

    if options.out is not None:
        _write_bundle(options, reply())
        return DONE

    def draft() -> Files:
        return reply().files

    def then(done: Done) -> str:
        return f"a steward countersigns: workbench answer {done.paths[-1].stem} --countersign --seat {opened.issued_by}"

    write(project, options, draft, then=then)
    return DONE


def _write_bundle(options: argparse.Namespace, reply: Reply) -> None:
    """One file outside of the repository, for a department that cannot write to it."""
    tell(reply.content.decode("utf-8"))
    if options.out.exists():
        raise UsageError(f"{options.out}: is there already", hint="choose another name")
    if not options.yes and not confirm("이대로 쓸까요? / write this?"):
        raise KeyboardInterrupt
    write_bytes(options.out, reply.bundle)
    say(f"written: {options.out}")
    say("next: send this file to the steward, who takes it in: workbench answer --take FILE --seat …")


def _countersign(project: Project, options: argparse.Namespace) -> int:
    today = today_of(options)
    governance = read_governance(project, today=today)
    stewards = {name: seat for name, seat in governance.members.seats.items() if seat.side and seat.has_role("steward")}
    if options.take is not None and not options.take.is_file():
        raise UsageError(f"{options.take}: no such file", hint="name the file that the department sent")
    sent = b"" if options.take is None else paper_bytes(options.take.resolve(), where=str(options.take))  # from anywhere: bounded
    if options.take is None and options.link is None:
        name = ask("어느 답변 / which answer (R-0001)", option="its number, such as R-0001", read=str)
    else:
        name = options.link
    if name is not None and "#" in name:
        raise UsageError("--countersign takes an answer's number, found a link", hint="workbench answer R-0001 --countersign")
    seat = options.seat or ask_seat("확인하는 운영 자리 / the steward's seat", stewards)

    def draft() -> Draft:
        fresh = read_governance(project, today=today)
        reply = read_bundle(fresh, sent) if options.take is not None else read_reply(fresh, name)
        return draft_countersignature(fresh, reply, signer=seat)

    def then(done: Done) -> str:
        subject = next(path.stem for path in done.paths if path.suffix == ".yml")
        if subject.startswith("R-"):
            return (
                f"record the step: workbench governance recommend {subject.partition('.')[0]} --step accepted (or what it says)"
            )
        if subject.startswith("D-"):
            return f"close the request: workbench request-data --close {subject.partition('.')[0]} --dataset … or --obstacle …"
        return "the answer counts"

    sign(project, options, draft, then=then)
    return DONE


def _show_subject(governance: Governance, subject: str) -> None:
    folder = {"R": "recommendations", "D": "data_requests", "P": "proposals"}[subject[0]]
    path = governance.project.governance / folder / f"{subject}.yml"
    tell(f"--- {governance.project.relative(path)} ---")
    tell(text_bytes(path).decode("utf-8").rstrip())
    tell("---")
