"""What a policy costs, with the range of its prices, and what a change in an outcome costs by it.

A measure's yearly cost has a range that somebody believes in, not a distribution. So ranges are carried
through by interval arithmetic: the interval of a cost per outcome holds every cost of the range over every
difference of the interval, and so at least as much as the interval of the difference does, whatever the truth
about the prices. Sampling would have to make up how likely each price is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from darien.actors.policy import share_in_force
from darien.experiments.stated import base_of, interval, table, whole_route
from darien.record.compared import BASE

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.measures import Dated
    from darien.scenario.quantity import Quantity
    from darien.scenario.schema import Period, Scenario

LEVEL = 0.90
POLICY_COST = "policy_cost"
# What migrants pay or lose in USD; no dollar is in two of them.
MONEY = ("spent", "bribes", "lost_to_robbery", "lost_to_extortion", "paid_for_papers")
At = Literal["low", "central", "high"]


@dataclass(frozen=True)
class MeasureCost:
    """What one measure costs over the period, option less base, in USD; None where no cost is given.

    ``years``: in force, a ramp in part. ``source``: where the yearly cost comes from.
    """

    measure: str
    kind: str
    years: float
    low: float | None
    central: float | None
    high: float | None
    source: str


@dataclass(frozen=True)
class CostRange:
    """What an option costs over the base, in USD over the period, and what that is made of.

    ``measures``: those in which option and base differ. ``unpriced``: those of them whose cost is not given,
    so that the sums leave it out.
    """

    low: float
    central: float
    high: float
    measures: tuple[MeasureCost, ...]

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Measures that option and base do not share and that have no cost."""
        return tuple(cost.measure for cost in self.measures if cost.central is None)

    def usd(self) -> tuple[float, float, float]:
        """Low, central and high; nan where a measure has no cost, since a sum without it says too little."""
        return (float("nan"),) * 3 if self.unpriced else (self.low, self.central, self.high)


def policy_cost_range(scenario: Scenario, base: Scenario) -> CostRange:
    """The cost of a scenario's policy less that of a base, with its range.

    A measure that both have alike cancels out. One that both have at the same price over other dates has that
    one price, whatever it is, for the difference in years. All prices are low together or high together, as
    those who set them share their errors: the widest that the range can be.
    """
    own, other = _differing(dict(scenario.named_policy), dict(base.named_policy))
    costs: list[MeasureCost] = []
    for name in dict.fromkeys([*own, *other]):
        here, there = own.get(name), other.get(name)
        price = here.cost_usd_per_year if here else None
        before = there.cost_usd_per_year if there else None
        if here and there and price == before:
            costs.append(_cost(name, here, _years(here, scenario.period) - _years(there, base.period)))
            continue
        if here:
            costs.append(_cost(name, here, _years(here, scenario.period)))
        if there:
            costs.append(_cost(name, there, -_years(there, base.period)))
    return CostRange(
        low=sum(cost.low or 0.0 for cost in costs),
        central=sum(cost.central or 0.0 for cost in costs),
        high=sum(cost.high or 0.0 for cost in costs),
        measures=tuple(costs),
    )


def policy_costs(ranges: Mapping[str, CostRange]) -> pd.DataFrame:
    """What the cost of each option is made of.

    Columns: ``option``, ``measure``, ``kind``, ``years`` (in force), ``low``, ``central``, ``high`` (USD over
    the period, over the base; missing where no cost is given), ``source``.
    """
    import pandas as pd

    columns = ["option", *MeasureCost.__annotations__]
    rows = [{"option": name, **vars(cost)} for name, found in ranges.items() for cost in found.measures]
    return pd.DataFrame(rows, columns=columns)


def cost_per_outcome(
    frame: pd.DataFrame,
    ranges: Mapping[str, CostRange],
    better: Mapping[str, str],
    drawn: bool,
    level: float = LEVEL,
) -> pd.DataFrame:
    """USD of policy cost for each unit by which an option moves an outcome its better way.

    ``frame``: every replicate of every option (``option``, ``replicate``, ``outcome``, ``unit``, ``value``),
    the base among them. Columns: ``option``, ``outcome``, ``unit``, ``better``; ``difference`` from the base,
    ``low``, ``high`` (its interval, see :func:`~darien.experiments.stated.interval` for ``drawn``);
    ``cost_low``, ``cost``, ``cost_high``; ``usd_per_unit`` (cost over mean difference; below 0 where the
    option saves money), ``usd_low``, ``usd_high``; ``reads``: empty where the ratio is told, else why it
    cannot be. It cannot where the interval of the difference holds 0 (the ratio would run over infinity),
    where the outcome moves the other way, and where a measure has no cost.
    """
    import pandas as pd

    rows = whole_route(frame)
    units = rows.drop_duplicates("outcome").set_index("outcome")["unit"]
    found = []
    for outcome, way in better.items():
        values = table(rows, outcome)
        base = base_of(values)
        for option in [name for name in values if name != BASE and name in ranges]:
            apart = values[option].to_numpy(dtype=float) - base
            low, high = interval(apart, level, drawn)
            mean = float(np.nanmean(apart)) if not np.isnan(apart).all() else float("nan")
            cost = ranges[option]
            reads = _untold(cost, low, high, way)
            usd_low, usd, usd_high = cost.usd()
            ratio = [float("nan")] * 3
            if not reads:
                corners = [end / abs(bought) for end in (usd_low, usd_high) for bought in (low, high)]
                ratio = [usd / abs(mean), min(corners), max(corners)]
            found.append(
                {
                    "option": option,
                    "outcome": outcome,
                    "unit": units[outcome],
                    "better": way,
                    "difference": mean,
                    "low": low,
                    "high": high,
                    "cost_low": usd_low,
                    "cost": usd,
                    "cost_high": usd_high,
                    **dict(zip(("usd_per_unit", "usd_low", "usd_high"), ratio, strict=True)),
                    "reads": reads,
                }
            )
    return pd.DataFrame(found)


def money(
    frame: pd.DataFrame, ranges: Mapping[str, CostRange], drawn: bool, level: float = LEVEL
) -> pd.DataFrame:
    """What a policy costs beside what it makes migrants pay and lose, option less base, in USD.

    Columns: ``option``, ``who`` ('policy' or 'migrants'), ``item`` (:data:`MONEY`, then 'all' of them
    together), ``central``, ``low``, ``high``: for the policy the range of its prices (missing where a measure
    has no cost), for migrants mean and interval of the paired differences.
    """
    import pandas as pd

    rows = whole_route(frame)
    tables = {item: table(rows, item) for item in MONEY if (rows["outcome"] == item).any()}
    found: list[tuple[str, str, str, float, float, float]] = []
    for option, cost in ranges.items():
        low, central, high = cost.usd()
        found.append((option, "policy", POLICY_COST, central, low, high))
        apart = {item: own[option].to_numpy(float) - base_of(own) for item, own in tables.items()}
        if apart:
            apart["all"] = np.sum(list(apart.values()), axis=0)
        for item, differences in apart.items():
            found.append(
                (option, "migrants", item, float(differences.mean()), *interval(differences, level, drawn))
            )
    return pd.DataFrame(found, columns=["option", "who", "item", "central", "low", "high"])


def with_policy_cost(
    frame: pd.DataFrame, ranges: Mapping[str, CostRange], at: At = "central"
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """The frame with the cost of each option over the base as ``policy_cost``, to stand on an axis.

    ``at``: which end of the range; a front that holds at low and at high holds whatever the prices. An
    option with a measure whose cost is not given is left out, else it would look free: the second thing
    returned is those options, with these measures. Raises ValueError for an option without a range.
    """
    left_out = {name: cost.unpriced for name, cost in ranges.items() if cost.unpriced}
    rows = whole_route(frame)
    rows = rows[~rows["option"].isin(list(left_out))].copy()
    usd = {BASE: 0.0, **{name: float(getattr(cost, at)) for name, cost in ranges.items()}}
    if unknown := sorted(set(rows["option"]) - set(usd)):
        raise ValueError(f"no cost range is given for {', '.join(unknown)}")
    here = rows["outcome"] == POLICY_COST
    rows.loc[here, "value"] = rows.loc[here, "option"].map(usd)
    return rows, left_out


def _untold(cost: CostRange, low: float, high: float, way: str) -> str:
    """Why a cost per outcome cannot be told; empty where it can."""
    if cost.unpriced:
        return f"no cost is given for {', '.join(cost.unpriced)}"
    if not (low > 0 or high < 0):
        return "cannot be told: the interval of the difference holds 0"
    if (low > 0) != (way == "higher"):
        return "moves the other way than what is called better"
    return ""


def _differing(own: dict[str, Dated], other: dict[str, Dated]) -> tuple[dict[str, Dated], dict[str, Dated]]:
    """The measures of each policy that the other does not have alike, whatever they are called."""
    spare = list(other.items())
    left = {}
    for name, measure in own.items():
        twin = next((pair for pair in spare if pair[1] == measure), None)
        if twin is None:
            left[name] = measure
        else:
            spare.remove(twin)
    return left, dict(spare)


def _cost(name: str, measure: Dated, years: float) -> MeasureCost:
    """The cost of a measure over so many years; fewer than 0 where only the base has it."""
    price = measure.cost_usd_per_year
    kind = str(getattr(measure, "measure", ""))
    if price is None:
        return MeasureCost(name, kind, years, None, None, None, "no cost is given")
    ends = sorted(years * usd for usd in _range(price))
    return MeasureCost(name, kind, years, ends[0], years * price.value, ends[1], price.provenance)


def _range(price: Quantity) -> tuple[float, float]:
    """The ends of a price; one without a range has only its value."""
    return (
        price.value if price.low is None else price.low,
        price.value if price.high is None else price.high,
    )


def _years(measure: Dated, period: Period) -> float:
    """Years of the period in which a measure is in force, a ramp in part."""
    days = (period.start + dt.timedelta(days=d) for d in range(period.days))
    return sum(share_in_force(measure, day) for day in days) / 365.25
