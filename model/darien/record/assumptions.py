"""What is assumed about reported counts where none was published by month and nationality.

Each number has a name, a range and a source or the reason for it; ``docs/departures.md`` prints
them all. Nothing else in :mod:`darien.record.months` is a matter of choice.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from darien.scenario.quantity import Quantity


@dataclass(frozen=True)
class Assumption:
    """One row of the table: name, number, and what it is."""

    name: str
    quantity: Quantity
    meaning: str


def table(assumptions: object) -> list[Assumption]:
    """The quantities of a dataclass as rows; what each one means is its field's ``meaning``."""
    return [
        Assumption(item.name, getattr(assumptions, item.name), str(item.metadata["meaning"]))
        for item in fields(assumptions)  # type: ignore[arg-type]
    ]


def quantity(
    value: float,
    low: float,
    high: float,
    meaning: str,
    *,
    source: str | None = None,
    assumption: str | None = None,
) -> Quantity:
    """A dataclass field that holds a :class:`Quantity` and says what it means."""
    from dataclasses import field

    held = Quantity(value=value, low=low, high=high, source=source, assumption=assumption)
    made: Quantity = field(default=held, metadata={"meaning": meaning})
    return made


_REMOVALS = (
    "MEX_expelled_total_monthly_{0} over MEX_detentions_monthly_{0}, 2018 and 2019 together "
    "(github:iom/gdidata, UPMRIP tables 3.2.4 and 3.1.1)"
)


@dataclass(frozen=True)
class CountAssumptions:
    """Assumptions that turn published counts into counts by group and month."""

    flat_weight_group: Quantity = quantity(
        0.1,
        0.0,
        0.5,
        "weight of a flat year where Honduras' months of the same nationalities shape a year of Panama",
        assumption="the two countries see the same people within weeks, but Honduras counts a changing "
        "share of them, so its months are not taken whole",
    )
    flat_weight_total: Quantity = quantity(
        0.5,
        0.2,
        0.8,
        "weight of a flat year where Honduras' months of all nationalities shape a year of Panama",
        assumption="before 2018 Honduras' months are not published by nationality: one group may move "
        "against the total, so half of the year is spread evenly",
    )
    least_shape_persons: Quantity = quantity(
        60.0,
        12.0,
        240.0,
        "persons that Honduras must have counted in a year for the months of a group to shape it; "
        "with fewer the months of all nationalities do",
        assumption="5 persons a month: below that chance alone makes a shape",
    )
    haitians_late_2016: Quantity = quantity(
        0.0,
        0.0,
        1.0,
        "weight of a year that lies wholly after July where the months of Haitians in 2016 are shaped",
        assumption="Honduras' months of all nationalities cannot tell that most Haitians of 2016 came late: "
        "Colombia had counted 3,500 of 20,366 by July (COL_irregular_ytd_Haiti), and 18,000 of Costa Rica's "
        "22,000 came in the second half (CRI_haiti_extracont_H2_2016, CRI_transit_permits). A fit to these "
        "finds the weight; departures that no fit made have none",
    )
    panama_to_honduras_days: Quantity = quantity(
        12.0,
        7.0,
        30.0,
        "days from the count at the Darién to that in Honduras, by which Honduras' months are moved back",
        assumption="buses through Panama, Costa Rica and Nicaragua take about a week, and each border some "
        "days; under the closures of 2015 and 2016 it was longer, up to months",
    )
    haitian_children_first_year: Quantity = quantity(
        2019.0,
        2018.0,
        2020.0,
        "first year in which Panama's counts of Brazilians and Chileans are added to those of Haitians",
        source="children of Haitians stand in Panama's tables under their country of birth; before 2019 "
        "those two columns are empty (PAN_irregular_annual_Brazil, PAN_irregular_annual_Chile)",
    )
    haitian_children_last_year: Quantity = quantity(
        2022.0,
        2021.0,
        2023.0,
        "last year of it",
        assumption="from 2023 many adults of other nations come from Brazil and Chile",
    )
    expulsion_share_guatemala: Quantity = quantity(
        0.974,
        0.93,
        1.0,
        "of the Guatemalans detained in Mexico from 2015 to 2017, who were sent back",
        source=_REMOVALS.format("Guatemala"),
    )
    expulsion_share_honduras: Quantity = quantity(
        0.936, 0.89, 1.0, "the same for Hondurans", source=_REMOVALS.format("Honduras")
    )
    expulsion_share_el_salvador: Quantity = quantity(
        0.939, 0.89, 1.0, "the same for Salvadorans", source=_REMOVALS.format("El Salvador")
    )
    share_of_central_america: Quantity = quantity(
        0.981,
        0.97,
        0.99,
        "of the Central Americans detained in Mexico in 2014, who came from the Northern Triangle",
        source="MEX_detentions_monthly_* of the three over that of Central America, 2018 and 2019",
    )
