"""What must hold in any run of any scenario, checked from its counts.

Each check raises AssertionError with the day and place. All but conservation
need counts by day. Bounds are worked out here from the scenario, not read from
the run.
"""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import numpy.typing as npt

from darien.record.run import Run
from darien.scenario.measures import (
    Asylum,
    BorderClosure,
    DetentionMeasure,
    Quota,
    RemovalAgreement,
    Vetting,
)
from darien.scenario.schema import Scenario
from darien.scenario.world import DetentionCentre

from .books import STOCKS, Books

Floats = npt.NDArray[np.float64]


def check_all(scenario: Scenario, run: Run) -> Books:
    """Every invariant that counts by day can show; returns the counts as arrays."""
    check_frame(run)
    books = Books(scenario, run)
    check_conservation(books)
    check_weights(scenario, books)
    check_legs(scenario, books)
    check_inspections(books)
    check_borders(scenario, books)
    check_quotas(scenario, books)
    check_closures(scenario, books)
    check_beds(scenario, books)
    check_limits(scenario, books)
    check_interviews(books)
    check_claims(scenario, books)
    check_seats_home(scenario, books)
    check_outcomes(run)
    return books


def check_frame(run: Run) -> None:
    """Persons are whole and positive, rows are unique and in order."""
    counts = run.counts
    assert counts["persons"].dtype == np.int64
    assert (counts["persons"] > 0).all(), "negative persons, or zeros that should be left out"
    keys = ["date", "where", "kind", "group", "measure"]
    assert not counts.duplicated(keys).any()
    plain = counts[keys].astype(dict.fromkeys(keys[1:], str))
    assert plain.equals(plain.sort_values(keys, kind="stable")), "rows are not in order"


def check_conservation(books: Books) -> None:
    """On every day, for every group, all who have departed are in exactly one state."""
    departed = books.total("departed").cumsum(axis=0)
    stocks = sum(books.total(stock) for stock in STOCKS)
    wrong = np.argwhere(departed != stocks)
    assert not wrong.size, f"first on day {wrong[0][0]}, group {books.groups[wrong[0][1]]}"
    assert set(books.measures) >= ({"departed"} if departed.any() else set())
    known = {m for m in books.measures if m.startswith("stock_")}
    assert known <= set(STOCKS), f"unknown stocks {known - set(STOCKS)}"


def largest(scenario: Scenario) -> int:
    """The most persons that one migrant can stand for."""
    return max(
        scenario.persons_per_migrant.get(name, 1)
        * max(size for size, share in group.party_size.items() if share)
        for name, group in scenario.groups.items()
    )


def check_weights(scenario: Scenario, books: Books) -> None:
    """Persons move in whole multiples of what a migrant stands for."""
    for number, group in enumerate(books.groups):
        weight = scenario.persons_per_migrant.get(group, 1)
        for measure in books.measures:
            assert not (books.of(measure)[:, :, number] % weight).any(), f"{measure} of {group}"


def check_legs(scenario: Scenario, books: Books) -> None:
    """Nobody is lost on a leg, nobody ends it sooner than its shortest time, only its groups take it."""
    for name, leg in scenario.legs.items():
        started = books.at("started", name).cumsum(axis=0)
        finished = books.at("finished", name).cumsum(axis=0)
        table = leg.travel_days.table
        least = leg.travel_days.min or min(day for day, share in (table or {}).items() if share)
        late = np.zeros_like(started)
        late[least:] = started[:-least]
        assert (finished <= late).all(), f"{name} was finished sooner than in {least} days"
        if leg.groups is not None:
            for number, group in enumerate(books.groups):
                assert group in leg.groups or not started[:, number].any(), f"{group} took {name}"


def check_inspections(books: Books) -> None:
    """Inspected >= identified >= apprehended + bribed; who is apprehended is dealt with the same day.

    Who pays to go on is inspected.
    """
    inspected, identified = books.of("inspected"), books.of("identified")
    apprehended, bribed = books.of("apprehended"), books.of("bribed")
    assert (inspected >= identified).all()
    assert (inspected >= books.of("extorted")).all()
    assert (identified >= apprehended + bribed).all()
    dealt_with = books.total("admitted") + books.total("turned_away") + books.total("turned_back")
    assert (books.total("apprehended") <= dealt_with).all()


def check_borders(scenario: Scenario, books: Books) -> None:
    """Who is at the end of the route came to the border, and nobody lingers there; final states only grow."""
    for name, place in scenario.places.items():
        if place.destination:
            for stock in ("stock_at_place", "stock_queued", "stock_claiming", "stock_detained"):
                assert not books.at(stock, name).any(), f"{stock} at the destination {name}"
    reached = books.total("reached_border").cumsum(axis=0)
    assert (books.total("stock_arrived") <= reached).all()
    for stock in ("stock_arrived", "stock_died", "stock_settled"):
        assert (np.diff(books.total(stock), axis=0) >= 0).all(), f"{stock} falls"
    if not scenario.reception and not any(m.measure == "reception" for m in scenario.policy):
        assert (books.total("stock_arrived") == reached).all()


def _in_force(scenario: Scenario, start: dt.date, until: dt.date | None) -> npt.NDArray[np.bool_]:
    """By day of the period: whether a measure from ``start`` to ``until`` (inclusive) is in force."""
    days = np.arange(scenario.period.days)
    first = (start - scenario.period.start).days
    last = scenario.period.days if until is None else (until - scenario.period.start).days
    return (days >= first) & (days <= last)


def check_quotas(scenario: Scenario, books: Books) -> None:
    """In any stretch of days, those who start a leg are within its quota plus one migrant's persons.

    From a day that began with nobody waiting on, they are within the quota
    itself: nothing is carried over while nobody waits. (Not so where a network
    sells the leg: what is left of its seats is carried too.)
    """
    sold = {leg for network in scenario.smuggling_networks.values() for leg in network.seats_per_day}
    for name, leg in scenario.legs.items():
        quota = np.full(scenario.period.days, leg.persons_per_day.value if leg.persons_per_day else np.inf)
        for measure in scenario.policy:
            if isinstance(measure, Quota) and measure.leg == name:
                quota[_in_force(scenario, measure.start, measure.until)] = measure.persons_per_day.value
        queued = books.at("stock_queued", leg.origin).sum(axis=1)
        over = 0.0  # the most by which any stretch that ends today exceeds its quota
        since = 0.0  # the same for the stretch since nobody waited
        for day, started in enumerate(books.at("started", name).sum(axis=1)):
            if np.isinf(quota[day]):
                over = since = 0.0
                continue
            beyond = float(started) - float(quota[day])
            over = max(0.0, over + beyond)
            since = beyond + (since if day and queued[day - 1] else 0.0)
            assert over <= largest(scenario) + 1e-6, f"{name} on day {day}: {over:g} persons over its quota"
            assert since <= 1e-6 or name in sold, (
                f"{name} on day {day}: {since:g} persons over, with carry from an empty queue"
            )


def check_closures(scenario: Scenario, books: Books) -> None:
    """Nobody of a closed group starts a closed leg."""
    for measure in scenario.policy:
        if isinstance(measure, BorderClosure):
            shut = _in_force(scenario, measure.start, measure.until)
            for leg in measure.legs:
                started = books.at("started", leg)[shut]
                for number, group in enumerate(books.groups):
                    if measure.groups is None or group in measure.groups:
                        assert not started[:, number].any(), f"{group} started {leg} while it was closed"


def _measures(scenario: Scenario, centre: str) -> list[DetentionMeasure]:
    return [m for m in scenario.policy if isinstance(m, DetentionMeasure) and m.centre == centre]


def _room(scenario: Scenario, name: str, centre: DetentionCentre) -> Floats:
    """Persons that a centre may hold, by day; for measures without a ramp."""
    beds = np.full(scenario.period.days, centre.beds.value)
    crowding = np.full(scenario.period.days, centre.crowding)
    for measure in _measures(scenario, name):
        force = _in_force(scenario, measure.start, measure.until)
        beds[force] = np.maximum(0, beds[force] * measure.beds_times.value + measure.beds_added.value)
        if measure.when_full is not None or measure.crowding is not None:
            crowding[force] = measure.crowding or 1.0
    return np.floor(beds * crowding + 1e-9)


def check_beds(scenario: Scenario, books: Books) -> None:
    """Held within the room; over it (once beds are taken away) nobody is added. Tight for a lone centre."""
    admitted = books.of("admitted").sum(axis=2)
    for place in {centre.place for centre in scenario.detention_centres.values()}:
        rooms = [_room(scenario, n, c) for n, c in scenario.detention_centres.items() if c.place == place]
        held = books.at("stock_detained", place).sum(axis=1)
        assert held.max() <= sum(room.max() for room in rooms), f"{place} holds {held.max()}"
        if len(rooms) == 1:
            (room,) = rooms
            over = held > np.maximum(room, np.concatenate([[0], held[:-1]]))
            late = (held > room) & (admitted[:, books.where.index(place)] > 0)
            wrong = np.argwhere(over | late)
            assert not wrong.size, (
                f"{place} on day {wrong[0][0]}: {held[wrong[0][0]]} for {room[wrong[0][0]]:g}"
            )
    inland = {centre.place for centre in scenario.detention_centres.values()}
    elsewhere = [n for n, name in enumerate(books.where) if name not in inland]
    assert not books.of("stock_detained")[:, elsewhere].any(), "held where there is no centre"


def check_limits(scenario: Scenario, books: Books) -> None:
    """Nobody is held beyond the limit of the day: all who are held were admitted within it."""
    for place in {centre.place for centre in scenario.detention_centres.values()}:
        limit = np.zeros(scenario.period.days, dtype=np.int64)
        for name, centre in scenario.detention_centres.items():
            if centre.place != place:
                continue
            own = np.full(scenario.period.days, round(centre.limit_days.value))
            for measure in _measures(scenario, name):
                if measure.limit_days is not None:
                    force = _in_force(scenario, measure.start, measure.until)
                    own[force] = round(measure.limit_days.value)
            for interviews in scenario.policy:
                if isinstance(interviews, Vetting) and interviews.centre == name:
                    force = _in_force(scenario, interviews.start, interviews.until)
                    own[force] += round(interviews.flagged_days.value)
            limit = np.maximum(limit, own)
        held = books.at("stock_detained", place).sum(axis=1)
        admitted = np.concatenate([[0], books.at("admitted", place).sum(axis=1).cumsum()])
        for day in range(scenario.period.days):
            recent = admitted[day + 1] - admitted[max(0, day + 1 - limit[day])]
            assert held[day] <= recent, (
                f"{place} on day {day}: {held[day]} held, {recent} admitted in the limit"
            )


def check_interviews(books: Books) -> None:
    """Of those admitted some are vetted, of those some flagged, of those some wrongly."""
    chain = [books.of(measure) for measure in ("admitted", "vetted", "flagged", "falsely_flagged")]
    for whole, part in itertools.pairwise(chain):
        assert (part <= whole).all()


def check_claims(scenario: Scenario, books: Books) -> None:
    """Every claim is decided, abandoned or waiting; only at offices, by their groups, on their days."""
    claimed = books.of("claimed")
    ended = books.of("recognised") + books.of("refused") + books.of("abandoned")
    assert np.array_equal(claimed.cumsum(axis=0), ended.cumsum(axis=0) + books.of("stock_claiming"))
    may = np.zeros(claimed.shape, dtype=bool)
    for measure in scenario.policy:
        if isinstance(measure, Asylum):
            days = _in_force(scenario, measure.start, measure.until)
            for number, group in enumerate(books.groups):
                if measure.groups is None or group in measure.groups:
                    may[days, books.where.index(measure.place), number] = True
    assert not claimed[~may].any(), "claimed where or when nobody can"


def check_seats_home(scenario: Scenario, books: Books) -> None:
    """In any stretch of days those removed are within the seats plus one migrant's persons."""
    for country, authority in scenario.authorities.items():
        limit = authority.removal_seats_per_day
        seats = np.full(scenario.period.days, limit.value if limit else np.inf)
        for measure in scenario.policy:
            if not isinstance(measure, RemovalAgreement) or measure.authority != country:
                continue
            if measure.removal_seats_per_day is not None:
                force = _in_force(scenario, measure.start, measure.until)
                seats[force] = measure.removal_seats_per_day.value
        inland = [
            n
            for n, (_, place) in enumerate(scenario.places.items())
            if place.country == country and not place.destination
        ]
        over = 0.0
        for day, removed in enumerate(books.of("removed")[:, inland].sum(axis=(1, 2))):
            over = 0.0 if np.isinf(seats[day]) else max(0.0, over + float(removed) - float(seats[day]))
            assert over <= largest(scenario) + 1e-6, f"{country} on day {day}: {over:g} over its seats"


def check_outcomes(run: Run) -> None:
    """No money, persons or days below 0, no share above 1."""
    values = run.outcomes["value"]
    assert not (values < 0).any(), run.outcomes[values < 0].to_string()
    assert not (values[run.outcomes["unit"] == "share"] > 1).any()
