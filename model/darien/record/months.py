"""Reported counts by group and month, from series of months, years and parts of years.

Three kinds of months come out: ``monthly`` (published by month), ``yearly-spread`` (a published
year, spread over its months) and ``stand-in`` (another published count in its place: removals for
detentions in Mexico before 2018). The assumptions are those of :mod:`darien.record.assumptions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.record.assumptions import CountAssumptions
from darien.record.reported import Reported
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario
    from darien.scenario.world import Derives, Group

Floats = npt.NDArray[np.float64]

DAYS_PER_MONTH = 365.25 / 12
TOTAL_SHAPE = "HND_irregular_monthly_all"  # the one monthly count on the corridor through 2014 to 2017
IMPUTED = ("2015-01", "2015-05")  # Honduras' months that look filled in (1,442 to 1,466 each)
LATE_YEAR, LATE_FROM = 2016, 8  # in which most Haitians came from this month on
CHILDREN = ("Brazil", "Chile")  # where Panama's tables put the children of Haitians
DETENTIONS = "MEX_detentions_monthly_"
REMOVALS = "MEX_expelled_total_monthly_"
BORDER_PATROL = "USASWB_USBP_M_"
PART_YEAR_2014 = "MEX_detentions_CA_Oct13Apr14"
PART_YEAR_2015 = "MEX_detentions_CA_Oct14Apr15"
SPREAD = "yearly-spread"
COLUMNS = ["month", "persons", "kind", "note"]


def group_months(
    reported: Reported,
    derives: Derives,
    first: dt.date,
    last: dt.date,
    assumptions: CountAssumptions | None = None,
) -> pd.DataFrame:
    """What the deriving series of a group count, month by month.

    Returns ``month`` (first day), ``persons`` (as counted: not divided by ``reported_share``),
    ``kind`` and ``note`` (what shaped it), for the months from ``first`` to ``last`` that the
    series reach. Raises :class:`UserMistake` for a series that is unknown or an alternative.
    """
    import pandas as pd

    assumptions = assumptions or CountAssumptions()
    refuse_unusable(reported, [*derives.annual, *derives.monthly, *derives.shape])
    found: dict[dt.date, tuple[float, str, str]] = {}
    for year in range(first.year, last.year + 1):
        annual = reported.by_year(in_use(reported, derives.annual, year, assumptions))
        months = _months_of(year)
        if months[0] in annual:
            weights, note = year_shape(reported, derives.shape, year, assumptions)
            if year == LATE_YEAR and _counts_haitians(reported, derives.annual):
                weights = _late(weights, assumptions.haitians_late_2016.value)
            for month, weight in zip(months, weights.tolist(), strict=True):
                found[month] = (annual[months[0]] * weight, SPREAD, note)
        published = reported.by_month(in_use(reported, derives.monthly, year, assumptions))
        found |= {month: (published[month], "monthly", "") for month in months if month in published}
    if any(name.startswith(DETENTIONS) for name in derives.monthly):
        for month, persons, note in northern_stand_in(reported, derives.monthly, assumptions):
            found.setdefault(month.date(), (persons, "stand-in", note))
    start = first.replace(day=1)
    rows = [(month, *cells) for month, cells in sorted(found.items()) if start <= month <= last]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"month": "datetime64[s]", "persons": "float64"})


def refuse_unusable(reported: Reported, ids: Iterable[str]) -> None:
    """Raises :class:`UserMistake` for a series that does not exist or is an alternative count."""
    for name in ids:
        try:
            reported.must_exist(name)
        except KeyError as error:
            raise UserMistake(f"derives: {error.args[0]}") from error
        if name in reported.alternatives:
            raise UserMistake(
                f"derives: {name} is a second count of what another series counts (alternative): use that one"
            )


def in_use(reported: Reported, ids: list[str], year: int, assumptions: CountAssumptions) -> list[str]:
    """The series that count in a year: Brazil and Chile stand beside Haiti only in some."""
    if not _counts_haitians(reported, ids):
        return ids
    first = assumptions.haitian_children_first_year.value
    last = assumptions.haitian_children_last_year.value
    return [name for name in ids if reported.group_of[name] not in CHILDREN or first <= year <= last]


def year_shape(
    reported: Reported, shape: list[str], year: int, assumptions: CountAssumptions
) -> tuple[Floats, str]:
    """Weights (12,) of the months of a year, adding up to 1, and what gave them.

    Honduras' months of the group where they exist and are not too few, else its months of all
    nationalities; moved back by the days between the two counts and mixed with a flat year.
    """
    own = _moved_back(reported, shape, year, assumptions)
    if own is not None and own.sum() >= assumptions.least_shape_persons.value:
        flat, counts, note = assumptions.flat_weight_group.value, own, "+".join(shape)
    else:
        total = _moved_back(reported, [TOTAL_SHAPE], year, assumptions)
        if total is None or not total.sum():
            return np.full(12, 1 / 12), "flat"
        flat, counts, note = assumptions.flat_weight_total.value, total, TOTAL_SHAPE
        if year == int(IMPUTED[0][:4]):
            note += f", which looks imputed from {IMPUTED[0]} to {IMPUTED[1]}"
    return (1 - flat) * counts / counts.sum() + flat / 12, f"{note}, flat {flat:g}"


def _counts_haitians(reported: Reported, ids: list[str]) -> bool:
    return any(reported.group_of[name] == "Haiti" for name in ids)


def _months_of(year: int) -> list[dt.date]:
    return [dt.date(year, month, 1) for month in range(1, 13)]


def _late(weights: Floats, weight: float) -> Floats:
    """Weights of twelve months, mixed with a year that lies evenly in its late months."""
    late = np.arange(1, 13) >= LATE_FROM
    return (1 - weight) * weights + weight * late / late.sum()


def _moved_back(
    reported: Reported, ids: list[str], year: int, assumptions: CountAssumptions
) -> Floats | None:
    """Honduras' months (12,) as they would have stood at the Darién; None where a month is missing.

    Who is counted in the first days of a month entered in the one before, so each month takes a
    part of the next; where the next is not published the month's own stands for it.
    """
    counts = reported.by_month(ids)
    months = _months_of(year)
    if not all(month in counts for month in months):
        return None
    part = min(1.0, assumptions.panama_to_honduras_days.value / DAYS_PER_MONTH)
    here = [counts[month] for month in months]
    after = [*here[1:], counts.get(dt.date(year + 1, 1, 1), here[-1])]
    return (1 - part) * np.array(here) + part * np.array(after)


def northern_stand_in(
    reported: Reported, ids: list[str], assumptions: CountAssumptions
) -> list[tuple[pd.Timestamp, float, str]]:
    """Mexican detentions before 2018 by :func:`mexican_stand_in`, plus what the US counted."""
    patrol = reported.monthly([name for name in ids if name.startswith(BORDER_PATROL)])
    return [
        (month, persons + float(patrol[month]), note)
        for month, persons, note in mexican_stand_in(reported, ids, assumptions)
    ]


def mexican_stand_in(
    reported: Reported, ids: list[str], assumptions: CountAssumptions
) -> list[tuple[pd.Timestamp, float, str]]:
    """What stands for Mexico's detentions of the Northern Triangle before 2018: month, persons, note.

    2015 to 2017: removals over the share of those detained who were removed. 2014: two published
    sums of Central Americans, October 2013 to April 2014 and October 2014 to April 2015. The first
    is spread by the US months; the second, less the removals of January to April 2015, gives the
    last quarter of 2014; between the two Mexico's count over the US count goes in a straight line.
    """
    import pandas as pd

    countries = [name.removeprefix(DETENTIONS) for name in ids if name.startswith(DETENTIONS)]
    parts = []
    for country in countries:
        share = getattr(assumptions, "expulsion_share_" + country.lower().replace(" ", "_"), None)
        if share is None or REMOVALS + country not in reported.about.index:
            raise UserMistake(f"derives: nothing can stand in for {DETENTIONS}{country} before 2018")
        parts.append(reported.monthly([REMOVALS + country]) / share.value)
    detained = sum(parts[1:], parts[0])[:"2017-12-01"]
    note = "removals over the share removed"
    found = [(month, float(persons), note) for month, persons in detained.items()]
    if set(countries) != {"Guatemala", "Honduras", "El Salvador"}:
        return found  # the part-year sums are of the whole region only

    patrol = reported.monthly([BORDER_PATROL + country for country in countries])
    share_of_region = assumptions.share_of_central_america.value
    first_sum = float(reported.series(PART_YEAR_2014)["value"].sum()) * share_of_region
    second_sum = float(reported.series(PART_YEAR_2015)["value"].sum()) * share_of_region
    autumn = second_sum - float(detained["2015-01-01":"2015-04-01"].sum())
    before = first_sum / float(
        patrol["2013-10-01":"2014-04-01"].sum()
    )  # detained per person counted in the US
    after = autumn / float(patrol["2014-10-01":"2014-12-01"].sum())
    note = "part-year sums, by the months of the US count"
    for number, month in enumerate(pd.date_range("2013-10-01", "2014-12-01", freq="MS")):
        along = min(1.0, max(0.0, (number - 6) / 6))  # 0 to April 2014, 1 from October 2014
        found.append((month, float(patrol[month]) * (before + along * (after - before)), note))
    return found


# Families of series by country: prefix of the names, and how a nationality is called in them.
_FAMILIES = {
    "PAN": ("PAN_irregular_monthly_", {}),
    "HND": ("HNDnat_irregular_monthly_", {}),
    "MEX": (DETENTIONS, {}),
    "USA": (
        BORDER_PATROL,
        {"Middle East": "Middle East+Caucasus", "Asia": "Asia(excl Middle East)", "Congo": "DRC+Congo"},
    ),
}


def reported_monthly(
    reported: Reported, scenario: Scenario, assumptions: CountAssumptions | None = None
) -> pd.DataFrame:
    """Reported counts by country, group and month, to stand beside what a scenario counts.

    Returns ``country`` (PAN: irregular entries; HND: irregular entries; MEX: detentions; USA: Border
    Patrol), ``group`` (of the scenario, and ``all`` for Honduras' months of all nationalities),
    ``month`` (first day), ``persons``, ``series_id`` (joined by + where several add up) and ``kind``
    (``monthly``, ``yearly-spread`` or ``stand-in``). Only months in the period. A month stands there
    only if every series of its group has it.
    """
    import pandas as pd

    assumptions = assumptions or CountAssumptions()
    first, last = scenario.period.start.replace(day=1), scenario.period.end
    rows: list[tuple[str, str, pd.Timestamp, float, str, str]] = []

    def add(months: Iterable[tuple[Any, float]], country: str, group: str, ids: list[str], kind: str) -> None:
        for month, persons in months:
            if first <= month.date() <= last:
                rows.append((country, group, month, float(persons), "+".join(ids), kind))

    add(reported.monthly([TOTAL_SHAPE]).items(), "HND", "all", [TOTAL_SHAPE], "monthly")
    for name, group in scenario.groups.items():
        for country, ids in series_of(reported, group).items():
            derives = group.derives
            if country == "PAN" and derives and any(known.startswith("PAN_") for known in derives.annual):
                spread = group_months(reported, derives, first, last, assumptions)
                for month, persons, kind, _ in spread.itertuples(index=False):
                    used = derives.monthly if kind == "monthly" else derives.annual
                    add([(month, persons)], country, name, used, kind)
                continue
            add(reported.monthly(ids).items(), country, name, ids, "monthly")
            if country == "MEX" and derives and set(ids) <= set(derives.monthly):
                stand_in = mexican_stand_in(reported, derives.monthly, assumptions)
                add([(month, persons) for month, persons, _ in stand_in], country, name, ids, "stand-in")
    rows.sort(key=lambda row: row[:3])
    table = pd.DataFrame(rows, columns=["country", "group", "month", "persons", "series_id", "kind"])
    return table.astype({"month": "datetime64[s]", "persons": "float64"})


def series_of(reported: Reported, group: Group) -> dict[str, list[str]]:
    """The monthly series of a group in each country, by the nationalities of the group.

    The names are the group's nationalities and those in the names of its deriving series. Where a
    region is among them its members are left out, so that nobody counts twice.
    """
    derives = group.derives
    known = [*derives.annual, *derives.monthly, *derives.shape] if derives else []
    names = [*group.nationalities, *(series.rsplit("_", 1)[-1] for series in known)]
    if "Haiti" in names:  # their children stand under Brazil and Chile in Panama's tables only
        names = [name for name in names if name not in CHILDREN]
    inside = {member for region in names for member in reported.members.get(region, [])}
    names = [name for name in dict.fromkeys(names) if name not in inside]
    found: dict[str, list[str]] = {}
    for country, (prefix, aliases) in _FAMILIES.items():
        ids = [prefix + aliases.get(name, name) for name in names]
        if ids := [series for series in ids if series in reported.about.index]:
            found[country] = ids
    return found
