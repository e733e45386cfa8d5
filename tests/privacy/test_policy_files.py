"""A policy says what is done to every field, and nothing in it is without effect."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from people_policies import policy
from workbench.errors import UsageError
from workbench.files import write_text
from workbench.privacy import read_policy
from workbench.records import dump_yaml


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.yml"


def write(path, record):
    write_text(path, dump_yaml(record))
    return path


FIELDS = {"age": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]}, "illness": {"role": "sensitive"}}
BASE = {"policy": "people", "version": 1, "fields": FIELDS, "guarantee": {"k": 5}}
NOT_PERSONAL = {"policy": "people", "version": 1, "personal": False}

WHOLE = """\
policy: adult
version: 1
unit: person_id            # who is protected; rows of one person count once
fields:
  age: {role: quasi_identifier, recoding: interval, domain: [1, 100]}
  education: {role: quasi_identifier, hierarchy: adult_hierarchy_education.csv}
  occupation: {role: sensitive}
  salary-class: {role: insensitive}
  name: {role: direct_identifier, treatment: drop}
guarantee: {k: 5, l: {occupation: 2}, t: {occupation: 0.4}}
limits: {suppression: 0.05}
analysis_dimensions: [education]
disclosure: {min_contributors: 10, dominance: {n: 2, share: 0.9}, p_percent: 10, round: 1}
purposes: [statistics]
retention: P3Y
"""


def test_every_key_of_a_policy_is_read(path):
    write_text(path, WHOLE)
    made = read_policy(path)
    assert (made.guarantee.k, made.guarantee.l["occupation"].value, made.guarantee.t["occupation"].value) == (5, 2, 0.4)
    assert (made.guarantee.l["occupation"].measure, made.guarantee.t["occupation"].distance) == ("distinct", "equal")
    assert (made.custody, made.personal, made.unit, made.retention) == ("joint", True, "person_id", "P3Y")
    assert made.quasi_identifiers == ["age", "education"]
    assert made.local == ["age"]
    assert made.sensitive == ["occupation"]
    assert str(made.suppression) == "1/20"
    assert (made.disclosure.dominance.n, made.disclosure.dominance.share) == (2, 0.9)
    assert (made.disclosure.p_percent, made.disclosure.round) == (10, 1)
    assert made.rule("person_id").treatment == "pseudonymise"
    assert made.rule("nobody") is None


def test_l_and_t_are_measured_otherwise_where_the_policy_says_so(path):
    asked = {
        "k": 5,
        "l": {"illness": {"value": 1.5, "measure": "entropy"}},
        "t": {"illness": {"value": 0.2, "distance": "ordered"}},
    }
    made = read_policy(write(path, {**BASE, "guarantee": asked}))
    assert (made.guarantee.l["illness"].measure, made.guarantee.t["illness"].distance) == ("entropy", "ordered")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**BASE, "guarantee": {"k": 5, "l": 2}}, "guarantee.l"),
        ({**BASE, "guarantee": {"k": 5, "l": {"illnes": 2}}}, "did you mean 'illness'?"),
        ({**BASE, "guarantee": {"k": 5, "l": {"age": 2}}}, "is of role quasi_identifier"),
        ({**BASE, "guarantee": {"k": 5, "l": {"illness": 1}}}, "guarantee.l.illness.value"),
        ({**BASE, "guarantee": {"k": 5, "l": {"illness": 2.5}}}, "a whole number, found 2.5"),
        ({**BASE, "guarantee": {"k": 5, "l": {"illness": {"value": 2, "measur": "entropy"}}}}, "did you mean 'measure'?"),
        ({**BASE, "guarantee": {"k": 5, "l": {"illness": float("inf")}}}, "guarantee.l.illness.value"),
        ({**BASE, "guarantee": {"k": 5, "l": {"illness": {"value": float("inf"), "measure": "entropy"}}}}, "finite"),
        ({**BASE, "guarantee": {"k": 5, "t": {"illness": 1.5}}}, "guarantee.t.illness.value"),
        ({**BASE, "guarantee": {"k": 5, "t": {"illness": {"value": 0.2, "distance": "far"}}}}, "guarantee.t.illness.distance"),
        ({**BASE, "guarantee": {"k": 1}}, "guarantee.k"),
        ({**BASE, "guarantee": {"k": "5"}}, "guarantee.k"),
        ({**BASE, "guarantee": {"k": True}}, "guarantee.k"),
        ({**BASE, "guarantee": {"kk": 5}}, "unknown key 'kk', did you mean 'k'?"),
        ({**BASE, "guarantee": None}, "needed for data about people"),
        ({**BASE, "limit": {"suppression": 0.1}}, "unknown key 'limit', did you mean 'limits'?"),
        ({**BASE, "limits": {"suppression": 1.5}}, "limits.suppression"),
        ({**BASE, "limits": {"suppression": float("nan")}}, "limits.suppression"),
        ({**BASE, "disclosure": {"min_contributors": 0}}, "min_contributors"),
        ({**BASE, "disclosure": {"dominance": {"n": 2}}}, "'disclosure.dominance.share' is missing"),
        ({**BASE, "disclosure": {"dominance": {"n": 0, "share": 2}}}, "disclosure.dominance.n"),
        ({**BASE, "disclosure": {"p_percent": 0}}, "disclosure.p_percent"),
        ({**BASE, "disclosure": {"round": 0}}, "disclosure.round"),
        ({**BASE, "analysis_dimensions": ["hour"]}, "analysis_dimensions: 'hour' is not among the fields"),
        ({**BASE, "analysis_dimensions": ["age", "age"]}, "'age' stands twice"),
        ({**BASE, "custody": "nobody"}, "custody"),
        ({**BASE, "retention": "three years"}, "retention"),
        ({**BASE, "personal": "no"}, "personal"),
        ({**BASE, "version": 1.5}, "version"),
        ({**NOT_PERSONAL, "fields": FIELDS}, "no effect to fields"),
        ({**NOT_PERSONAL, "limits": {"suppression": 0.1}}, "no effect to limits"),
        ({**NOT_PERSONAL, "disclosure": {"min_contributors": 20}}, "no effect to disclosure"),
        ({**NOT_PERSONAL, "custody": "joint", "purposes": ["statistics"]}, "no effect to custody, purposes"),
    ],
)
def test_what_a_policy_may_not_say_is_named_with_its_file(path, record, reason):
    with pytest.raises(UsageError) as caught:
        read_policy(write(path, record))
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)


def test_all_that_is_wrong_with_a_policy_is_told_at_once_each_with_its_line(path):
    write_text(
        path,
        "policy: people\nversion: 1\nfields:\n  age: {role: quasi_identifer, recoding: interval}\n"
        "  illness: {role: sensitive, share: 0.1}\n"
        "guarantee: {k: 1, l: {age: 2}}\nanalysis_dimensions: [agee]\nlimit: 3\n",
    )
    with pytest.raises(UsageError) as caught:
        read_policy(path)
    told = str(caught.value)
    assert "6 problems" in told
    for line, word in ((4, "role"), (5, "share belongs to treatment: noise"), (6, "guarantee.k"), (6, "l and t protect")):
        assert any(f"line {line}:" in each and word in each for each in told.splitlines()), (line, word, told)
    assert "line 7: analysis_dimensions: 'agee' is not among the fields, did you mean 'age'?" in told
    assert "line 8: unknown key 'limit', did you mean 'limits'?" in told


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"role": "quasi_identifier"}, "needs a hierarchy, recoding"),
        ({"role": "quasi_identifier", "treatment": "keep"}, "keep is not for role quasi_identifier, allowed: drop"),
        ({"role": "quasi_identifier", "treatment": "microaggregate"}, "microaggregate is not for role quasi_identifier"),
        ({"role": "quasi_identifier", "recoding": "interval"}, "needs domain"),
        ({"role": "quasi_identifier", "domain": [0, 9]}, "domain belongs to recoding: interval, found recoding: none"),
        ({"role": "quasi_identifier", "hierarchy": "a.csv", "domain": [0, 9]}, "domain belongs to recoding: interval"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [9, 0]}, "not below"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 10**10]}, "more than 2,000,000,000"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9.5]}, "domain"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9], "hierarchy": "a.csv"}, "exclude each other"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9], "treatment": "drop"}, "exclude each other"),
        ({"role": "quasi_identifier", "recoding": "time", "levels": ["day", "day"]}, "names one twice"),
        ({"role": "quasi_identifier", "recoding": "time", "levels": ["week", "month"]}, "weeks do not fit into months"),
        ({"role": "quasi_identifier", "recoding": "time"}, "needs levels"),
        ({"role": "insensitive", "treatment": "displace"}, "needs within_m"),
        ({"role": "insensitive", "treatment": "trim"}, "needs zone_m"),
        ({"role": "quasi_identifier", "recoding": "time", "levels": ["decade"]}, "levels"),
        ({"role": "quasi_identifier", "recoding": "time", "finest_m": 100}, "finest_m belongs to recoding: place"),
        ({"role": "direct_identifier"}, "drop or pseudonymise"),
        ({"role": "direct_identifier", "treatment": "keep"}, "keep is not for role direct_identifier"),
        ({"role": "direct_identifier", "recoding": "interval", "domain": [0, 9]}, "not generalised"),
        ({"role": "sensitive", "hierarchy": "a.csv"}, "not generalised"),
        ({"role": "insensitive", "treatment": "pseudonymise"}, "pseudonymise is not for role insensitive"),
        ({"role": "insensitive", "sha256": "0" * 64}, "pins a hierarchy"),
        ({"role": "insensitive", "group_size": 3}, "group_size belongs to treatment: microaggregate"),
        ({"role": "insensitive", "treatment": "microaggregate", "group_size": 1}, "group_size"),
        ({"role": "insensitive", "treatment": "noise", "share": 0}, "share"),
        ({"role": "harmless"}, "role"),
        ({"role": "insensitive", "levels": ["day"]}, "levels belongs to recoding: time"),
    ],
)
def test_a_rule_that_would_have_no_effect_or_two_is_refused(rule, reason):
    with pytest.raises(ValidationError, match=reason):
        policy({"age": rule})


@pytest.mark.parametrize("rule", [{"role": "insensitive"}, {"role": "sensitive", "treatment": "mask"}])
def test_the_unit_cannot_be_kept_raw(rule):
    with pytest.raises(ValidationError, match="tells people apart"):
        policy({"who": rule})
    assert policy({"who": {"role": "direct_identifier", "treatment": "drop"}}).rule("who").treatment == "drop"


def test_l_and_t_are_not_counted_on_values_that_are_changed():
    with pytest.raises(ValidationError, match="counted on values that are kept"):
        policy({"illness": {"role": "sensitive", "treatment": "noise"}}, guarantee={"k": 2, "l": {"illness": 2}})
