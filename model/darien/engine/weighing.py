"""The options of a place, weighed for all who choose there today.

Each option has a utility and a draw of its own, legs that are near substitutes share
a part of it (see :mod:`darien.engine.nests`), and the largest sum is chosen. So a new
or changed leg moves only those for whom it becomes or stops being the best.

Option by option, not migrant by migrant: what an option is stays in registers while those who
may take it stream past, eight at a time. Each function offers one option to the choosers from
``first`` up to ``last``; their columns are those of :class:`darien.engine.books.Weighing`.
"""

from __future__ import annotations

import numpy as np

from darien.engine.compiled import inlined
from darien.engine.draws import name_hash
from darien.engine.gumbels import F4, gumbel, high_half, low_half
from darien.engine.levers import ADMITTED
from darien.engine.nests import shared_draw

STAY = name_hash("stay")
GIVE_UP = name_hash("give up")
SETTLE = name_hash("settle")

TAKE_NOTHING, TAKE_STAY, TAKE_GIVE_UP, TAKE_SETTLE = -1, -2, -3, -4
NEVER = F4(-1.0e30)
_ZERO, _ONE = F4(0), F4(1)


@inlined
def price_the_day(base, reception, closed, lists, how, legs, rules, hazards, worth, offers):
    """What the legs are today: (L, G) utility for a group, and what each takes from or gives to anyone."""
    for leg in range(worth.shape[0]):
        rule, offer = rules[leg], offers[leg]
        offer["fare"] = rule["fare"]
        offer["dread"] = hazards[leg]["dread"] * rule["death_times"]
        offer["clandestine"] = legs[leg]["clandestine"]
        offer["client_worth"] = how["network_worth"] if rule["network"] else 0.0
        wait = how["time_weight"] * lists[leg]["wait_days"] + how["belief_weight"] * how["belief_prior"]
        for g in range(worth.shape[1]):
            goal = how["reception_worth"] * reception[g, ADMITTED]
            worth[leg, g] = NEVER if closed[g, leg] else base[g, leg] + goal - wait


@inlined
def _draw(of, first, last, option):
    """The draw of an option, each chooser's own."""
    low, high = low_half(option), high_half(option)
    for j in range(first, last):
        of.draw[j] = gumbel(of.low[j], of.high[j], low, high)


@inlined
def _compare(of, first, last, option):
    """Those for whom the option offered last is better than what they had take it."""
    option = np.int32(option)
    for j in range(first, last):
        better = of.value[j] > of.best[j]
        of.best[j] = of.value[j] if better else of.best[j]
        of.chosen[j] = option if better else of.chosen[j]


@inlined
def _offer_leg(of, first, last, position, option, offer, worth, doubt, scale):
    """A leg of a nest: the nest's draw and, on the nest's scale, one of its own."""
    _draw(of, first, last, option)
    fare, dread = F4(offer["fare"]), F4(offer["dread"])
    clandestine, client_worth = F4(offer["clandestine"]), F4(offer["client_worth"])
    # What depends on the group is looked up on its own: eight look-ups are not one instruction.
    for j in range(first, last):
        g = of.group[j]
        of.value[j] = worth[g] - of.trust[j] * doubt[g]
    for j in range(first, last):
        own = of.taste[j] * clandestine + of.client[j] * client_worth
        own = own - of.usd_weight[j] * fare - of.risk[j] * dread
        value = of.value[j] + own + (of.shared[j] + scale * of.draw[j])
        of.value[j] = value if fare <= of.funds[j] else NEVER
    _compare(of, first, last, position)


@inlined
def offer_legs(of, first, last, place, nests, nest_legs, nest_draws, legs, offers, worth, doubt, nest_scale):
    """All legs of a place. A leg that is a nest of its own has one draw, a standard Gumbel."""
    for n in range(place["first_nest"], place["last_nest"]):
        nest = nests[n]
        alone = nest["last_leg"] - nest["first_leg"] == 1
        scale = _ONE if alone else F4(nest_scale)
        if alone:
            for j in range(first, last):
                of.shared[j] = _ZERO
        else:
            _draw(of, first, last, nest["hash"])
            for j in range(first, last):
                of.shared[j] = shared_draw(of.draw[j], nest_draws)
        for position in range(nest["first_leg"], nest["last_leg"]):
            leg = nest_legs[position]
            option = legs[leg]["hash"]
            _offer_leg(of, first, last, leg, option, offers[leg], worth[leg], doubt[leg], scale)


@inlined
def offer_counter(of, first, last, position, counter, counter_open, how, rule, authority, wait_days):
    """An exit-pass counter, to those whose group it serves and who hold no pass of its authority.

    Who is enrolled may be quicker there, or may have no second pass.
    """
    _draw(of, first, last, counter["hash"])
    worth = F4(how["present_worth"] * rule["granted_share"] - how["time_weight"] * wait_days)
    days = F4(how["time_weight"] * rule["processing_days"])
    recognises = authority["recognises"] != 0
    spared = days * F4(1 - authority["processing_times"]) if recognises else _ZERO
    refuses = recognises and authority["second_pass"] == 0
    for j in range(first, last):
        enrolled = of.enrolled[j] != 0
        served = counter_open[of.group[j]] != 0 and of.pass_of[j] != counter["authority"]
        value = worth - days + (spared if enrolled else _ZERO) + of.draw[j]
        of.value[j] = value if served and not (refuses and enrolled) else NEVER
    _compare(of, first, last, position)


@inlined
def offer_claim(of, first, last, position, office, office_open, how, rule):
    """A claim to asylum, to those who have made none in this attempt and hold no pass of the authority."""
    _draw(of, first, last, office["hash"])
    worth = how["asylum_worth"] * rule["recognised_share"] - how["time_weight"] * rule["decision_days"]
    worth = F4(worth)
    for j in range(first, last):
        may = office_open[of.group[j]] != 0 and of.has_claimed[j] == 0
        may = may and of.pass_of[j] != office["authority"]
        of.value[j] = worth + of.draw[j] if may else NEVER
    _compare(of, first, last, position)


@inlined
def _offer_end(of, first, last, option, name, worth, if_poor):
    """Staying, giving up or settling; likelier as funds run short."""
    if np.isnan(worth):
        return
    _draw(of, first, last, name)
    worth, if_poor = F4(worth), F4(if_poor)
    for j in range(first, last):
        of.value[j] = worth + if_poor * of.short[j] + of.draw[j]
    _compare(of, first, last, option)


@inlined
def offer_not_to_go_on(of, first, last, place, rule, how, ahead_usd):
    """The options beside ways. ``ahead_usd``: price of the cheapest way ahead, by group."""
    for j in range(first, last):
        ahead = ahead_usd[of.group[j]]
        of.short[j] = ahead / (ahead + max(of.funds[j], _ONE))
    stay_worth = place["stay_worth"] + rule["stay_worth_added"]
    _offer_end(of, first, last, TAKE_STAY, STAY, stay_worth, how["stay_if_poor"])
    _offer_end(of, first, last, TAKE_GIVE_UP, GIVE_UP, how["give_up_worth"], how["give_up_if_poor"])
    _offer_end(of, first, last, TAKE_SETTLE, SETTLE, how["settle_worth"], how["settle_if_poor"])
