"""Smuggling networks as Mesa agents: they sell seats on legs, and review price and seats every 30 days."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from darien.actors.institutions import REVIEW_DAYS, Institution
from darien.engine.levers import Levers
from darien.engine.records import F_STARTED
from darien.engine.world import F8
from darien.scenario.world import SmugglingNetwork

if TYPE_CHECKING:
    from darien.actors.model import RouteModel

Positions: TypeAlias = npt.NDArray[np.intp]
PRICE_RANGE = (0.25, 4.0)  # of the usual price: a review that would go beyond stops there


class Network(Institution):
    """A smuggling network: its seats a day by leg, its price as a multiple of the usual fare.

    At each review, with what happened on its legs in the 30 days before::

        full   = persons who wait for its seats / seats of 30 days
        lost   = persons stopped / persons who started
        price <- price * (1 + price_response * full + loss_response * lost)
        price <- price + price_return * (1 - price)
        wanted = the larger of its usual seats and of those asked for
        seats <- seats + growth_per_30_days * (wanted - seats)

    It loses seats at once in a takedown. Where several networks sell the same leg, each has the share of
    the market that it has of the seats, and the fare is the mean of theirs weighted by seats.
    """

    def __init__(self, model: RouteModel, name: str, position: int, given: SmugglingNetwork) -> None:
        super().__init__(model, name, position)
        self.given = given
        self.legs = np.array([model.index.legs.index(leg) for leg in given.seats_per_day])
        self.usual_seats: F8 = np.array([seats.value for seats in given.seats_per_day.values()])
        self.seats = self.usual_seats.copy()  # persons a day, by leg
        self.price = 1.0  # times the usual fare
        self.sold = np.zeros(len(self.legs))  # persons in the 30 days before the last review, by leg

    def share_of(self, seats_of_all: F8) -> F8:
        """Its share of the market, by leg of its own; ``seats_of_all``: (L,) of all networks together."""
        everyone = seats_of_all[self.legs]
        return np.divide(self.seats, everyone, out=np.zeros_like(self.seats), where=everyone > 0)

    def take_down(self, share: float, days_ago: int = 0) -> None:
        """Lose a share of the seats on every leg; of one some days ago, what has not come back since.

        What came back is counted by reviews at usual demand.
        """
        back = 1.0 - self.given.growth_per_30_days.value
        self.seats *= 1.0 - share * back ** (days_ago // REVIEW_DAYS)

    def review(self, market: Market, share: F8) -> None:
        """Set price and seats for the next 30 days; ``share``: of the market, by leg of its own."""
        given = self.given
        self.sold = share * market.started[self.legs]
        waiting = share * market.waiting[self.legs]
        stopped = float((share * market.stopped[self.legs]).sum())
        offered = float(self.seats.sum()) * REVIEW_DAYS
        full = float(waiting.sum()) / offered if offered > 0 else 1.0
        lost = stopped / float(self.sold.sum()) if self.sold.sum() > 0 else 0.0
        price = self.price * (
            1 + given.price_response.value * full + given.loss_response.value * min(lost, 1)
        )
        price += given.price_return.value * (1 - price)
        self.price = min(max(price, PRICE_RANGE[0]), PRICE_RANGE[1])
        wanted = np.maximum(self.usual_seats, (self.sold + waiting) / REVIEW_DAYS)
        self.seats += given.growth_per_30_days.value * (wanted - self.seats)


class Terms(NamedTuple):
    """On which terms networks sell."""

    sold: Positions  # legs that a network sells
    carried: Positions  # of them, those with seats
    price: F8  # of the carried, times the usual fare
    bribed: F8  # of the sold, as in LEG_RULE
    bribe_usd: F8
    seats: F8  # of the sold, persons a day


class Market:
    """All networks together: seats on each leg, and what happened there since the last review."""

    def __init__(self, model: RouteModel, networks: list[Network]) -> None:
        self.model = model
        self.networks = networks
        legs = len(model.index.legs)
        self.started = np.zeros(legs)  # persons, in the 30 days before the last review
        self.stopped = np.zeros(legs)
        self.waiting = np.zeros(legs)
        self._started_before = np.zeros(legs)
        self._stopped_before = np.zeros(legs)
        self._terms: Terms | None = None
        self._terms_of: list[tuple[float, bytes]] = []  # price and seats of each network, that they are for

    @property
    def seats(self) -> F8:
        """(L,) persons a day whom networks carry; 0 where none sells passage."""
        seats = np.zeros(len(self.started))
        for network in self.networks:
            seats[network.legs] += network.seats
        return seats

    def review(self) -> None:
        """All networks review on what they have seen, each on the same figures."""
        books, places, legs = self.model.books, len(self.model.index.places), len(self.started)
        on_legs = np.s_[F_STARTED, places : places + legs]
        started = (books.totals[on_legs] + books.sums.flows[on_legs]).sum(axis=1).astype(float)
        stopped = books.beliefs.stopped_ever.sum(axis=1).astype(float)
        self.started, self._started_before = started - self._started_before, started
        self.stopped, self._stopped_before = stopped - self._stopped_before, stopped
        self.waiting = books.lists["persons"][:legs].astype(float)
        seats = self.seats
        shares = [network.share_of(seats) for network in self.networks]
        for network, share in zip(self.networks, shares, strict=True):
            network.review(self, share)

    def terms(self) -> Terms:
        """On which terms they sell now; worked out when a price or seats have changed."""
        now = [(network.price, network.seats.tobytes()) for network in self.networks]
        if self._terms is None or now != self._terms_of:
            self._terms, self._terms_of = self._work_out(), now
        return self._terms

    def _work_out(self) -> Terms:
        seats = self.seats
        sells = np.zeros(len(seats), dtype=bool)
        price, bribed, bribe_usd = np.zeros(len(seats)), np.zeros(len(seats)), np.zeros(len(seats))
        for network in self.networks:
            share = network.share_of(seats)
            sells[network.legs] = True
            price[network.legs] += share * network.price
            bribed[network.legs] += share * network.given.bribed_share.value
            bribe_usd[network.legs] += share * network.given.bribe_usd.value
        (sold,) = sells.nonzero()
        (carried,) = (sells & (seats > 0)).nonzero()
        return Terms(sold, carried, price[carried], bribed[sold], bribe_usd[sold], seats[sold])

    def apply(self, levers: Levers) -> None:
        """Fares, seats and protection of the legs that networks sell, for the days to come."""
        terms, legs = self.terms(), levers.legs
        legs["network"][terms.sold] = 1
        legs["fare"][terms.carried] = np.round(legs["fare"][terms.carried] * terms.price)
        legs["bribed_share"][terms.sold] = terms.bribed
        legs["bribe_usd"][terms.sold] = terms.bribe_usd
        levers.quota[terms.sold] = np.minimum(levers.quota[terms.sold], terms.seats)
