"""A policy says what is done to every field, and nothing in it is without effect."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from people_policies import PEOPLE, TREE, dataset, field, policy, rules, write_tree
from workbench.errors import GateRefused, UsageError
from workbench.files import write_text
from workbench.privacy import Policy, check_policy, read_hierarchy, read_policy
from workbench.records import dump_yaml


@pytest.fixture
def tree(tmp_path):
    return write_tree(tmp_path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.yml"


def write(path, record):
    write_text(path, dump_yaml(record))
    return path


BASE = {"policy": "people", "version": 1, "fields": {"who": {"role": "insensitive"}}, "guarantee": {"k": 5}}


def test_a_policy_under_another_name_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"others\.yml: is the policy of 'people'"):
        read_policy(write(tmp_path / "others.yml", BASE))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**BASE, "guarantee": {"k": 5, "l": 2}}, "unknown key 'l'"),
        ({**BASE, "guarantee": {"k": 5, "t": 0.2}}, "unknown key 't'"),
        ({**BASE, "guarantee": {"k": 1}}, "guarantee.k"),
        ({**BASE, "guarantee": None}, "needed for data about people"),
        ({**BASE, "limit": {"suppression": 0.1}}, "unknown key 'limit'"),
        ({**BASE, "limits": {"suppression": 1.5}}, "limits.suppression"),
        ({**BASE, "limits": {"suppression": float("nan")}}, "limits.suppression"),
        ({**BASE, "disclosure": {"min_contributors": 0}}, "min_contributors"),
        ({**BASE, "analysis_dimensions": ["hour"]}, "analysis_dimensions: 'hour' is not among the fields"),
        ({**BASE, "custody": "nobody"}, "custody"),
        ({"policy": "people", "version": 1, "personal": False, "fields": BASE["fields"]}, "no effect to fields"),
        ({"policy": "people", "version": 1, "personal": False, "limits": {"suppression": 0.1}}, "no effect to limits"),
        (
            {"policy": "people", "version": 1, "personal": False, "disclosure": {"min_contributors": 20}},
            "no effect to disclosure",
        ),
    ],
)
def test_what_a_policy_may_not_say_is_named_with_its_file(path, record, reason):
    with pytest.raises(UsageError) as caught:
        read_policy(write(path, record))
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"role": "quasi_identifier"}, "needs recoding"),
        ({"role": "quasi_identifier", "treatment": "keep"}, "needs recoding"),
        ({"role": "quasi_identifier", "recoding": "interval"}, "belong together"),
        ({"role": "quasi_identifier", "domain": [0, 9]}, "belong together"),
        ({"role": "quasi_identifier", "hierarchy": "a.csv", "domain": [0, 9]}, "belong together"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [9, 0]}, "not below"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 10**9]}, "more than 200,000"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9], "hierarchy": "a.csv"}, "exclude each other"),
        ({"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9], "treatment": "drop"}, "exclude each other"),
        ({"role": "direct_identifier"}, "drop or pseudonymise"),
        ({"role": "direct_identifier", "treatment": "keep"}, "drop or pseudonymise"),
        ({"role": "direct_identifier", "recoding": "interval", "domain": [0, 9]}, "not generalised"),
        ({"role": "sensitive", "hierarchy": "a.csv"}, "not generalised"),
        ({"role": "insensitive", "treatment": "pseudonymise"}, "only a direct_identifier"),
        ({"role": "insensitive", "sha256": "0" * 64}, "pins a hierarchy"),
        ({"role": "harmless"}, "role"),
        ({"role": "insensitive", "levels": 2}, "levels"),
    ],
)
def test_a_rule_that_would_have_no_effect_or_two_is_refused(rule, reason):
    with pytest.raises(ValidationError, match=reason):
        policy({"age": rule})


@pytest.mark.parametrize("rule", [{"role": "insensitive"}, {"role": "direct_identifier", "treatment": "drop"}])
def test_the_unit_cannot_be_kept_raw_or_dropped(rule):
    with pytest.raises(ValidationError, match="tells people apart"):
        policy({"who": rule})


def test_a_policy_that_fits_its_dataset_passes(tree, path):
    check_policy(policy(rules(tree)), dataset(PEOPLE), path)


def test_a_field_that_the_policy_does_not_name_is_an_error(tree, path):
    fewer = {name: rule for name, rule in rules(tree).items() if name != "illness"}
    with pytest.raises(UsageError, match="field 'illness' is not named"):
        check_policy(policy(fewer), dataset(PEOPLE), path)


def test_a_field_that_the_dataset_lacks_is_an_error_with_did_you_mean(tree, path):
    with pytest.raises(UsageError, match="unknown field 'agee', did you mean 'age'"):
        check_policy(policy({**rules(tree), "agee": {"role": "insensitive"}}), dataset(PEOPLE), path)


@pytest.mark.parametrize(
    ("name", "rule", "reason"),
    [
        ("age", {"role": "insensitive"}, "reveals a quasi_identifier"),
        ("row", {"role": "sensitive"}, None),
        ("words", {"role": "insensitive"}, "reveals a free_text"),
        ("illness", {"role": "insensitive"}, "it is sensitive"),
        ("home", {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9]}, "needs a number"),
        ("spot", {"role": "direct_identifier", "treatment": "pseudonymise"}, "dropped or kept"),
        ("spot", {"role": "quasi_identifier", "hierarchy": "place.csv"}, "needs words or whole numbers"),
    ],
)
def test_a_rule_must_fit_what_the_catalogue_says_of_the_field(tree, path, name, rule, reason):
    made = policy({**rules(tree), name: rule})
    if reason is None:
        check_policy(made, dataset(PEOPLE), path)
    else:
        with pytest.raises(UsageError, match=f"field '{name}'.*{reason}"):
            check_policy(made, dataset(PEOPLE), path)


@pytest.mark.parametrize("synthetic", [True, False])
def test_data_about_people_cannot_be_declared_otherwise(path, synthetic):
    declared = Policy(policy="people", version=1, personal=False)
    with pytest.raises(GateRefused, match="says personal: false, but the catalogue marks who, age"):
        check_policy(declared, dataset(PEOPLE, synthetic=synthetic), path)
    check_policy(declared, dataset({"year": field("integer", "time")}), path)


def test_real_people_are_refused_while_the_vault_keeps_rows_in_the_clear(tree, path):
    with pytest.raises(GateRefused, match="custody: joint"):
        check_policy(policy(rules(tree), custody="joint"), dataset(PEOPLE), path)
    with pytest.raises(GateRefused, match="synthetic people only"):
        check_policy(policy(rules(tree)), dataset(PEOPLE, synthetic=False), path)


def test_a_hierarchy_that_is_not_pinned_or_was_changed_is_refused(tree, path):
    loose = rules(tree)
    del loose["home"]["sha256"]
    with pytest.raises(GateRefused, match="hierarchy of 'home' is not pinned"):
        check_policy(policy(loose), dataset(PEOPLE), path)
    pinned = policy(rules(tree))
    write_tree(tree.parent, TREE + "용산구;north;*\n")
    with pytest.raises(GateRefused, match=r"place\.csv was changed"):
        check_policy(pinned, dataset(PEOPLE), path)
    tree.unlink()
    with pytest.raises(UsageError, match="no hierarchy at"):
        check_policy(pinned, dataset(PEOPLE), path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a;b;*\nc;*\n", "line 2: 2 levels, the first line has 3"),
        ("a;x;*\na;x;*\n", "the leaf 'a' stands twice"),
        ("a;x;*\nb;x;z\n", "two parents"),
        ("a;x\nb;y\n", "the last level holds 2 nodes"),
        ("a;;*\n", "line 1: a level without a name"),
        ("", "empty"),
        ("강남구;*\n".encode("cp949"), "not UTF-8"),
    ],
)
def test_a_hierarchy_that_is_no_tree_is_refused(tmp_path, path, content, reason):
    tree = write_tree(tmp_path, content)
    with pytest.raises(UsageError, match=reason):
        read_hierarchy(tree)
    with pytest.raises(UsageError, match=reason):
        check_policy(policy(rules(tree)), dataset(PEOPLE), path)


def test_a_hierarchy_is_read_with_byte_order_mark_and_windows_lines(tmp_path):
    tree = write_tree(tmp_path, b"\xef\xbb\xbf" + "강 남구;*\r\n중구;*\r\n".encode())
    assert read_hierarchy(tree)[0].tolist() == ["강 남구", "중구"]
