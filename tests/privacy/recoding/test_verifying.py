"""The safety net: labels that hold less than asked are found, whatever made them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from workbench.errors import GateRefused
from workbench.privacy.recoding import Attribute, Sensitive, interval_tree
from workbench.privacy.recoding.publishing import Published
from workbench.privacy.recoding.verify import Measured, verify

AGE = interval_tree("age", (0, 99))


def _verify(
    labels: list[str | None], *, k: int = 2, people: list[int] | None = None, sensitive: tuple[Sensitive, ...] = ()
) -> Measured:
    kept = np.array([label is not None for label in labels])
    column = pa.array(labels, pa.string()).dictionary_encode()
    published = Published(columns={"age": column}, kept=kept, classes=np.zeros(len(labels), np.int32))
    attribute = Attribute("age", AGE, np.zeros(len(labels), np.int32))
    who = None if people is None else np.array(people)
    return verify([attribute], published, people=who, sensitive=sensitive, k=k)


def test_a_class_of_too_few_rows_is_found() -> None:
    assert _verify(["a", "a", "b", "b", None]).k == 2
    with pytest.raises(GateRefused, match="k = 2 does not hold on the recoded rows: a class of 1 people"):
        _verify(["a", "a", "b"])


def test_a_class_of_one_person_with_many_rows_is_found() -> None:
    assert _verify(["a", "a", "b", "b"], people=[1, 2, 3, 4]).k == 2
    with pytest.raises(GateRefused, match="a class of 1 people"):
        _verify(["a", "a", "b", "b"], people=[1, 2, 3, 3])


def test_a_person_whom_linked_rows_single_out_is_found() -> None:
    """Both classes hold two people, but only one of the three is seen in both."""
    with pytest.raises(GateRefused, match="1 people who share all the classes of their rows"):
        _verify(["a", "a", "b", "b"], people=[1, 2, 2, 3])
    assert _verify(["a", "b", "a", "b"], people=[1, 1, 2, 2]).k == 2


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (Sensitive("s", np.array([0, 1, 1, 1]), l=2), "l = 2 of 's' does not hold"),
        (Sensitive("s", np.array([0, 1, 1, -1]), l=1.5, l_measure="entropy"), None),
        (Sensitive("s", np.array([0, 1, 1, 1]), l=1.5, l_measure="entropy"), "entropy l = 1.5 of 's' does not hold"),
        (Sensitive("s", np.array([0, 1, 1, 1]), t=0.25), None),
        (Sensitive("s", np.array([0, 1, 1, 1]), t=0.24), "t = 0.24 of 's' does not hold"),
        (Sensitive("s", np.array([0, 2, 1, 1]), t=0.25, t_distance="ordered"), None),
        (Sensitive("s", np.array([0, 2, 1, 1]), t=0.24, t_distance="ordered"), "t = 0.24 of 's' does not hold"),
    ],
)
def test_a_class_without_diversity_or_far_from_the_whole_is_found(field: Sensitive, found: str | None) -> None:
    labels: list[str | None] = ["a", "a", "b", "b"]
    if found is None:
        _verify(labels, sensitive=(field,))
    else:
        with pytest.raises(GateRefused, match=found):
            _verify(labels, sensitive=(field,))


def test_measures_are_told_for_every_sensitive_field_asked_or_not() -> None:
    measured = _verify(["a", "a", "b", "b"], sensitive=(Sensitive("s", np.array([0, 1, 1, 1])),))
    assert measured.l == {"s": 1.0}
    assert measured.t == {"s": pytest.approx(0.25)}
