"""A policy fits its dataset, or everything that does not fit is told before anybody votes on it."""

from __future__ import annotations

import pytest

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


def test_a_policy_that_fits_its_dataset_passes(tree, path):
    check_policy(policy(rules(tree)), dataset(PEOPLE), path)


def test_a_policy_under_another_name_is_refused(tree, tmp_path):
    with pytest.raises(UsageError, match=r"others\.yml: is the policy of 'people', name the file people\.yml"):
        check_policy(policy(rules(tree)), dataset(PEOPLE), tmp_path / "others.yml")


def test_a_field_that_the_policy_does_not_name_is_an_error(tree, path):
    fewer = {name: rule for name, rule in rules(tree).items() if name != "illness"}
    with pytest.raises(UsageError, match="field 'illness' is not named"):
        check_policy(policy(fewer), dataset(PEOPLE), path)


def test_a_field_that_the_dataset_lacks_is_an_error_with_did_you_mean(tree, path):
    with pytest.raises(UsageError, match="unknown field 'agee', did you mean 'age'"):
        check_policy(policy({**rules(tree), "agee": {"role": "insensitive"}}), dataset(PEOPLE), path)
    with pytest.raises(UsageError, match="unit: unknown field 'whom', did you mean 'who'"):
        check_policy(
            policy({**rules(tree), "who": {"role": "direct_identifier", "treatment": "drop"}}, unit="whom"), dataset(PEOPLE), path
        )


def test_all_that_does_not_fit_is_told_at_once_each_with_its_line(tree, path):
    record = policy({**rules(tree), "agee": {"role": "insensitive"}, "age": {"role": "insensitive"}}).model_dump(
        mode="json", exclude_unset=True
    )
    write_text(path, dump_yaml(record))
    tree.unlink()
    with pytest.raises(UsageError) as caught:
        check_policy(read_policy(path), dataset(PEOPLE), path)
    told = str(caught.value)
    assert "3 problems" in told
    for word in ("unknown field 'agee'", "field 'age': role insensitive", "no hierarchy at"):
        assert any(word in line and "line " in line for line in told.splitlines()), (word, told)


@pytest.mark.parametrize(
    ("name", "rule", "reason"),
    [
        ("age", {"role": "insensitive"}, "reveals a quasi_identifier"),
        ("age", {"role": "insensitive", "treatment": "mask"}, "mask needs string"),
        ("age", {"role": "sensitive", "treatment": "microaggregate"}, None),
        ("age", {"role": "insensitive", "treatment": "noise"}, None),
        ("row", {"role": "sensitive"}, None),
        ("who", {"role": "direct_identifier", "treatment": "drop"}, None),
        ("words", {"role": "insensitive"}, "reveals a free_text"),
        ("words", {"role": "insensitive", "treatment": "mask"}, None),
        ("illness", {"role": "insensitive"}, "it is sensitive"),
        ("illness", {"role": "sensitive", "treatment": "noise"}, "noise needs integer or number"),
        ("home", {"role": "sensitive", "treatment": "mask"}, "reveals a quasi_identifier"),
        ("home", {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 9]}, "interval needs integer or number"),
        ("home", {"role": "quasi_identifier", "recoding": "time", "levels": ["day"]}, "time needs date or datetime"),
        ("spot", {"role": "direct_identifier", "treatment": "pseudonymise"}, "pseudonymise needs"),
        (
            "spot",
            {"role": "quasi_identifier", "hierarchy": "place.csv"},
            "hierarchy needs string",
        ),
    ],
)
def test_a_rule_must_fit_what_the_catalogue_says_of_the_field(tree, path, name, rule, reason):
    more = {"sha256": rules(tree)["home"]["sha256"]} if "hierarchy" in rule else {}
    made = policy({**rules(tree), name: {**rule, **more}})
    if reason is None:
        check_policy(made, dataset(PEOPLE), path)
    else:
        with pytest.raises(UsageError, match=f"field '{name}'.*({reason})"):
            check_policy(made, dataset(PEOPLE), path)


@pytest.mark.parametrize("synthetic", [True, False])
def test_data_about_people_cannot_be_declared_otherwise(path, synthetic):
    declared = Policy(policy="people", version=1, personal=False)
    with pytest.raises(GateRefused, match="says personal: false, but the catalogue marks who, age"):
        check_policy(declared, dataset(PEOPLE, synthetic=synthetic), path)
    check_policy(declared, dataset({"year": field("integer", "time")}), path)


def test_synthetic_custody_is_for_synthetic_data_alone(tree, path):
    with pytest.raises(GateRefused, match="custody: synthetic is for datasets that the catalogue marks synthetic"):
        check_policy(policy(rules(tree)), dataset(PEOPLE, synthetic=False), path)
    check_policy(policy(rules(tree), custody="joint"), dataset(PEOPLE, synthetic=False), path)
    check_policy(policy(rules(tree), custody="joint"), dataset(PEOPLE), path)


def test_a_hierarchy_that_is_not_pinned_or_was_changed_is_refused(tree, path):
    loose = rules(tree)
    del loose["home"]["sha256"]
    with pytest.raises(GateRefused, match=r"hierarchy of 'home' is not pinned[\s\S]*workbench privacy pin"):
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
        ("a;b;*\nc;*\nd;*\n", r"line 2: 2 levels, the first line has 3\n.*line 3: 2 levels"),
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


def test_a_hierarchy_is_read_with_byte_order_mark_windows_lines_and_quotes(tmp_path):
    tree = write_tree(tmp_path, b"\xef\xbb\xbf" + '"강;남구";*\r\n중구;*\r\n'.encode())
    assert read_hierarchy(tree)[0].tolist() == ["강;남구", "중구"]
