"""The outcomes of some replicates, to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darien.record.run import Run
    from darien.scenario.schema import Scenario

FEW_REPLICATES = 20  # below that a range from 5 to 95 % would be made up: the smallest and largest are shown
# Of measures that many scenarios do not have: shown where anything happened.
IF_ANY = (
    "extorted",
    "vetted",
    "vetted_share",
    "flagged",
    "falsely_flagged",
    "claimed",
    "recognised",
    "refused",
    "abandoned",
    "bribes_by_networks",
    "lost_to_extortion",
    "paid_for_papers",
    "removal_cost",
    "smugglers_revenue",
)
BY_COUNTRY = ("apprehended", "released", "removed")  # the rest by country stands in outcomes.csv
CONDITIONAL = "Given the departures of those years as reconstructed, and the assumptions of the world file:"


def told(scenario: Scenario, runs: Sequence[Run]) -> str:
    """The outcomes of everyone, a few by country where there were any: mean and range over replicates."""
    import pandas as pd

    stacked = pd.concat([r.outcomes for r in runs], ignore_index=True)
    shown = stacked[stacked["group"].eq("all") & stacked["place"].str.fullmatch("([A-Z]{3})?")]
    few = len(runs) < FEW_REPLICATES
    kind = "smallest to largest" if few else "5 to 95 %"
    over = f"mean ({kind} of {len(runs)} replicates)" if len(runs) > 1 else "1 replicate"
    rows = []
    for (outcome, place, unit), values in shown.groupby(["outcome", "place", "unit"], sort=False)["value"]:
        low, high = (values.min(), values.max()) if few else (values.quantile(0.05), values.quantile(0.95))
        if (place and outcome not in BY_COUNTRY) or ((place or outcome in IF_ANY) and not high > 0):
            continue
        ends = f"({figure(low)} to {figure(high)})" if len(runs) > 1 else ""
        rows.append((str(outcome).replace("_", " "), str(place), figure(values.mean()), ends, str(unit)))
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = []
    for name, place, mean, ends, unit in rows:
        cells = (name.ljust(widths[0]), place.ljust(widths[1]), mean.rjust(widths[2]), ends.ljust(widths[3]))
        lines.append("  ".join(("", *cells, unit)).rstrip())
    return "\n".join([CONDITIONAL, f"{scenario.title}: {over}", *lines])


def figure(value: float) -> str:
    """A number as a reader wants it: whole from 100 up, three figures below; n/a where there is none."""
    if value != value:
        return "n/a"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
