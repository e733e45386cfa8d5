"""Models at the bench: the same numbers as statsmodels, and refused where a coefficient would tell of few people."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.bench import Model
from workbench.disclosure import Axis, Dominance, ModelLayout, Rules, fit_model, read_formula
from workbench.disclosure.modelling.isolation import find_isolated, leverages, rank_of
from workbench.disclosure.modelling.models import significant
from workbench.errors import GateRefused, UsageError

TEN = Rules(min_contributors=10)
WORDS = {"ko": "말", "en": "word"}


def layout(formula: str, *, family: str = "ols", people: bool = True, **levels: list) -> ModelLayout:
    read = read_formula(formula)
    factors = tuple(
        Axis(name, tuple(keys), WORDS, {language: tuple(map(str, keys)) for language in WORDS}) for name, keys in levels.items()
    )
    titles = {name: WORDS for name in (read.response, *read.regressors) if name not in read.factors}
    return ModelLayout(formula, family, people, titles, factors)


def rows(response, *, contributor=None, **regressors) -> pd.DataFrame:
    made = {"response": np.asarray(response, float), **{f"x.{name}": np.asarray(column) for name, column in regressors.items()}}
    made["contributor"] = [f"p{one}" for one in (range(len(made["response"])) if contributor is None else contributor)]
    return pd.DataFrame(made)


def numbers(size: int, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size)


# --- the same numbers as statsmodels ---------------------------------------------------------------------------------


@st.composite
def data(draw):
    """People with one to three rows, two factors and two numbers, of a size at which models pass."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people = draw(st.integers(150, 250))
    person = np.repeat(np.arange(people), random.integers(1, draw(st.integers(2, 4)), people))
    size = len(person)
    frame = pd.DataFrame({
        "a": random.normal(size=size).round(3),
        "b": random.uniform(-2, 2, size=size).round(3),
        "c": random.choice(["x", "y", "z"], size=size),
        "d": random.integers(0, 2, size=size),
        "person": person,
    })  # fmt: skip
    mean = 0.4 * frame["a"] - 0.3 * (frame["c"] == "y") + 0.2 * frame["d"]
    family = draw(st.sampled_from(["ols", "poisson", "logit"]))
    frame["y"] = {
        "ols": lambda: mean + random.normal(size=size),
        "poisson": lambda: random.poisson(np.exp(mean)),
        "logit": lambda: (random.uniform(size=size) < 1 / (1 + np.exp(-mean))).astype(float),
    }[family]()
    formula = draw(
        st.sampled_from(["y ~ a + C(c)", "y ~ a*C(d) + b", "y ~ C(c)*C(d) + a", "y ~ a + b + a:b", "y ~ C(d):a + a + C(d)"])
    )
    return frame, family, formula


@given(data())
@settings(max_examples=25, deadline=None)
def test_a_fit_is_that_of_statsmodels(given_data):
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    frame, family, formula = given_data
    read = read_formula(formula)
    levels = {name: sorted(frame[name].unique().tolist()) for name in read.factors}
    made = rows(frame["y"], contributor=frame["person"], **{name: frame[name] for name in read.regressors})
    fitted = fit_model(made, layout(formula, family=family, **levels), rules=Rules())
    several = frame["person"].duplicated().any()
    how = {"cov_type": "cluster", "cov_kwds": {"groups": frame["person"]}} if several else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if family == "ols":
            other = smf.ols(formula, frame).fit(use_t=True, **how)
        else:
            kind = sm.families.Poisson() if family == "poisson" else sm.families.Binomial()
            other = smf.glm(formula, frame, family=kind).fit(**how)

    def known(name: str) -> frozenset[str]:
        return frozenset(name.replace("C(", "").replace(")", "").replace("[T.", "[").replace("Intercept", "intercept").split(":"))

    bounds = other.conf_int()
    place = {known(name): name for name in other.params.index}
    assert len(place) == len(fitted.terms)
    for term in fitted.terms:
        name = place[frozenset(term.name.split(":"))]
        expected = [other.params[name], other.bse[name], *bounds.loc[name]]
        found = [term.numbers[part] for part in ("estimate", "se", "low", "high")]
        assert found == pytest.approx(expected, rel=6e-4, abs=1e-9)
    assert fitted.errors == ("clustered" if several else "plain")
    assert (fitted.observations, fitted.contributors) == (len(frame), frame["person"].nunique())


def test_published_numbers_have_four_digits_and_counts_are_rounded_as_the_policy_says():
    made = rows(numbers(123), x=numbers(123, 8))
    fitted = fit_model(made, layout("y ~ x"), rules=Rules(min_contributors=10, round=10))
    assert (fitted.observations, fitted.contributors, fitted.degrees_of_freedom, fitted.rounded_to) == (120, 120, 118, 10)
    assert all(number == significant(number) for term in fitted.terms for number in term.numbers.values())


def test_the_order_of_rows_changes_nothing():
    made = rows(numbers(200), x=numbers(200, 8), g=["a", "b"] * 100, contributor=[place // 2 for place in range(200)])
    shape = layout("y ~ x + C(g)", g=["a", "b"])
    assert fit_model(made, shape, rules=TEN) == fit_model(made.sample(frac=1, random_state=3), shape, rules=TEN)


# --- attacks ---------------------------------------------------------------------------------------------------------


def refused(made: pd.DataFrame, shape: ModelLayout, *, rules: Rules = TEN) -> str:
    with pytest.raises(GateRefused) as caught:
        fit_model(made, shape, rules=rules)
    return caught.value.message


def test_a_dummy_for_one_person_is_refused():
    x = np.zeros(100)
    x[17] = 1
    assert "x=1 has fewer than 10 people: leave x out" in refused(rows(numbers(100), x=x), layout("y ~ x"))


def test_a_regressor_that_only_one_person_varies_is_refused_however_many_rows():
    person = np.repeat(np.arange(50), 4)
    x = np.where(person == 3, numbers(200), 5.0)
    assert "'x' differs from its commonest value" in refused(rows(numbers(200, 2), x=x, contributor=person), layout("y ~ x"))


def test_a_level_of_few_people_is_refused_and_says_what_to_join():
    season = ["a"] * 60 + ["b"] * 30 + ["c"] * 9
    made = rows(numbers(99), s=season, x=numbers(99, 4))
    assert "s=c has fewer than 10 people: join it with s=b" in refused(made, layout("y ~ C(s) + x", s=["a", "b", "c"]))


def test_a_reference_level_of_few_people_is_refused_too():
    season = ["a"] * 9 + ["b"] * 50 + ["c"] * 40
    assert "s=a has fewer than 10 people" in refused(
        rows(numbers(99), s=season, x=numbers(99, 4)), layout("y ~ C(s) + x", s=["a", "b", "c"])
    )


def test_an_interaction_that_isolates_three_people_is_refused():
    g, h = np.array(["a"] * 50 + ["b"] * 50), np.array((["u"] * 47 + ["v"] * 3) + ["v"] * 50)
    h[60:90] = "u"
    made = rows(numbers(100), g=g, h=h, x=numbers(100, 5))
    assert "g=a, h=v has fewer than 10 people" in refused(made, layout("y ~ C(g)*C(h) + x", g=["a", "b"], h=["u", "v"]))


def test_two_dummies_that_differ_by_one_person_are_refused_together():
    age = np.arange(100)
    made = rows(numbers(100), p=(age < 40).astype(float), q=(age < 41).astype(float), x=numbers(100, 6))
    message = refused(made, layout("y ~ p + q + x"))
    assert "leverage is above 0.5" in message or "p, q together single out fewer than 10 people" in message


@pytest.mark.parametrize("few", [2, 5, 9])
def test_two_dummies_that_differ_by_few_people_are_refused_together(few):
    age = np.arange(400)
    made = rows(numbers(400), p=(age < 140).astype(float), q=(age < 140 + few).astype(float), x=numbers(400, 6))
    message = refused(made, layout("y ~ p + q + x"))
    assert "p, q together single out fewer than 10 people" in message or "leverage" in message


def test_two_dummies_that_differ_by_many_people_pass():
    age = np.arange(400)
    made = rows(numbers(400), p=(age < 140).astype(float), q=(age < 165).astype(float), x=numbers(400, 6))
    assert fit_model(made, layout("y ~ p + q + x"), rules=TEN).contributors == 400


def test_a_person_far_away_from_all_others_is_refused():
    x = numbers(200)
    x[3] = 1e6
    message = refused(rows(numbers(200, 9), x=x), layout("y ~ x"))
    assert "one person's leverage is above 0.5" in message
    assert "p3" not in message


def test_few_people_far_away_from_all_others_are_refused():
    x = numbers(400)
    x[:6] = 1e6 + numbers(6, 3)
    assert "single out fewer than 10 people" in refused(rows(numbers(400, 9), x=x), layout("y ~ x"))


def test_a_saturated_model_is_refused_as_the_table_that_it_is():
    made = rows(numbers(120), s=["a", "b", "c"] * 40)
    assert "it is saturated" in refused(made, layout("y ~ C(s)", s=["a", "b", "c"]))
    assert "bench.table" in refused(made, layout("y ~ C(s)", s=["a", "b", "c"]))


def test_few_degrees_of_freedom_are_refused_counting_people_not_rows():
    person = np.repeat(np.arange(14), 20)
    made = rows(numbers(280), contributor=person, **{name: numbers(280, place) for place, name in enumerate("abcde")})
    assert "fewer than 10 residual degrees of freedom, counted in people" in refused(made, layout("y ~ a + b + c + d + e"))


def test_a_model_of_too_few_people_is_refused():
    assert "fewer than 10 people" in refused(rows(numbers(9), x=numbers(9, 2)), layout("y ~ x"))


def test_columns_that_follow_from_each_other_are_refused():
    x = numbers(100)
    assert "stand on their own" in refused(rows(numbers(100, 2), x=x, z=3 * x + 1), layout("y ~ x + z"))


def test_an_outcome_that_few_of_a_level_have_is_refused():
    y = np.zeros(200)
    y[:100:2] = 1
    y[100:104] = 1
    made = rows(y, g=["a"] * 100 + ["b"] * 100, x=numbers(200))
    assert "one of the two values of its response in g=b" in refused(made, layout("y ~ C(g) + x", family="logit", g=["a", "b"]))
    assert "one of the two values of its response in g=b" in refused(made, layout("y ~ C(g) + x", g=["a", "b"]))


def test_a_response_that_one_person_dominates_is_refused():
    y = np.abs(numbers(100)) + 1
    y[5] = 1e5
    made = rows(y, g=["a"] * 50 + ["b"] * 50, x=numbers(100, 4))
    rules = Rules(min_contributors=10, dominance=(Dominance(2, 0.9),))
    assert "a few people make up most of the response in g=a" in refused(made, layout("y ~ C(g) + x", g=["a", "b"]), rules=rules)


def test_a_response_that_a_term_tells_exactly_is_refused():
    x = np.repeat([0.0, 1.0], 60)
    with pytest.raises((GateRefused, UsageError)):
        fit_model(rows(x, x=x, z=numbers(120)), layout("y ~ x + z", family="logit"), rules=TEN)


def test_a_refusal_names_nobody():
    person = [f"secret-{number}" for number in range(100)]
    x = np.zeros(100)
    x[4] = 1
    message = refused(rows(numbers(100), x=x, contributor=person), layout("y ~ x"))
    assert "secret" not in message


# --- isolation by itself ---------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_a_hidden_group_of_few_people_is_found_in_any_mixture_of_columns(seed, few):
    random = np.random.default_rng(seed)
    people = 150
    group = np.zeros(people)
    group[random.choice(people, few, replace=False)] = 1
    columns = np.column_stack([np.ones(people), random.normal(size=(people, 3)), group])
    mixed = columns @ (random.normal(size=(5, 5)) + 3 * np.eye(5))
    assert find_isolated(mixed, np.arange(people), k=10).verdict == "isolated"


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_what_is_called_safe_has_no_group_of_few_people_in_all_of_them(seed, k, width):
    random = np.random.default_rng(seed)
    people = 14
    person = np.sort(np.concatenate([np.arange(people), random.integers(0, people, 16)]))
    columns = random.normal(size=(len(person), width)) ** random.choice([1, 3])
    matrix = np.column_stack([np.ones(len(person)), columns])
    basis = np.linalg.qr(matrix)[0]
    most = max(
        np.linalg.norm(basis[np.isin(person, group)], ord=2) ** 2 for group in itertools.combinations(range(people), k - 1)
    )
    found = find_isolated(matrix, person, k=k)
    limit = 1 - 1 / (2 * k)
    assert not (found.verdict == "safe" and most >= limit + 1e-9)
    assert not (found.verdict == "isolated" and most < limit - 1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_leverages_are_the_eigenvalues_of_the_hat_matrix(seed):
    random = np.random.default_rng(seed)
    person = np.sort(random.integers(0, 20, 60))
    person = np.unique(person, return_inverse=True)[1]
    matrix = np.column_stack([np.ones(60), random.normal(size=(60, 3))])
    hat = matrix @ np.linalg.pinv(matrix)
    expected = [np.linalg.eigvalsh(hat[np.ix_(person == one, person == one)])[-1] for one in range(person.max() + 1)]
    assert leverages(matrix, person) == pytest.approx(expected)
    assert rank_of(np.column_stack([matrix, matrix[:, 1] * 2])) == 4


# --- formulas --------------------------------------------------------------------------------------------------------


@given(st.text(alphabet="ab~+*:C() 1-_'[].", max_size=25))
def test_any_text_is_a_formula_or_a_refusal_in_words(text):
    try:
        read = read_formula(text)
    except UsageError as error:
        assert error.message.startswith("formula")
    else:
        assert read.terms


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("y ~ a:b", "stands without"),
        ("y ~ a - 1", "keeps its intercept"),
        ("y ~ 0 + a", "keeps its intercept"),
        ("y ~ log(a)", "cannot be understood"),
        ("y ~ a + C(a)", "both as"),
        ("y ~ y", "both sides"),
        ("y ~ 1", "no regressor"),
        ("y", "formula: found"),
        ("y ~ a ~ b", "formula: found"),
        (5, "formula: found"),
    ],
)
def test_what_a_formula_may_not_hold(formula, reason):
    with pytest.raises(UsageError, match=reason):
        read_formula(formula)


def test_korean_names_are_names():
    assert read_formula("소음 ~ 비 * C(계절)").terms == (("비",), ("계절",), ("비", "계절"))


# --- at the bench ----------------------------------------------------------------------------------------------------


@pytest.fixture
def people(at_desk):
    frame = at_desk.load("complaints")
    frame["again"] = frame.groupby("person").cumcount()
    frame["group"] = frame["person"].map({one: place % 2 for place, one in enumerate(sorted(frame["person"].unique()))})
    frame["minutes"] = np.arange(len(frame)) % 7 + 2.0 * frame["again"]
    return frame


def test_a_model_reads_as_coefficients_and_keeps_no_row(at_desk, people):
    model = at_desk.model("m", people, formula="minutes ~ again + C(group)", titles={"minutes": WORDS, "group": WORDS})
    assert isinstance(model, Model)
    assert model.terms == ("intercept", "again", "group[1]")
    low, high = model.interval("again")
    assert low < model.coefficient("again") < high
    assert "clustered by person" in repr(model)
    assert not [name for name in vars(model.fitted) if "resid" in name]
    at_desk.finding("f", {"ko": "{v:.1f}", "en": "{v:.1f}"}, v=model.coefficient("again") - model.coefficient("again", "low"))
    with pytest.raises(UsageError, match="unknown term 'agian'"):
        model.coefficient("agian")
    with pytest.raises(UsageError, match="unknown part"):
        model.coefficient("again", "residuals")


@pytest.mark.parametrize(
    ("how", "kind", "reason"),
    [
        ({"formula": "minutes ~ agian"}, UsageError, "model 'm': unknown column 'agian'"),
        ({"formula": "minutes ~ again", "contributor": "place"}, GateRefused, "no protected ids"),
        ({"formula": "minutes ~ C(person) + again"}, GateRefused, "protected ids|missing|coefficients"),
        ({"formula": "minutes ~ again + C(place)"}, GateRefused, "model 'm': place=west has fewer than 10 people"),
        ({"formula": "place ~ again"}, UsageError, "model 'm': 'place' holds no numbers"),
        ({"formula": "minutes ~ again", "family": "probit"}, UsageError, "unknown family 'probit'"),
        ({"formula": "minutes ~ again", "family": "logit"}, UsageError, "other values than 0 and 1"),
        ({"formula": "minutes ~ again", "labels": {"again": {}}}, UsageError, "unknown factor 'again'"),
        ({"formula": "minutes ~ import os"}, UsageError, "model 'm': formula"),
    ],
)
def test_a_model_that_cannot_be_made_says_why(at_desk, people, how, kind, reason):
    with pytest.raises(kind, match=reason):
        at_desk.model("m", people, titles={"minutes": WORDS} if how["formula"].startswith("minutes") else None, **how)


def test_missing_values_are_not_dropped_in_silence(at_desk, people):
    people.loc[people.index[0], "minutes"] = np.nan
    with pytest.raises(UsageError, match="missing or infinite"):
        at_desk.model("m", people, formula="minutes ~ again")
