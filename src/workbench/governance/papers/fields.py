"""The kinds of values that the files of ``governance/`` share: sides, seats, ids, hashes, words of people.

One definition, so that a seat is written the same way in a ballot, in minutes and in an answer.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from workbench.records import plain_letters

Side = Literal["government", "civil_society"]
Standing = Literal["expert", "citizen"]
Role = Literal["analyst", "checker", "custodian", "steward"]
Choice = Literal["yes", "no", "block", "abstain"]

SIDES: tuple[Side, ...] = ("government", "civil_society")
SIDE_WORDS: dict[Side, str] = {"government": "government", "civil_society": "civil society"}

EVERYWHERE = "all"
"""The key of roles that hold for every urban issue."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SeatId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}-[1-9][0-9]{0,2}$")]
IssueId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
ProposalId = Annotated[str, StringConstraints(pattern=r"^P-[0-9]{4}$")]
MeetingId = Annotated[str, StringConstraints(pattern=r"^M-[0-9]{4}$")]
ContributionId = Annotated[str, StringConstraints(pattern=r"^C-[0-9]{4}$")]
RequestId = Annotated[str, StringConstraints(pattern=r"^D-[0-9]{4}$")]
ObstacleId = Annotated[str, StringConstraints(pattern=r"^O-[0-9]{4}$")]
RecommendationId = Annotated[str, StringConstraints(pattern=r"^R-[0-9]{4}$")]
LinkId = Annotated[str, StringConstraints(pattern=r"^L-[0-9]{4}$")]
ResultId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[1-9][0-9]*#[a-z][a-z0-9_]*(\.figure)?$")]
ProjectPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$", max_length=200)
]
"""A path from the project's root, in ASCII, never upwards."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True), AfterValidator(plain_letters)]


class Paper(BaseModel):
    """A file of ``governance/``, or a part of one: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Paper):
    """What somebody wrote, in Korean, in English, or in both: nobody is made to write a second language.

    Examples
    --------
    >>> Words(ko="근거가 부족합니다.").shown("en")
    ('ko', '근거가 부족합니다.')
    """

    ko: Text | None = None
    en: Text | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Words:
        if self.ko is None and self.en is None:
            raise ValueError("give the text in ko, in en, or in both")
        return self

    def shown(self, language: str) -> tuple[str, str]:
        """Return the language in which the text exists, the one asked for where it can be, and the text.

        Parameters
        ----------
        language : str

        Returns
        -------
        (str, str)
        """
        texts = {"ko": self.ko, "en": self.en}
        wanted = texts.get(language)
        if wanted is not None:
            return language, wanted
        other = "ko" if self.ko is not None else "en"
        return other, str(texts[other])
