"""What a user calls better, and the outcomes that are judged by it: never without a harm.

No outcome has a good direction of its own. A front or a weighting needs one, so the user states it, and at
least one of :data:`HARMS` must be among those of which less is called better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from darien.record.compared import BASE
from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Direction = Literal["lower", "higher"]

# What is a harm to those on the way, and why. Left out on purpose: spent and bribes (a price that buys
# passage or release), removed, expelled and turned_back (what enforcement aims at; their harm is told by the
# days held and the days on the way), released, turned_away, claimed and refused (neither way by themselves),
# still_on_the_way (how many are under way on the last day, stranded or not), outcomes of single legs and
# centres (they have no total over the route).
HARMS = {
    "died": "persons who lost their lives on the way",
    "robbed": "persons robbed, often with violence",
    "lost_to_robbery": "money taken from migrants by robbers",
    "extorted": "persons who had to pay officers or gangs to go on",
    "lost_to_extortion": "money taken from migrants by extortion",
    "minors_detained": "children and adolescents held",
    "detained_person_days": "time spent held",
    "queued_person_days": "time stranded before a limit",
    "days_on_the_way": "time on the way, exposed to all of its risks",
    "falsely_flagged": "persons held longer on a suspicion that is wrong",
    "detained_days_of_false_flags": "time held on a suspicion that is wrong",
}
# What enforcement sets out to change: who comes through, and who is stopped.
ENFORCEMENT = (
    "departed",
    "reached_border",
    "arrived",
    "inspected",
    "identified",
    "apprehended",
    "admitted",
    "removed",
    "returned",
    "expelled",
    "turned_back",
)


@dataclass(frozen=True)
class Stated:
    """Outcomes with the direction that is called better, for every option in every draw.

    ``values``: (draws, options, outcomes), each outcome in its unit; the base is one of the options.
    ``better``: by outcome, in the order of the last axis. ``left_out``: draws in which some outcome does
    not exist for some option (mean days of nobody) and which are in nothing that is said.
    """

    options: tuple[str, ...]
    better: Mapping[str, Direction]
    units: Mapping[str, str]
    values: Floats
    left_out: int = 0

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names along the last axis."""
        return tuple(self.better)

    @property
    def goodness(self) -> Floats:
        """``values`` turned so that more is better: (draws, options, outcomes)."""
        return self.values * np.array([1.0 if way == "higher" else -1.0 for way in self.better.values()])


def stated(frame: pd.DataFrame, better: Mapping[str, str]) -> Stated:
    """The stated outcomes of every option in every draw, checked.

    ``frame``: a row per ``option``, ``replicate``, ``outcome`` with its ``unit`` and ``value`` (of all groups
    over the whole route where it has ``group`` and ``place``). Raises UserMistake where ``better`` names
    an outcome that is not there or another direction than lower or higher, or no harm.
    """
    rows = whole_route(frame)
    known = list(dict.fromkeys(rows["outcome"]))
    for outcome, way in better.items():
        if outcome not in known:
            near = nearest(outcome, known)
            hint = f"did you mean {near}?" if near else f"known: {listed(known, most=100)}"
            raise UserMistake(f"better: no outcome of the whole route is named {outcome}; {hint}")
        if way not in ("lower", "higher"):
            raise UserMistake(f"better.{outcome}: given {way}; allowed: lower or higher")
    must_hold_harm(better)
    options = tuple(dict.fromkeys(rows["option"]))
    if len(options) < 2:
        raise ValueError("needs 2 options or more, the base being one")
    cube = np.stack([table(rows, outcome, options).to_numpy(dtype=float) for outcome in better], axis=2)
    whole = ~np.isnan(cube).any(axis=(1, 2))
    if not whole.any():
        raise UserMistake("better: in no replicate do all options have all of the outcomes stated")
    units = rows.drop_duplicates("outcome").set_index("outcome")["unit"]
    return Stated(
        options=options,
        better={name: "higher" if way == "higher" else "lower" for name, way in better.items()},
        units={name: str(units[name]) for name in better},
        values=cube[whole],
        left_out=int((~whole).sum()),
    )


def must_hold_harm(better: Mapping[str, str]) -> None:
    """Refuse directions in which less of no harm is called better. Raises UserMistake."""
    if not any(better.get(harm) == "lower" for harm in HARMS):
        raise UserMistake(
            "better: states no harm to migrants of which less is better, and options are not ranked without "
            f"one; add one or more, such as died: lower; allowed: {listed(list(HARMS), most=100)}"
        )


def note(better: Mapping[str, str]) -> str:
    """A sentence where what is stated tells of harm alone, else nothing."""
    if any(outcome in ENFORCEMENT for outcome in better):
        return ""
    return (
        "No outcome of enforcement is among those stated, so what the options do to it does not count here; "
        f"it may be stated beside the harm: {listed(list(ENFORCEMENT), most=100)}."
    )


def whole_route(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of all groups together over the whole route."""
    if "place" in frame:
        frame = frame[(frame["place"].isna() | (frame["place"] == "")) & (frame["group"] == "all")]
    return frame


def table(rows: pd.DataFrame, outcome: str, options: tuple[str, ...] | None = None) -> pd.DataFrame:
    """One outcome as a table: a row per replicate, a column per option.

    A row that is not there (something that this option counts nobody in) is 0; one without a number stays so.
    """
    one = rows[rows["outcome"] == outcome].set_index(["replicate", "option"])["value"]
    if one.index.has_duplicates:
        raise ValueError(f"{outcome}: more than one value for a replicate of an option")
    found = one.unstack("option", fill_value=0.0)
    return found.reindex(
        index=sorted(rows["replicate"].unique()),
        columns=list(options or dict.fromkeys(rows["option"])),
        fill_value=0.0,
    )


def interval(apart: Floats, level: float, drawn: bool) -> tuple[float, float]:
    """The interval of paired differences, missing ones left out.

    ``drawn``: of the differences themselves (what the effect may be), else Student's t of their mean (how
    well chance lets it be known). Fewer than 2 differences have none: nan.
    """
    from scipy.stats import t

    own = apart[~np.isnan(apart)]
    if len(own) < 2:
        return float("nan"), float("nan")
    if drawn:
        low, high = np.quantile(own, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)
    half = t.ppf((1 + level) / 2, len(own) - 1) * own.std(ddof=1) / np.sqrt(len(own))
    return float(own.mean() - half), float(own.mean() + half)


def base_of(columns: pd.DataFrame) -> Floats:
    """The column of the base. Raises ValueError where there is none."""
    if BASE not in columns:
        raise ValueError(f"no option is named {BASE}, which all others are held against")
    return columns[BASE].to_numpy(dtype=float)
