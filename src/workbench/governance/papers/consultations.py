"""``governance/consultations/<name>.yml``: what a consultation held with Polis found, in numbers of people.

Written by the import and read by pages. It has no key for a voter or an author, and refuses numbers of few people, so that
nobody can add them by hand either.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from workbench.catalog import Bilingual
from workbench.governance.papers.contributions import About
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import Paper, Sha256, Text

SMALLEST_GROUP = 10
"""Fewer people than this are not shown as a group.

The default of ACRO, the output checker of the UK's safe settings. It may be raised, never lowered: how somebody votes on
a public question is a political opinion, sensitive information under Article 23 of Korea's Personal Information
Protection Act, and a consultation gains nothing from a group of nine.
"""

ConsultationId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Number = Annotated[int, Field(ge=0, strict=True)]
Group = Number | Literal["none"]
"""An opinion group as Polis numbers it; none: people who answered too few comments to be placed."""


class Counts(Paper):
    """People who agree, disagree, and pass.

    Examples
    --------
    >>> Counts.model_validate({"agree": 9, "disagree": 4, "pass": 2}).seen
    15
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    agree: Number
    disagree: Number
    passed: Number = Field(alias="pass")

    @property
    def seen(self) -> int:
        """People who answered at all."""
        return self.agree + self.disagree + self.passed


class GroupCounts(Counts):
    """The same within one group."""

    group: Group


class GroupSize(Paper):
    """How many people are in a group."""

    group: Group
    people: Number


class Comment(Paper):
    """One comment that people voted on."""

    comment: Number = Field(description="its number in Polis")
    moderated: Literal["accepted", "unmoderated", "rejected"]
    text: Text | None = Field(default=None, description="as written; only where a steward has read it and lets it through")
    overall: Counts | None = Field(default=None, description="absent: fewer people than smallest_group answered")
    by_group: list[GroupCounts] = Field(default=[], description="groups that are not here are withheld")

    @model_validator(mode="after")
    def _parts_of_the_whole(self) -> Comment:
        for name in ("agree", "disagree", "passed"):
            if sum(getattr(part, name) for part in self.by_group) > (getattr(self.overall, name) if self.overall else 0):
                raise ValueError(f"comment {self.comment}: more people in the groups than overall")
        if self.moderated == "rejected" and self.text is not None:
            raise ValueError(f"comment {self.comment}: the moderators rejected it, so its text is not shown")
        return self


class Source(Paper):
    """The export that the numbers come from, by fingerprints that the order of its lines does not change."""

    tool: Literal["polis"]
    sorted_lines_sha256: dict[str, Sha256] = Field(min_length=1, description="what LC_ALL=C sort FILE | sha256sum prints")


class Consultation(Paper):
    """A consultation: how many people took part, and what they think of each comment, overall and by opinion group.

    Examples
    --------
    >>> paper = {
    ...     "consultation": "clean-air-2026", "title": {"ko": "맑은 공기", "en": "Clean air"}, "about": {"issue": "fine-dust"},
    ...     "source": {"tool": "polis", "sorted_lines_sha256": {"votes.csv": "0" * 64}},
    ...     "held_from": "2026-05-04", "held_until": "2026-05-15", "smallest_group": 10,
    ...     "participants": 22, "votes": 22, "opinion_groups": 2,
    ...     "groups": [{"group": 0, "people": 12}, {"group": 1, "people": 10}],
    ...     "comments": [{"comment": 3, "moderated": "accepted", "overall": {"agree": 14, "disagree": 4, "pass": 4}, "by_group": [
    ...         {"group": 0, "agree": 11, "disagree": 0, "pass": 1}, {"group": 1, "agree": 3, "disagree": 4, "pass": 3}]}],
    ... }
    >>> air = Consultation.model_validate(paper)
    >>> round(air.group_informed_consensus(air.comments[0]), 3)
    0.286
    """

    consultation: ConsultationId
    title: Bilingual
    about: About
    source: Source
    held_from: Day = Field(description="the day of the first vote, in Seoul")
    held_until: Day = Field(description="the day of the last vote, in Seoul")
    smallest_group: int = Field(default=SMALLEST_GROUP, ge=SMALLEST_GROUP, strict=True)
    participants: Number
    votes: Number = Field(description="the last vote of each person on each comment that is shown here with its numbers")
    opinion_groups: Number = Field(description="how many Polis found, withheld ones included")
    groups: list[GroupSize] = Field(default=[], description="groups that are not here are withheld")
    comments: list[Comment]
    rejected: list[Comment] = Field(default=[], description="comments that the moderators of the consultation rejected")

    @model_validator(mode="after")
    def _few_people_nowhere(self) -> Consultation:
        least = self.smallest_group
        problems = [f"group {one.group}: {one.people} people" for one in self.groups if one.people < least]
        rest = self.participants - sum(one.people for one in self.groups)
        if self.participants < least or rest < 0 or (self.groups and 0 < rest < least):
            problems.append(f"participants: {self.participants}, {rest} of them in groups that are not shown")
        sizes = {one.group: one.people for one in self.groups}
        for comment in (*self.comments, *self.rejected):
            problems += [f"comment {comment.comment}, {fault}" for fault in self._few(comment, sizes)]
        if problems:
            raise ValueError(f"fewer than {least} people would be shown, or found by subtraction: {'; '.join(problems[:5])}")
        return self

    def _few(self, comment: Comment, sizes: dict[Any, int]) -> list[str]:
        """Numbers of one comment that are too small, or that no shown group could give."""
        seen = comment.overall.seen if comment.overall else 0
        rest = seen - sum(part.seen for part in comment.by_group)
        found = [f"overall: {seen}"] if comment.overall and seen < self.smallest_group else []
        found += [f"group {part.group}: {part.seen}" for part in comment.by_group if part.seen < self.smallest_group]
        found += [
            f"group {part.group}: {part.seen} of {sizes.get(part.group, 0)} shown"
            for part in comment.by_group
            if part.seen > sizes.get(part.group, 0)
        ]
        return [*found, f"the rest: {rest}"] if comment.by_group and 0 < rest < self.smallest_group else found

    @model_validator(mode="after")
    def _adds_up(self) -> Consultation:
        if self.held_until < self.held_from:
            raise ValueError("held_until lies before held_from")
        everything = (*self.comments, *self.rejected)
        ids = [comment.comment for comment in everything]
        if len(set(ids)) < len(ids):
            raise ValueError("a comment stands twice")
        apart = all(one.moderated == "rejected" for one in self.rejected)
        if not apart or any(one.moderated == "rejected" for one in self.comments):
            raise ValueError("rejected comments stand under rejected, and only they")
        votes = sum(comment.overall.seen for comment in everything if comment.overall)
        if votes != self.votes:
            raise ValueError(f"votes: {self.votes}, the comments add up to {votes}")
        return self

    def group_informed_consensus(self, comment: Comment) -> float | None:
        """Return the product over all opinion groups of the chance that a member agrees, (agree + 1) / (seen + 2).

        Polis's measure of what every group can live with (https://compdemocracy.org/group-informed-consensus). It is not
        given where one of the groups is withheld: the product would tell what that group thinks.

        Parameters
        ----------
        comment : Comment

        Returns
        -------
        float or None
        """
        parts = [part for part in comment.by_group if part.group != "none"]
        if not parts or len(parts) < self.opinion_groups:
            return None
        return math.prod((part.agree + 1) / (part.seen + 2) for part in parts)
