"""Compare options with a base: the same people, the same luck, one thing different."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from darien.experiments import break_even, evidence, ranks
from darien.experiments.comparison import BreakEven, Loaded
from darien.experiments.costs import POLICY_COST, policy_cost_range
from darien.experiments.displacement import displacement, starts
from darien.experiments.drawn import Draws, must_suit
from darien.experiments.paired import KEYS, aligned, by_replicate, differences, size
from darien.experiments.pairs import Pairs, run_pairs
from darien.experiments.run import Progress
from darien.experiments.structures import Structure
from darien.experiments.tables import text
from darien.experiments.variance import mean_squares, unknowns_share
from darien.record.compared import BASE
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.run import Run

FEWEST_DRAWN = 20  # draws, below which 5 and 95 % of them would be made up
_BEFORE, _AT = "before the counts: ", "break-even: "


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    ``table``: a row per option and outcome: ``option``, ``outcome``, ``place``, ``group``, ``unit``,
    then the columns of :func:`~darien.experiments.paired.differences`, the option's mean as ``value``;
    ``unknowns_share``, ``unknowns_low``, ``unknowns_high`` (of the variance of the difference in one run,
    what the unknowns make of it; the rest is chance; nan without a fit) and the columns of
    :func:`~darien.experiments.evidence.evidence`.
    ``between``: the same columns for every two options (``option`` against ``other``), by country and over
    the whole route. ``ranks``: see :func:`~darien.experiments.ranks.ranks`; empty where the file states no
    direction. ``break_even`` and ``break_even_draws``: see :mod:`darien.experiments.break_even`.
    ``outcomes``: every pair's own: ``option`` ('base' for the base), ``replicate`` (the number of the pair),
    ``outcome``, ``place``, ``group``, ``unit``, ``value``.
    ``moved`` and ``moved_total``: persons who started each leg, by month and over the whole period:
    ``option``, then the columns of :func:`~darien.experiments.displacement.displacement`.
    """

    loaded: Loaded
    pairs: Pairs
    table: pd.DataFrame
    between: pd.DataFrame
    ranks: pd.DataFrame
    break_even: pd.DataFrame
    break_even_draws: pd.DataFrame
    outcomes: pd.DataFrame
    moved: pd.DataFrame
    moved_total: pd.DataFrame
    seconds: float
    workers: int

    @property
    def replicates(self) -> int:
        """How many pairs there are of each option with the base."""
        return self.pairs.count * self.pairs.luck

    @property
    def draws(self) -> Draws | None:
        """The fit from which the unknowns were drawn; None: everything at its central value."""
        return self.pairs.draws

    @property
    def labels(self) -> dict[tuple[str, str], str]:
        """What the counts say of each option's effect on each outcome of the whole route."""
        return _labels(self.table)

    def text(self) -> str:
        """The table to read, by option, with what it means and does not mean."""
        return text(self)


def compare(
    loaded: Loaded,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    draws: Draws | None = None,
    *,
    structure: Structure | None = None,
    labels: Mapping[tuple[str, str], str] | None = None,
    on: Executor | None = None,
) -> Compared:
    """Run the base and every option, pair by pair, and compare.

    ``replicates``: pairs, or with ``draws`` of a fit how many of them are taken, each with as many pairs as
    the file's ``luck``; it and ``workers`` go before those of the file. With ``structure`` every scenario
    goes through it after its draw; then no break-even is run, and ``labels`` of the comparison as it is say
    which effects are assumptions. The same for any number of workers, or ``on`` an executor. Raises
    UserMistake where the fit is of another history.
    """
    import pandas as pd

    asked = loaded.comparison
    workers = asked.workers if workers is None else workers
    if replicates is None:
        replicates = asked.replicates if draws is None or asked.draws is None else asked.draws
    if replicates < 2:
        raise ValueError(f"needs 2 replicates or more to show chance, got {replicates}")
    began = time.perf_counter()
    scenarios = {BASE: loaded.base, **loaded.options}
    if draws is not None:
        for scenario in scenarios.values():
            must_suit(draws, scenario)
    pairs = Pairs(replicates, asked.luck if draws else 1, draws, structure)
    tasks = {name: pairs.tasks(scenario) for name, scenario in scenarios.items()}
    before = draws.before if draws is not None and asked.evidence and structure is None else None
    if before is not None:
        earlier = Pairs(min(replicates, len(before.table)), 1, before)
        tasks |= {_BEFORE + name: earlier.tasks(scenario) for name, scenario in scenarios.items()}
    if structure is None:
        single = Pairs(replicates, 1, draws)
        for (name, over, value), scenario in loaded.at_values.items():
            tasks[_name_at(name, over, value)] = single.tasks(scenario, keep=[over])
    runs = run_pairs(tasks, workers, progress, on)
    values = {name: by_replicate([run.outcomes for run in found]) for name, found in runs.items()}
    unpriced = _unpriced(loaded)
    tables = {
        name: _differences(values[BASE], values[name], pairs).join(
            _evidence(values, BASE, name, pairs, asked.evidence, unpriced)
        )
        for name in loaded.options
    }
    flows = {name: starts(runs[name], scenario) for name, scenario in scenarios.items()}
    moved, moved_total = {}, {}
    for name, option in loaded.options.items():
        both = (loaded.base, option)
        moved[name], moved_total[name] = displacement(flows[BASE], flows[name], both, drawn=draws is not None)
    table = _under_each_other({name: own.reset_index() for name, own in tables.items()})
    known = labels if labels is not None else _labels(table)
    each = _break_evens(loaded, values) if structure is None else {}
    at_draws = pd.concat(each.values(), ignore_index=True) if each else pd.DataFrame()
    own = {name: values[name] for name in scenarios}
    return Compared(
        loaded=loaded,
        pairs=pairs,
        table=table,
        between=_between(loaded, values, pairs, unpriced),
        ranks=ranks.ranks(own, asked.better, known) if asked.better else pd.DataFrame(),
        break_even=_told(asked.break_even, at_draws, draws) if each else pd.DataFrame(),
        break_even_draws=at_draws,
        outcomes=pd.concat([_long(name, runs[name]) for name in scenarios], ignore_index=True),
        moved=_under_each_other(moved),
        moved_total=_under_each_other(moved_total),
        seconds=time.perf_counter() - began,
        workers=workers,
    )


def _differences(one: pd.DataFrame, other: pd.DataFrame, pairs: Pairs) -> pd.DataFrame:
    """Differences of a second from a first, and what of their variance the unknowns make."""
    found = differences(one, other, drawn=pairs.draws is not None).rename(columns={"option": "value"})
    _, first, second = aligned(one, other)
    shares = [np.full(len(found), np.nan)] * 3
    if pairs.draws is not None:
        shares = list(unknowns_share(mean_squares(second - first, size(first, second), pairs.luck)))
    return found.assign(**dict(zip(("unknowns_share", "unknowns_low", "unknowns_high"), shares, strict=True)))


def _evidence(
    values: Mapping[str, pd.DataFrame],
    one: str,
    other: str,
    pairs: Pairs,
    asked: bool,
    unpriced: Collection[str],
) -> pd.DataFrame:
    """What the counts say of the difference of ``other`` from ``one``, by the rows of their differences."""
    if _BEFORE + other in values:
        before = values[_BEFORE + one], values[_BEFORE + other]
        found = evidence.evidence(before, (values[one], values[other]), pairs.luck)
    else:
        rows, _, _ = aligned(values[one], values[other])
        why = evidence.NO_PRIOR if asked else evidence.NOT_ASKED
        found = evidence.unknown(rows, evidence.NO_FIT if pairs.draws is None else why)
    if one in unpriced or other in unpriced:
        found.loc[found.index.get_level_values("outcome") == POLICY_COST, "label"] = evidence.NO_COST
    return found


def _labels(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    rows = table[(table["place"] == "") & (table["group"] == "all")]
    return {(row.option, row.outcome): row.label for row in rows.itertuples()}


def _unpriced(loaded: Loaded) -> list[str]:
    """The options with a measure whose cost is not given: what they cost together is not known."""
    return [
        name for name, option in loaded.options.items() if policy_cost_range(option, loaded.base).unpriced
    ]


def _between(
    loaded: Loaded, values: Mapping[str, pd.DataFrame], pairs: Pairs, unpriced: Collection[str]
) -> pd.DataFrame:
    """Every two options against each other: the whole route and countries, all groups together."""
    import pandas as pd

    parts = []
    wide = {name: _wide(table) for name, table in values.items()}
    asked = loaded.comparison.evidence
    for other, option in combinations(loaded.options, 2):
        found = _differences(wide[other], wide[option], pairs).rename(columns={"base": "other_value"})
        found = found.join(_evidence(wide, other, option, pairs, asked, unpriced)).reset_index()
        found.insert(0, "other", other)
        found.insert(0, "option", option)
        parts.append(found)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    place, group = (table.index.get_level_values(key) for key in ("place", "group"))
    return table[(group == "all") & place.str.fullmatch("([A-Z]{3})?")]


def _name_at(name: str, over: str, value: float) -> str:
    return f"{_AT}{name} at {over}={value!r}"


def _break_evens(loaded: Loaded, values: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The break-evens of each draw, by name. Raises UserMistake for an outcome that no run has."""
    found = {}
    for name, of in loaded.comparison.break_even.items():
        sides = []
        for side in (of.option, of.against):
            rows = []
            for value in of.values:
                table = values[_name_at(side, of.over, value)]
                key = [row for row in table.index if row[:3] == (of.outcome, "", "all")]
                if not key:
                    raise UserMistake(f"break_even.{name}.outcome: no outcome is named {of.outcome}")
                rows.append(table.loc[key[0]].to_numpy(dtype=float))
            sides.append(np.column_stack(rows))
        found[name] = break_even.by_draw(name, of, sides[0] - sides[1])
    return found


def _told(asked: Mapping[str, BreakEven], found: pd.DataFrame, draws: Draws | None) -> pd.DataFrame:
    return break_even.told(asked, found, "pairs" if draws is None else "draws")


def _under_each_other(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One table of those of all options, with the option in front."""
    import pandas as pd

    parts = [table.assign(option=name)[["option", *table]] for name, table in tables.items()]
    return pd.concat(parts, ignore_index=True)


def _long(name: str, runs: list[Run]) -> pd.DataFrame:
    """The outcomes of all runs of one scenario under each other."""
    import pandas as pd

    parts = []
    for number, run in enumerate(runs):
        part = run.outcomes[[*KEYS, "value"]].copy()
        part.insert(0, "replicate", number)
        part.insert(0, "option", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
