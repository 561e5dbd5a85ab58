"""Nothing published tells of fewer than ten people, whichever figures are taken from which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from careplan.measures.figures import view
from careplan.measures.measures import Family, Measure
from careplan.measures.sheet import Period, Sheet, make_sheet
from careplan.measures.splits import Split
from tests.measures.a_row import a_row, many_rows
from tests.measures.attackers import (
    KNOWN,
    SAID,
    SEXES,
    TEAMS,
    Solver,
    Squeezer,
    a_sum,
    atoms,
    published,
)
from tests.stores import TODAY

OCTOBER = Period(since=None, until=TODAY)


def sheet_of(rows) -> Sheet:
    return make_sheet([row.case() for row in rows], about="visits", period=OCTOBER)


def sheets_of(rows, team_of) -> dict[str, Sheet]:
    whole = sheet_of(rows)
    made = {"everyone": whole}
    for team in TEAMS:
        mine = [row.case() for row in rows if team_of[row.person] == team]
        others = [row.case() for row in rows if team_of[row.person] != team]
        made[team] = make_sheet(mine, about="visits", period=OCTOBER, whole=whole, others=others)
    return made


Target = tuple[str, tuple[tuple[Split, str], ...]]


def small_targets(rows, team_of) -> list[Target]:
    """Every group of fewer than ten people there is: by one split, by two, of all, of a team."""
    people: dict[Target, set[int]] = defaultdict(set)
    groups = {row.case().values[Split.ETHNIC_GROUP] for row in rows}
    teams = {team_of[row.person] for row in rows}  # of a team without people there is nothing
    for whose, group, sex in product(("everyone", *teams), groups, SEXES):
        people[whose, ((Split.ETHNIC_GROUP, group), (Split.SEX, sex))] = set()
    for row in rows:
        values = row.case().values
        both = ((Split.ETHNIC_GROUP, Split.SEX),)
        for by, whose in product(
            (*((one,) for one in KNOWN), *both), ("everyone", team_of[row.person])
        ):
            people[whose, tuple((one, values[one]) for one in by)].add(row.person)
    return [target for target, who in people.items() if len(who) < 10]


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(12, 150),
    visits=st.integers(30, 500),
    second=st.sampled_from([0.1, 0.5]),
)
@example(seed=3, people=150, visits=500, second=0.5)
@example(seed=196, people=110, visits=300, second=0.5)  # two families, joined with different others
def test_nobody_who_adds_and_subtracts_finds_a_small_count(seed, people, visits, second):
    rows = many_rows(seed, people=people, visits=visits)
    rng = Random(seed)
    team_of = [TEAMS[rng.random() < second] for _ in range(people)]
    codes = [row.who.ethnic_category for row in rows]
    sheets = sheets_of(rows, team_of)
    solver = Solver([holds for holds, _count in published(sheets)], atoms(codes))
    squeezed = Squeezer(sheets, codes).bounds
    for whose, values in small_targets(rows, team_of):
        by, groups = tuple(one for one, _ in values), tuple((value,) for _, value in values)
        for at, (told, said) in product((0, 1), (("answered", ("no", "yes")), ("yes", ("yes",)))):
            assert not solver.finds_out(a_sum(whose, by, groups, at, said)), (whose, values, told)
            low, high = squeezed[whose, values, at, told]
            assert low < high, (whose, values, told, low)
        # Answered and missing together are the same reports in every family.
        assert not solver.finds_out(a_sum(whose, by, groups, 0, SAID)), (whose, values, "reports")


def test_both_attackers_find_a_cell_that_is_only_blanked():
    """Otherwise the law above could not fail."""
    rows = many_rows(3, people=40, visits=200)
    codes = [row.who.ethnic_category for row in rows]
    sheet = sheet_of(rows)
    table = sheet.table(Family.RELIEF, (Split.ETHNIC_GROUP,))
    joined = max(table.cells, key=lambda cell: len(cell.groups[0]))
    (first, *others), one = joined.groups[0], (Split.ETHNIC_GROUP,)
    assert others, "there is a group of several values to tear apart"
    # All but one of them are told; the one is left blank, and the total stands beside it.
    blanked = replace(joined, groups=(tuple(others),), n=joined.n - 4, yes=(0, 2, 2))
    cells = tuple(cell for cell in table.cells if cell is not joined)
    torn = replace(table, cells=(*cells, blanked))
    sheets = {"everyone": replace(sheet, tables={**sheet.tables, (Family.RELIEF, one): torn})}
    target = a_sum("everyone", one, ((first,),), 0, ("no", "yes"))
    assert Solver([holds for holds, _count in published(sheets)], atoms(codes)).finds_out(target)
    found = Squeezer(sheets, codes).bounds["everyone", ((*one, first),), 0, "answered"]
    assert found == (4, 4)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), people=st.integers(1, 60), visits=st.integers(1, 300))
def test_every_figure_is_about_ten_people_and_the_sums_add_up(seed, people, visits):
    rows = many_rows(seed, people=people, visits=visits)
    sheet = sheet_of(rows)
    for (family, by), table in sheet.tables.items():
        total = sheet.table(family, ()).cells[0]
        for cell in table.cells:
            here = [
                row
                for row in rows
                if family in row.case().said
                and all(
                    row.case().values[split] in group
                    for split, group in zip(by, cell.groups, strict=True)
                )
            ]
            assert cell.n == len(here)
            assert len({row.person for row in here}) >= 10
        if table.cells:
            assert sum(cell.n for cell in table.cells) == total.n
            assert sum(cell.missing for cell in table.cells) == total.missing
            assert sum(cell.yes[0] for cell in table.cells) == total.yes[0]


def test_ten_visits_of_one_person_are_not_ten_people():
    rows = [a_row(person, sex="female") for person in range(30)]
    rows += [a_row(99, sex="male") for _ in range(30)]
    found = view(sheet_of(rows), Measure.WITHIN_30, (Split.SEX,))
    assert found.rows == ()
    assert found.total is not None
    assert found.total.n == 60


def test_a_group_of_one_is_in_no_table_and_in_the_total():
    rows = [a_row(person, age="25-39") for person in range(40)]
    rows += [a_row(50 + person, age="18-24") for person in range(12)]
    rows += [a_row(99, age="60-120", minutes=200)]
    found = view(sheet_of(rows), Measure.WITHIN_60, (Split.AGE,))
    assert [row.groups for row in found.rows] == [(("18-24",),), (("25-39", "60-120"),)]
    assert sum(row.n for row in found.rows) == 53


@pytest.mark.parametrize(("believing", "shown"), [(0, False), (2, False), (3, True), (12, False)])
def test_what_everybody_of_a_group_thinks_is_held_back(believing, shown):
    """Twelve people who all felt disbelieved are twelve people whose answer is known."""
    rows = [a_row(one, sex="female", believed=1 + one % 5) for one in range(40)]
    rows += [
        a_row(100 + one, sex="male", believed=5 if one < believing else 1) for one in range(12)
    ]
    sheet = sheet_of(rows)
    found = view(sheet, Measure.BELIEVED, (Split.SEX,))
    assert bool(found.rows) is shown
    assert len(view(sheet, Measure.WITHIN_30, (Split.SEX,)).rows) == 2, "a time is no opinion"


def test_three_answers_of_one_person_are_not_three_who_think_so():
    """That one person would know what each of the others thinks."""
    rows = [a_row(one, sex="female", believed=1 + one % 5) for one in range(40)]
    rows += [a_row(100 + one, sex="male", believed=5) for one in range(12)]
    alone = [a_row(199, sex="male", believed=1) for _ in range(3)]
    assert view(sheet_of(rows + alone), Measure.BELIEVED, (Split.SEX,)).rows == ()
    three = [a_row(199 + one, sex="male", believed=1) for one in range(3)]
    assert len(view(sheet_of(rows + three), Measure.BELIEVED, (Split.SEX,)).rows) == 2


def test_how_sure_times_are_does_not_tell_who_got_no_relief():
    """Whoever has an exact time has a wait that is known: all the others with one got none."""
    rows = [a_row(one, sureness="exact", minutes=20) for one in range(40)]
    rows += [a_row(50 + one, minutes=None, no_relief=True) for one in range(5)]
    rows += [a_row(70 + one, minutes=None) for one in range(20)]
    sheet = sheet_of(rows)
    relief = sheet.table(Family.RELIEF, ()).cells[0]
    for family, by in sheet.tables:
        for cell in sheet.table(family, by).cells if by == (Split.SURENESS,) else ():
            assert relief.n - (cell.n + cell.missing) >= 10, (family, cell.groups)


def test_opinions_that_all_share_hide_no_time():
    """However strict opinions are, they come last and blur nothing but themselves."""
    rows = [a_row(one, sex="female", believed=1 + one % 5) for one in range(40)]
    rows += [a_row(100 + one, sex="male", believed=1, minutes=None) for one in range(12)]
    rows += [a_row(100 + one, sex="male", believed=1) for one in range(12)]
    sheet = sheet_of(rows)
    assert view(sheet, Measure.BELIEVED, (Split.SEX,)).rows == ()
    assert len(view(sheet, Measure.WITHIN_30, (Split.SEX,)).rows) == 2


def test_missing_is_a_group_like_any_other():
    rows = [a_row(person, language="english") for person in range(20)]
    rows += [a_row(30 + person, opened=None) for person in range(15)]
    sheet = sheet_of(rows)
    found = view(sheet, Measure.WITHIN_30, (Split.LANGUAGE,))
    assert [(row.groups, row.n) for row in found.rows] == [
        ((("english",),), 20),
        ((("missing",),), 15),
    ]
    opened = view(sheet, Measure.OPENED, ())
    assert opened.total is not None
    assert (opened.total.n, opened.total.missing) == (20, 15)
    assert round(opened.total.missing_percent) == 43


def test_a_split_with_one_group_left_is_not_shown():
    rows = [a_row(person, sex="female") for person in range(30)] + [a_row(99, sex="male")]
    sheet = sheet_of(rows)
    assert sheet.table(Family.RELIEF, (Split.SEX,)).cells == ()
