"""How flow moves between legs under an option, and when: paired differences by leg and month.

Out of a place people take one leg or another. What an option takes from one leg and gives to another
stands here side by side, in persons who started the leg, all groups together.

Places out of which an option changes no leg in any replicate are left out of its rows. Of every other
place all legs are there, so that their rows add up to the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from darien.experiments.paired import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from darien.record.run import Run
    from darien.scenario.schema import Scenario

ALL = ""  # in the column of legs: all legs out of the place together
MONTHLY = ["place", "leg", "month", "base", "value", "difference", "low", "high", "base_share"]
TOTAL = [
    *("place", "leg", "to", "base", "value", "difference", "low", "high", "base_share"),
    *("first_month", "months_apart", "months"),
]


def starts(runs: Sequence[Run], scenario: Scenario) -> pd.DataFrame:
    """Persons who started each leg: a row per leg and month ('2015-03'), a column per replicate.

    All legs of the scenario and all months of its period are there, those with nobody as 0.
    """
    import pandas as pd

    period = scenario.period
    months = pd.period_range(period.start, period.end, freq="M").strftime("%Y-%m")
    rows = pd.MultiIndex.from_product([list(scenario.legs), months], names=["leg", "month"])
    columns = {}
    for number, run in enumerate(runs):
        legs, month = run.counts["where"].astype(str), run.counts["date"].dt.strftime("%Y-%m")
        persons = run.counts["persons"].to_numpy(dtype=float)
        one = pd.Series(persons, index=pd.MultiIndex.from_arrays([legs, month], names=rows.names))
        columns[number] = one.groupby(level=rows.names).sum().reindex(rows, fill_value=0.0)
    return pd.DataFrame(columns)


def displacement(
    base: pd.DataFrame, option: pd.DataFrame, scenarios: tuple[Scenario, Scenario], drawn: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What an option moved: by month, and over the whole period.

    ``base`` and ``option`` as from :func:`starts`, of ``scenarios`` (base, option) and the same replicates;
    ``drawn``: each of them with another draw of the unknowns.

    By month: ``place`` (where the leg begins), ``leg``, ``month``, ``base`` and ``value`` (persons who
    started it in the base and under the option, means over replicates), ``difference``, ``low``, ``high``
    (:func:`~darien.experiments.paired.differences`), ``base_share`` (of the base's persons who left the
    place in that month, those on the leg; nan where nobody left). Places from south to north, their legs
    in the order of the scenario.

    Over the period: the same without month, with ``to`` (where the leg ends), a row ``leg`` '' for all
    legs out of the place together, and ``first_month`` (the first month whose interval leaves out 0, ''
    where none does), ``months_apart`` (how many do) of so many ``months``.
    """
    import pandas as pd

    legs = scenarios[0].legs | scenarios[1].legs
    places = scenarios[0].places | scenarios[1].places
    rows = base.index.union(option.index, sort=False)
    base, option = base.reindex(rows, fill_value=0.0), option.reindex(rows, fill_value=0.0)
    changed = rows[(base != option).any(axis=1)].get_level_values("leg").unique()
    origins = sorted({legs[leg].origin for leg in changed}, key=lambda place: (places[place].lat, place))
    order = [
        (place, leg) for place in origins for leg in (ALL, *(n for n in legs if legs[n].origin == place))
    ]
    if not order:
        return pd.DataFrame(columns=MONTHLY), pd.DataFrame(columns=TOTAL)

    of = {leg: leg_.origin for leg, leg_ in legs.items()}
    one, other = (_with_places(table, of, order) for table in (base, option))
    monthly = _compared(one, other, drawn)
    one, other = (table.groupby(level=["place", "leg"], sort=False).sum() for table in (one, other))
    total = _compared(one, other, drawn)
    apart = (monthly["low"] > 0) | (monthly["high"] < 0)
    when = monthly[apart].index.to_frame(index=False).groupby(["place", "leg"])["month"].agg(["min", "size"])
    when = when.reindex(total.index)
    total["to"] = [legs[leg].to if leg else "" for _, leg in total.index]
    total["first_month"] = when["min"].fillna("")
    total["months_apart"] = when["size"].fillna(0).astype(int)
    total["months"] = rows.get_level_values("month").nunique()
    by_leg = monthly.reset_index()
    return by_leg.loc[by_leg["leg"] != ALL, MONTHLY].reset_index(drop=True), total.reset_index()[TOTAL]


def _with_places(flows: pd.DataFrame, origin: dict[str, str], order: list[tuple[str, str]]) -> pd.DataFrame:
    """Rows by place, leg and month, in ``order``: each leg under its origin, and all legs of a place."""
    import pandas as pd

    place = flows.index.get_level_values("leg").map(origin)
    by_leg = flows.assign(place=place).set_index("place", append=True)
    by_leg = by_leg.reorder_levels(["place", "leg", "month"])
    together = by_leg.groupby(level=["place", "month"], sort=False).sum()
    together = pd.concat({ALL: together}, names=["leg"]).reorder_levels(by_leg.index.names)
    months = flows.index.get_level_values("month").unique()
    rows = pd.MultiIndex.from_tuples(
        [(*pair, month) for pair in order for month in months], names=by_leg.index.names
    )
    return pd.concat([by_leg, together]).reindex(rows)


def _compared(base: pd.DataFrame, option: pd.DataFrame, drawn: bool) -> pd.DataFrame:
    """The paired differences of some flows, with each leg's share of what left its place in the base."""
    found = differences(base, option, drawn=drawn).rename(columns={"option": "value"})
    left = found["base"].xs(ALL, level="leg")
    of_place = left.reindex(found.index.droplevel("leg")).to_numpy()
    found["base_share"] = (found["base"] / of_place).where(of_place > 0)
    return found
