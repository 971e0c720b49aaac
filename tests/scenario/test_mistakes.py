"""Kinds of mistakes in scenario files: each gives its message, file, line and path, and exit status 2.

A ``# !`` in a file marks the line that the fault must name; ``at`` names it where no comment can stand.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import SCENARIO, WORLD, Folder
from darien.cli import main
from darien.scenario.errors import Fault, ScenarioError
from darien.scenario.files import faults, load

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Mistake:
    """Files with something wrong, and the faults that must be found: path and words of the message."""

    name: str
    expected: list[tuple[str, str]]
    overlay: str = ""  # laid over small.yaml
    world: tuple[str, str] | None = None  # text of world.yaml and what replaces it
    scenario: tuple[str, str] | None = None  # the same for small.yaml
    files: dict[str, str | bytes] = field(default_factory=dict)
    what: str = "overlay.yaml"
    sets: tuple[str, ...] = ()
    at: list[str] | None = None


def policy(text: str) -> str:
    return f"policy:\n  - {{{text}}}  # !\n"


MISTAKES = [
    Mistake(
        "misspelt top-level key",
        [("perid", "did you mean `period`?")],
        "perid: {start: 2016-01-01, end: 2016-02-29}  # !\n",
    ),
    Mistake(
        "misspelt key of a leg",
        [("legs.darien_foot.pric_usd", "did you mean `price_usd` (in USD)?")],
        "legs:\n  darien_foot:\n    pric_usd: 300  # !\n",
    ),
    Mistake(
        "misspelt required key is one fault",
        [("legs.bus_north.mod", "did you mean `mode`?")],
        world=("    mode: bus\n", "    mod: bus  # !\n"),
    ),
    Mistake(
        "key without its unit",
        [("legs.darien_foot.price", "did you mean `price_usd` (in USD)?")],
        "legs:\n  darien_foot:\n    price: 300  # !\n",
    ),
    Mistake(
        "limit without its unit",
        [("detention_centres.second.limit", "did you mean `limit_days` (in days)?")],
        "detention_centres:\n  second: {limit: 30}  # !\n",
    ),
    Mistake(
        "unit in the value",
        [("detention_centres.second.beds", "must be a bare number, 50")],
        "detention_centres:\n  second: {beds: 50 beds}  # !\n",
    ),
    Mistake(
        "days in words",
        [("legs.bus_north.travel_days", "a mapping with")],
        "legs:\n  bus_north: {travel_days: 3 weeks}  # !\n",
    ),
    Mistake(
        "departures above their headroom",
        [("departures", "raise headroom to at least 3")],
        "departures: {times: {cuba: 3}}  # !\n",
    ),
    Mistake(
        "percent",
        [("checkpoints.darien_post.coverage", "a share is written 0.5")],
        "checkpoints:\n  darien_post: {coverage: 50%}  # !\n",
    ),
    Mistake(
        "number in quotes",
        [("groups.cuba.funds_usd", "without quotes")],
        "groups:\n  cuba: {funds_usd: '3000'}  # !\n",
    ),
    Mistake(
        "text for a number",
        [("legs.darien_foot.price_usd", "wrong type")],
        "legs:\n  darien_foot: {price_usd: cheap}  # !\n",
    ),
    Mistake(
        "mapping for text",
        [("title", "wrong type")],
        files={"bad.yaml": "extends: small.yaml\ntitle: {a: 1}  # !\n"},
        what="bad.yaml",
    ),
    Mistake(
        "yes for true",
        [("legs.bus_north.clandestine", "must be true or false")],
        "legs:\n  bus_north: {clandestine: yes}  # !\n",
    ),
    Mistake("nothing where a mapping belongs", [("legs", "wrong type; given nothing")], "legs:  # !\n"),
    Mistake(
        "whole number wanted",
        [("persons_per_migrant.cuba", "must be a whole number")],
        "persons_per_migrant: {cuba: 2.5}  # !\n",
    ),
    Mistake("seed negative", [("seed", "out of range; given -1")], "seed: -1  # !\n"),
    Mistake(
        "negative beds",
        [("detention_centres.second.beds", "out of range; given -3; allowed: 0 or more")],
        "detention_centres:\n  second: {beds: -3}  # !\n",
    ),
    Mistake(
        "limit of zero days",
        [("detention_centres.second.limit_days", "given 0; allowed: 1 day or more")],
        "detention_centres:\n  second: {limit_days: 0}  # !\n",
    ),
    Mistake(
        "share above 1",
        [("checkpoints.darien_post.coverage", "given 1.2; allowed: a share from 0 to 1")],
        "checkpoints:\n  darien_post: {coverage: 1.2}  # !\n",
    ),
    Mistake(
        "range of a share above 1",
        [("checkpoints.darien_post.coverage.high", "given 1.2")],
        "checkpoints:\n  darien_post:\n    coverage:\n      value: 0.5\n      high: 1.2  # !\n",
    ),
    Mistake(
        "value outside its range",
        [("legs.darien_foot.price_usd", "value 400 lies outside its range 500 to 900")],
        "legs:\n  darien_foot:\n    price_usd: {low: 500}  # !\n",
    ),
    Mistake(
        "latitude off the globe",
        [("places.turbo.lat", "given 95; allowed: -90 or more, at most 90")],
        "places:\n  turbo: {lat: 95}  # !\n",
    ),
    Mistake("not a number", [("parameters.cost_weight", "finite")], "parameters: {cost_weight: .nan}  # !\n"),
    Mistake(
        "endless", [("legs.bus_north.price_usd", "finite")], "legs:\n  bus_north: {price_usd: .inf}  # !\n"
    ),
    Mistake(
        "unknown word",
        [("legs.bus_north.mode", 'did you mean train?; given "trian"')],
        "legs:\n  bus_north: {mode: trian}  # !\n",
    ),
    Mistake(
        "name in capitals",
        [("places.Lima", "small letters")],
        "places:\n  Lima: {label: Lima, country: PER, lat: -12, lon: -77}  # !\n",
    ),
    Mistake(
        "country by its name",
        [("places.turbo.country", "three capital letters")],
        "places:\n  turbo: {country: Colombia}  # !\n",
    ),
    Mistake(
        "dates swapped",
        [("period", "ends (2016-01-01) before it starts (2016-03-31)")],
        "period: {start: 2016-03-31, end: 2016-01-01}  # !\n",
    ),
    Mistake("bad date", [("period.end", "not a date of the calendar")], "period: {end: 2016-02-30}  # !\n"),
    Mistake("date as a number", [("period.end", "is not a date; given 2016")], "period: {end: 2016}  # !\n"),
    Mistake(
        "measure after the period",
        [("policy.late.from", "starts after the period ends; given 2018-01-01")],
        policy("measure: quota, name: late, leg: bus_north, persons_per_day: 5, from: 2018-01-01"),
    ),
    Mistake(
        "measure before the period",
        [("policy.early.until", "ends before the period starts")],
        policy(
            "measure: quota, name: early, leg: bus_north, persons_per_day: 5, "
            "from: 2015-01-01, until: 2015-12-31"
        ),
    ),
    Mistake(
        "measure outside the period of its own file",
        [("policy.bus_quota.from", "given 2017-02-01; allowed: a day from 2016-01-01 to 2016-03-31")],
        scenario=(
            "persons_per_day: 100, from: 2016-02-01}",
            "persons_per_day: 100, from: 2017-02-01}  # !",
        ),
        what="small.yaml",
    ),
    Mistake(
        "period and measure of one overlay",
        [("policy.spring.from", "starts after the period ends; given 2016-03-01")],
        "period: {end: 2016-02-20}\n"
        + policy("measure: quota, name: spring, leg: bus_north, persons_per_day: 5, from: 2016-03-01"),
    ),
    Mistake(
        "measure set outside the period",
        [("policy.bus_quota.from", "starts after the period ends; given 2017-01-01")],
        what="small.yaml",
        sets=("policy.bus_quota.from=2017-01-01",),
        at=["--set policy.bus_quota.from=2017-01-01"],
    ),
    Mistake(
        "measure ends before it starts",
        [("policy[1]", "ends (2016-01-01) before it starts (2016-02-01)")],
        policy("measure: quota, leg: bus_north, persons_per_day: 5, from: 2016-02-01, until: 2016-01-01"),
    ),
    Mistake(
        "unknown measure",
        [("policy[1].measure", "unknown measure; did you mean quota?")],
        policy("measure: qota, leg: bus_north, persons_per_day: 5, from: 2016-02-01"),
    ),
    Mistake(
        "measure not named",
        [("policy[1]", "does not say which measure it is")],
        policy("leg: bus_north, persons_per_day: 5, from: 2016-02-01"),
    ),
    Mistake(
        "measure without its date",
        [("policy.undated.from", "is missing; allowed: a date such as")],
        policy("measure: quota, name: undated, leg: bus_north, persons_per_day: 5"),
    ),
    Mistake("measure is text", [("policy[1]", 'wrong type; given "quota"')], "policy:\n  - quota  # !\n"),
    Mistake(
        "duplicate name of a measure",
        [("policy.bus_quota.name", "is the name of an earlier measure too")],
        policy("measure: border_closure, name: bus_quota, legs: [darien_foot], from: 2016-02-01"),
    ),
    Mistake(
        "measure on an unknown leg",
        [("policy[1].leg", "there is no leg bus_nort; did you mean bus_north?")],
        policy("measure: quota, leg: bus_nort, persons_per_day: 5, from: 2016-02-01"),
    ),
    Mistake(
        "measure on an unknown centre",
        [("policy[1].centre", "there is no detention centre third; ")],
        policy("measure: detention, centre: third, beds_added: 5, from: 2016-02-01"),
    ),
    Mistake(
        "measure strengthens an unknown checkpoint",
        [("policy[1].strengthens", "did you mean darien_post?")],
        policy("measure: checkpoint, strengthens: darien_pots, officers_added: 5, from: 2016-02-01"),
    ),
    Mistake(
        "training where nobody works",
        [("policy[1].checkpoints[0]", "there is no checkpoint tapachula")],
        policy("measure: training, checkpoints: [tapachula], trained_per_30_days: 0.1, from: 2016-02-01"),
    ),
    Mistake(
        "removal of an unknown group",
        [("policy[1].groups[1]", "there is no group nepal")],
        policy(
            "measure: removal_agreement, authority: PAN, groups: [cuba, nepal], removal_share: 0.1, "
            "from: 2016-02-01"
        ),
    ),
    Mistake(
        "exit pass of an unknown authority",
        [("policy[1].authority", "there is no authority MEX")],
        policy(
            "measure: exit_pass, authority: MEX, place: meteti, passes_per_day: 9, processing_days: 2, "
            "valid_days: 20, from: 2016-02-01"
        ),
    ),
    Mistake(
        "transfer to nowhere",
        [("policy[1].when_full", "transfers, but no transfer_to")],
        policy("measure: detention, centre: second, when_full: transfer, from: 2016-02-01"),
    ),
    Mistake(
        "transfer to itself",
        [("policy[1].transfer_to", "transfers to itself")],
        policy(
            "measure: detention, centre: second, when_full: transfer, transfer_to: second, from: 2016-02-01"
        ),
    ),
    Mistake(
        "crowding without a factor",
        [("policy[1].when_full", "crowds, but crowding is not above 1")],
        policy("measure: detention, centre: second, when_full: crowd, from: 2016-02-01"),
    ),
    Mistake(
        "more beds taken than there are",
        [("policy[1].beds_added", "leaves second with -40 beds on 2016-02-01; given -100")],
        policy("measure: detention, centre: second, beds_added: -100, from: 2016-02-01"),
    ),
    Mistake(
        "more officers taken than there are",
        [("policy[1].officers_added", "leaves darien_post with -5 officers")],
        policy("measure: checkpoint, strengthens: darien_post, officers_added: -15, from: 2016-02-01"),
    ),
    Mistake(
        "checkpoint opened without a name",
        [("policy[1]", "a checkpoint that is opened needs a name")],
        policy(
            "measure: checkpoint, from: 2016-02-01, opens: {authority: PAN, place: meteti, officers: 1, "
            "inspections_per_officer_day: 5, coverage: 1, identification: 1, detention: second}"
        ),
    ),
    Mistake(
        "task force at an unknown checkpoint",
        [("policy[1].checkpoints[0]", "there is no checkpoint darien_pots; did you mean darien_post?")],
        policy("measure: task_force, checkpoints: [darien_pots], officers_added: 5, from: 2016-02-01"),
    ),
    Mistake(
        "task force takes more officers than there are",
        [("policy[1].officers_added", "leaves darien_post with -2 officers on 2016-02-01; given -12")],
        policy("measure: task_force, checkpoints: [darien_post], officers_added: -12, from: 2016-02-01"),
    ),
    Mistake(
        "kiosk at a place instead of a checkpoint",
        [("policy[1].checkpoints[0]", "there is no checkpoint meteti; allowed: darien_post")],
        policy("measure: equipment, kind: biometric_kiosk, checkpoints: [meteti], from: 2016-02-01"),
    ),
    Mistake(
        "equipment of an unknown kind",
        [("policy[1].kind", "is none of the words allowed here; did you mean scanner?")],
        policy("measure: equipment, kind: scaner, checkpoints: [darien_post], from: 2016-02-01"),
    ),
    Mistake(
        "controls on an unknown checkpoint",
        [("policy[1].checkpoints[1]", "there is no checkpoint dariens_post; did you mean darien_post?")],
        policy(
            "measure: anti_corruption, checkpoints: [darien_post, dariens_post], bribes_times: 0.5, "
            "from: 2016-02-01"
        ),
    ),
    Mistake(
        "mentors at an unknown checkpoint",
        [("policy[1].checkpoints[0]", "there is no checkpoint siglo_xxi; allowed: darien_post")],
        policy("measure: mentors, checkpoints: [siglo_xxi], mentors: 2, mentor_gain: 0.1, from: 2016-02-01"),
    ),
    Mistake(
        "vetting in an unknown centre",
        [("policy[1].centre", "there is no detention centre secnd; did you mean second?")],
        policy(
            "measure: vetting, centre: secnd, interviews_per_day: 5, sensitivity: 0.5, specificity: 0.9, "
            "flagged_days: 10, from: 2016-02-01"
        ),
    ),
    Mistake(
        "specificity above 1",
        [("policy[1].specificity", "out of range; given 99; allowed: a share from 0 to 1")],
        policy(
            "measure: vetting, centre: second, interviews_per_day: 5, sensitivity: 0.5, specificity: 99, "
            "flagged_days: 10, from: 2016-02-01"
        ),
    ),
    Mistake(
        "exchange with an unknown authority",
        [("policy[1].recognised_by[1]", "there is no authority PAM; did you mean PAN?")],
        policy(
            "measure: information_sharing, enrolled_by: [PAN], recognised_by: [PAN, PAM], from: 2016-02-01"
        ),
    ),
    Mistake(
        "fewer admitted by an authority without a border",
        [
            (
                "policy[1].admitted_times",
                "has no effect: no country of recognised_by has a destination; given 0.5; "
                "allowed: USA in recognised_by",
            )
        ],
        policy(
            "measure: information_sharing, enrolled_by: [PAN], recognised_by: [PAN], admitted_times: 0.5, "
            "from: 2016-02-01"
        ),
    ),
    Mistake(
        "asylum of an authority of another country",
        [
            (
                "policy[1].authority",
                "is the authority of another country than turbo, which is in COL; given PAN; allowed: COL",
            )
        ],
        policy(
            "measure: asylum, authority: PAN, place: turbo, decision_days: 60, patience_days: 40, "
            "recognised_share: 0.3, from: 2016-02-01"
        ),
    ),
    Mistake(
        "asylum at an unknown place for an unknown group",
        [
            ("policy[1].place", "there is no place metetti; did you mean meteti?"),
            ("policy[1].groups[0]", "there is no group hati; did you mean haiti?"),
        ],
        "policy:\n  - measure: asylum\n    authority: PAN\n    place: metetti  # !\n    groups: [hati]  # !\n"
        "    decision_days: 60\n    patience_days: 40\n    recognised_share: 0.3\n    from: 2016-02-01\n",
    ),
    Mistake(
        "papers where nobody enters",
        [
            (
                "policy[1].places[1]",
                "is never an entry place of any group; given border; allowed: turbo or meteti",
            )
        ],
        policy("measure: papers_crackdown, places: [turbo, border], supply_times: 0.5, from: 2016-02-01"),
    ),
    Mistake(
        "visa where the group does not enter",
        [("policy[1].places[0]", "is never an entry place of these groups; given meteti; allowed: turbo")],
        policy(
            "measure: visa_requirement, places: [meteti], groups: [cuba], kept_home_share: 0.5, "
            "from: 2016-02-01"
        ),
    ),
    Mistake(
        "visa that diverts to where it is asked for",
        [("policy[1].diverted_to", "is a place where the visa is asked for; given turbo")],
        policy(
            "measure: visa_requirement, places: [turbo], groups: [cuba], kept_home_share: 0.5, "
            "diverted_share: 0.2, diverted_to: turbo, from: 2016-02-01"
        ),
    ),
    Mistake(
        "visa that diverts without saying where",
        [("policy[1]", "names diverted_to if and only if diverted_share is above 0")],
        policy(
            "measure: visa_requirement, places: [turbo], groups: [cuba], kept_home_share: 0.5, "
            "diverted_share: 0.2, from: 2016-02-01"
        ),
    ),
    Mistake(
        "visa that diverts to where no way leads on",
        [
            (
                "policy[1].diverted_to",
                "no destination can be reached from quito by the legs that cuba may take",
            )
        ],
        "places: {quito: {label: Quito, country: ECU, lat: 0, lon: -78}}\n"
        + policy(
            "measure: visa_requirement, places: [turbo], groups: [cuba], kept_home_share: 0.5, "
            "diverted_share: 0.2, diverted_to: quito, from: 2016-02-01"
        ),
    ),
    Mistake(
        "takedown of an unknown network",
        [("policy[1].network", "there is no smuggling network gulf; allowed: none")],
        policy("measure: smuggler_takedown, network: gulf, seats_removed_share: 0.5, from: 2016-02-01"),
    ),
    Mistake(
        "takedown that lasts",
        [("policy[1]", "is the work of one day: it has no until and no ramp_days")],
        "smuggling_networks: {gulf: {label: Gulf, seats_per_day: {darien_boat: 9}}}\n"
        + policy(
            "measure: smuggler_takedown, network: gulf, seats_removed_share: 0.5, from: 2016-02-01, "
            "until: 2016-02-20"
        ),
    ),
    Mistake(
        "seats on an unknown leg",
        [
            (
                "smuggling_networks.gulf.seats_per_day.darien_bot",
                "there is no leg darien_bot; did you mean darien_boat?",
            )
        ],
        "smuggling_networks: {gulf: {label: Gulf, seats_per_day: {darien_bot: 9}}}  # !\n",
    ),
    Mistake(
        "aid to an unknown group",
        [("policy[1].groups[0]", "there is no group honduras; allowed: cuba or haiti")],
        policy(
            "measure: aid_at_home, groups: [honduras], usd_per_year: 1e8, "
            "departures_cut_per_100_million: 0.01, from: 2016-02-01"
        ),
    ),
    Mistake(
        "buses on an unknown leg, shelters at an unknown place",
        [
            ("policy[1].legs[0]", "there is no leg bus_nroth; did you mean bus_north?"),
            ("policy[1].shelters[0]", "there is no place metti; did you mean meteti?"),
        ],
        "policy:\n  - measure: safe_passage\n    legs: [bus_nroth]  # !\n    shelters: [metti]  # !\n"
        "    from: 2016-02-01\n",
    ),
    Mistake(
        "safe passage nowhere",
        [("policy[1]", "needs legs or shelters")],
        policy("measure: safe_passage, price_times: 0.5, from: 2016-02-01"),
    ),
    Mistake(
        "centre that waits and crowds",
        [("policy[1].crowding", "has no effect: second does not crowd when full")],
        policy("measure: detention, centre: second, when_full: wait, crowding: 1.5, from: 2016-02-01"),
    ),
    Mistake(
        "without a measure that the base has not",
        [("without[1]", "the base has no measure bus_qota; did you mean bus_quota?")],
        "without:\n  - bus_quota\n  - bus_qota  # !\n",
    ),
    Mistake(
        "without a measure of its own",
        [("without[0]", "the base has no measure spring; allowed: bus_quota")],
        "without: [spring]  # !\npolicy:\n  - {measure: quota, name: spring, leg: bus_north, "
        "persons_per_day: 5, from: 2016-03-01}\n",
    ),
    Mistake(
        "without, not as a list",
        [("without", "is not a list; allowed: names of measures, such as [nicaragua_closes]")],
        "without: bus_quota  # !\n",
    ),
    Mistake(
        "without a base",
        [
            ("", "needs places, legs and groups, which are missing"),
            ("without", "leaves out measures of a base, but there is no base; allowed: `extends` beside it"),
        ],
        scenario=("extends: world.yaml\n", "without: [bus_quota]  # !\n"),
        what="small.yaml",
        at=["small.yaml:1", "small.yaml:3"],
    ),
    Mistake(
        "set of what is left out",
        [("without", "unknown key `without`")],
        what="small.yaml",
        sets=("without=[bus_quota]",),
        at=["--set without=[bus_quota]"],
    ),
    Mistake(
        "leg that ends nowhere",
        [("legs.bus_north.to", "there is no place boarder; did you mean border?")],
        "legs:\n  bus_north: {to: boarder}  # !\n",
    ),
    Mistake(
        "leg that ends where it starts",
        [("legs.bus_north.to", "ends where it starts")],
        "legs:\n  darien_boat: {to: border}\n  bus_north: {to: meteti}  # !\n",
    ),
    Mistake(
        "leg that is new by a slip",
        [
            (
                "legs.darien_fot",
                "needs from, to, mode and travel_days, which are missing; or did you mean legs.darien_foot?",
            )
        ],
        "legs:\n  darien_fot: {price_usd: 5}  # !\n",
    ),
    Mistake(
        "travel days reversed",
        [("legs.darien_boat.travel_days", "needs min <= mode <= max; given 9, 2, 3")],
        "legs:\n  darien_boat:\n    travel_days: {min: 9}  # !\n",
    ),
    Mistake(
        "travel days in two forms, from two files",
        [("legs.bus_north.travel_days", "not both")],
        "legs:\n  bus_north:\n    travel_days: {min: 1, mode: 2, max: 3}  # !\n",
    ),
    Mistake(
        "probabilities that do not add up",
        [("legs.bus_north.travel_days", "add up to 1.25, not to 1")],
        "legs:\n  bus_north:\n    travel_days: {table: {30: 0.25}}  # !\n",
    ),
    Mistake(
        "unknown season",
        [("legs.bus_north.season", "there is no season rains; did you mean rain?")],
        "legs:\n  bus_north: {season: rains}  # !\n",
    ),
    Mistake(
        "month 13",
        [("seasons.rain.months[3]", "given 13; allowed: 1 or more, at most 12")],
        "seasons:\n  rain: {months: [13]}  # !\n",
    ),
    Mistake(
        "preference of an unknown group",
        [("legs.bus_north.preference_by_group.cubans", "did you mean cuba?")],
        "legs:\n  bus_north: {preference_by_group: {cubans: 1}}  # !\n",
    ),
    Mistake(
        "unknown entry place",
        [("groups.haiti.entries[0].shares.quito", "there is no place quito")],
        world=("[{shares: {turbo: 0.8, meteti: 0.2}}]", "[{shares: {turbo: 0.8, quito: 0.2}}]  # !"),
    ),
    Mistake(
        "entry shares that do not add up",
        [("groups.haiti.entries[0]", "the shares add up to 0.9, not to 1")],
        world=("[{shares: {turbo: 0.8, meteti: 0.2}}]", "[{shares: {turbo: 0.7, meteti: 0.2}}]  # !"),
    ),
    Mistake(
        "entries that begin too late",
        [("groups.haiti.entries[0].from", "leaves the first days without entry places")],
        "groups:\n  haiti:\n    entries: {replace: [{from: 2016-02-01, shares: {turbo: 1}}]}  # !\n",
    ),
    Mistake(
        "entries out of order",
        [("groups.haiti.entries[1]", "has no `from`")],
        "groups:\n  haiti:\n    entries:\n      - shares: {turbo: 1}  # !\n",
    ),
    Mistake(
        "reception that does not add up",
        [("reception.haiti", "admitted, expelled and removed add up to 1.1, not to 1")],
        "reception:\n  haiti: {admitted: 0.7}  # !\n",
    ),
    Mistake(
        "expelled to nowhere",
        [("reception.haiti.expelled", "parameters.expelled_to does not say")],
        "parameters: {expelled_to: null}\nreception:\n  haiti: {expelled: 0.2}  # !\n",
    ),
    Mistake(
        "checkpoint of an unknown authority",
        [("checkpoints.darien_post.authority", "there is no authority PAM; did you mean PAN?")],
        "checkpoints:\n  darien_post: {authority: PAM}  # !\n",
    ),
    Mistake(
        "checkpoint in two places",
        [("checkpoints.darien_post", "needs either a place or a leg")],
        "checkpoints:\n  darien_post: {leg: bus_north}  # !\n",
    ),
    Mistake(
        "unreachable destination",
        [
            ("groups.cuba.entries[0].shares.turbo", "no destination can be reached from turbo"),
        ],
        "legs:\n  bus_north: {groups: [haiti]}\n"
        "groups:\n  cuba:\n    entries: {replace: [{shares: {turbo: 1}}]}  # !\n",
    ),
    Mistake(
        "no destination",
        [("places", "no place is a destination")],
        "places:  # !\n  border: {destination: false}\n",
    ),
    Mistake(
        "group without departures",
        [("departures", "group nepal has no departures; allowed: monthly.nepal or persons_per_day.nepal")],
        "departures:  # !\n  times: {cuba: 1}\n"
        "groups:\n  nepal: {label: N, nationalities: [Nepal], funds_usd: 1, "
        "entries: [{shares: {turbo: 1}}]}\n",
    ),
    Mistake(
        "month missing",
        [("departures.monthly.cuba", "lacks 2015-12, 2016-04 to 2016-05 of the period")],
        "period: {start: 2015-12-31, end: 2016-05-01}\n"
        "departures:\n  monthly:\n    cuba: {2016-01: 11}  # !\n",
    ),
    Mistake(
        "months and a rate",
        [("departures.persons_per_day.cuba", "months in `monthly`")],
        "departures:\n  persons_per_day: {cuba: 11}  # !\n",
    ),
    Mistake(
        "departures of an unknown group",
        [("departures.persons_per_day.hati", "there is no group hati; did you mean haiti?")],
        "departures:\n  persons_per_day: {hati: 5}  # !\n",
    ),
    Mistake(
        "weights of an unknown group",
        [("persons_per_migrant.nepal", "there is no group nepal")],
        "persons_per_migrant: {nepal: 2}  # !\n",
    ),
    Mistake(
        "month written otherwise",
        [("departures.monthly.cuba.2016-4", "a month such as 2016-05")],
        "departures:\n  monthly:\n    cuba: {2016-4: 11}  # !\n",
    ),
    Mistake(
        "duplicate key",
        [
            (
                "legs.bus_north.price_usd",
                "is given twice; allowed: each key once; it first stands in overlay.yaml:6",
            )
        ],
        "legs:\n  bus_north:\n    price_usd: 5\n    price_usd: 6  # !\n",
    ),
    Mistake(
        "two legs of one name",
        [("legs.bus_north", "is given twice")],
        world=("seasons:\n", "  bus_north: {from: turbo, to: border, mode: bus}  # !\nseasons:\n"),
    ),
    Mistake("merge key", [("<<", "merge keys")], "<<: {seed: 3}  # !\n"),
    Mistake("tag", [("seed", "tags are not used here")], "seed: !!int '3'  # !\n"),
    Mistake("tabs", [("", "a tab stands where YAML wants spaces")], "legs:\n\tbus_north: {}  # !\n"),
    Mistake("not closed", [("", "is not YAML")], "legs: {bus_north: {price_usd: 3}\n", at=["overlay.yaml:5"]),
    Mistake("two documents", [("", "more than one document")], "seed: 3\n---  # !\nseed: 4\n"),
    Mistake(
        "not UTF-8",
        [("", "is not UTF-8 text; given byte 0xed")],
        files={
            "bad.yaml": "title: a\nwhy: Dari\xe9n, Panam\xe1\n".encode("latin-1").replace(b"\xe9", b"\xed")
        },
        what="bad.yaml",
        at=["bad.yaml:2"],
    ),
    Mistake(
        "zero byte",
        [("", "control character")],
        files={"bad.yaml": b"title: a\nwhy: b\x00\n"},
        what="bad.yaml",
        at=["bad.yaml:2"],
    ),
    Mistake(
        "empty file",
        [("", "is empty")],
        files={"bad.yaml": "# only this\n"},
        what="bad.yaml",
        at=["bad.yaml:1"],
    ),
    Mistake(
        "a list",
        [("", "is not a mapping")],
        files={"bad.yaml": "- title\n"},
        what="bad.yaml",
        at=["bad.yaml:1"],
    ),
    Mistake("missing file", [("", "no such file")], what="nowhere.yaml", at=["nowhere.yaml"]),
    Mistake("unknown name", [("", "did you mean verify/queue?")], what="verify/queu", at=["verify/queu"]),
    Mistake("a folder", [("", "is a folder")], files={"sub/x.yaml": "a: 1"}, what="sub", at=["sub"]),
    Mistake(
        "extends an unknown name",
        [("extends", "no built-in scenario of that name")],
        files={"bad.yaml": "title: a\nextends: smal.yaml  # !\n"},
        what="bad.yaml",
    ),
    Mistake(
        "extends a number",
        [("extends", "must name a file")],
        files={"bad.yaml": "title: a\nextends: 3  # !\n"},
        what="bad.yaml",
    ),
    Mistake(
        "circular extends",
        [("extends", "goes round in a circle: a.yaml -> b.yaml -> a.yaml")],
        files={"a.yaml": "title: a\nextends: b.yaml\n", "b.yaml": "title: b\nextends: a.yaml  # !\n"},
        what="a.yaml",
    ),
    Mistake(
        "extends itself",
        [("extends", "goes round in a circle")],
        files={"a.yaml": "title: a\nextends: a.yaml  # !\n"},
        what="a.yaml",
    ),
    Mistake(
        "fault far below",
        [("legs.bus_north.mode", "none of the words")],
        world=("    mode: bus\n", "    mode: walking  # !\n"),
    ),
    Mistake(
        "nothing to run",
        [("", "needs title, why, period and departures, which are missing")],
        files={"bad.yaml": "extends: world.yaml\nseed: 3  # !\n"},
        what="bad.yaml",
        sets=("seed=4",),
        at=["bad.yaml:1"],
    ),
    Mistake(
        "series missing",
        [("departures.series", "cannot read none.csv")],
        "departures: {series: none.csv}  # !\n",
    ),
    Mistake(
        "series with other columns",
        [("departures.series", "has other columns; given month,group,rate")],
        "departures: {series: d.csv}\n",
        files={"d.csv": "month,group,rate\n"},
        at=["d.csv:1"],
    ),
    Mistake(
        "series with a bad number",
        [("departures.series", 'persons_per_day is not a number; given "many"')],
        "departures: {series: d.csv}\n",
        files={"d.csv": "month,group,persons_per_day\n2016-01,cuba,1\n2016-02,cuba,many\n"},
        at=["d.csv:3"],
    ),
    Mistake(
        "series with a bad month and a short row",
        [("departures.series", "month is not a month"), ("departures.series", "has 2 cells in this row")],
        "departures: {series: d.csv}\n",
        files={"d.csv": "month,group,persons_per_day\n2016-1,cuba,1\n2016-02,cuba\n2016-03,cuba,3\n"},
        at=["d.csv:2", "d.csv:3"],
    ),
    Mistake(
        "series with an unknown group",
        [("departures.monthly.cubans", "there is no group cubans; did you mean cuba?")],
        "departures: {series: d.csv}\n",
        files={"d.csv": "month,group,persons_per_day\n2016-01,cuba,1\n2016-01,cubans,1\n"},
        at=["d.csv:3"],
    ),
    Mistake(
        "series with a month twice",
        [("departures.series", "has cuba twice")],
        "departures: {series: d.csv}\n",
        files={"d.csv": "month,group,persons_per_day\n2016-01,cuba,1\n2016-01,cuba,2\n"},
        at=["d.csv:3"],
    ),
    Mistake(
        "series beside the same month",
        [("departures.monthly.cuba.2016-01", "is given twice: also in d.csv:2")],
        "departures:\n  series: d.csv\n  monthly: {cuba: {2016-01: 3}}  # !\n",
        files={"d.csv": "month,group,persons_per_day\n2016-01,cuba,1\n"},
    ),
    Mistake(
        "set of an unknown path",
        [("legs.bus_norht.price_usd", "unknown name `bus_norht`; did you mean `bus_north`?")],
        what="small.yaml",
        sets=("legs.bus_norht.price_usd=3",),
        at=["--set legs.bus_norht.price_usd=3"],
    ),
    Mistake(
        "set of an unknown key",
        [("legs.bus_north.price", "did you mean `price_usd`?")],
        what="small.yaml",
        sets=("legs.bus_north.price=3",),
        at=["--set legs.bus_north.price=3"],
    ),
    Mistake(
        "set of an unknown measure",
        [("policy.bus.leg", "unknown item `bus`; did you mean `bus_quota`?")],
        what="small.yaml",
        sets=("policy.bus.leg=bus_north",),
        at=["--set policy.bus.leg=bus_north"],
    ),
    Mistake(
        "set beyond a list",
        [("policy[3].leg", "unknown item `3`; allowed: bus_quota or [0] to [0]")],
        what="small.yaml",
        sets=("policy[3].leg=bus_north",),
        at=["--set policy[3].leg=bus_north"],
    ),
    Mistake(
        "set of a broken value",
        [("seed", "is not YAML")],
        what="small.yaml",
        sets=("seed=[1",),
        at=["--set seed=[1"],
    ),
    Mistake(
        "set of a value out of range",
        [("policy.bus_quota.persons_per_day", "out of range; given 0; allowed: above 0")],
        what="small.yaml",
        sets=("policy.bus_quota.persons_per_day=0",),
        at=["--set policy.bus_quota.persons_per_day=0"],
    ),
    Mistake(
        "set without a value",
        [("", "is not PATH=VALUE")],
        what="small.yaml",
        sets=("seed",),
        at=["--set seed"],
    ),
]


def lay_out(mistake: Mistake, folder: Folder) -> list[str]:
    """Write the files of a mistake; returns where its faults must be, as file:line."""
    texts: dict[str, str | bytes] = {"world.yaml": WORLD, "small.yaml": SCENARIO, **mistake.files}
    for name, change in (("world.yaml", mistake.world), ("small.yaml", mistake.scenario)):
        if change is not None:
            assert str(texts[name]).count(change[0]) == 1, f"{change[0]!r} is not there once"
            texts[name] = str(texts[name]).replace(*change)
    overlay = folder.overlay(mistake.overlay)
    texts["overlay.yaml"] = overlay.read_text()
    marked = []
    for name, text in texts.items():
        folder.write(name, text)
        if isinstance(text, str):
            marked += [f"{name}:{n}" for n, line in enumerate(text.splitlines(), start=1) if "# !" in line]
    return mistake.at if mistake.at is not None else marked


def place(fault: Fault) -> str:
    return fault.file if fault.line is None else f"{fault.file}:{fault.line}"


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_gives_its_faults_and_status_2(
    mistake: Mistake, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    at = lay_out(mistake, folder)
    assert at, "the line at fault is marked"
    found = faults(mistake.what, mistake.sets)
    assert [place(fault) for fault in found] == at, [str(fault) for fault in found]
    for fault, (path, words) in zip(found, mistake.expected, strict=True):
        assert fault.path == path
        assert words in str(fault)

    options = [part for given in mistake.sets for part in ("--set", given)]
    for command in (["check", "--resolved", mistake.what], ["run", mistake.what]):
        with pytest.raises(SystemExit) as end:
            main([*command, *options])
        assert end.value.code == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.splitlines() == [str(fault) for fault in found]
        assert "pydantic" not in err
        assert "https://" not in err


def test_there_are_enough_kinds() -> None:
    assert len(MISTAKES) >= 100
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)


def test_the_small_world_has_no_fault(folder: Folder) -> None:
    assert faults("small.yaml") == []
    assert faults(folder.overlay("seed: 3\n")) == []


def test_every_fault_of_a_file_is_found_at_once(folder: Folder) -> None:
    path = folder.overlay(
        "seed: -1\n"
        "legs:\n"
        "  bus_north: {to: boarder}\n"  # a reference, though other parts are broken
        "  darien_boat: {mode: raft, price: 3}\n"
        "departures: {times: {hati: 1.2}}\n"
        "policy:\n"
        "  - {measure: quota, leg: bus_nort, persons_per_day: 5, from: 2016-02-01}\n"
        "  - {measure: quota, leg: bus_north, persons_per_day: -5, from: 2016-02-01}\n"
    )
    assert [(fault.line, fault.path) for fault in faults(path)] == [
        (4, "seed"),
        (6, "legs.bus_north.to"),
        (7, "legs.darien_boat.price"),
        (7, "legs.darien_boat.mode"),
        (8, "departures.times.hati"),
        (10, "policy[1].leg"),
        (11, "policy[2].persons_per_day"),
    ]


def test_a_misspelt_key_hides_no_other_fault_of_its_part(folder: Folder) -> None:
    path = folder.overlay(
        "detention_centres:\n"
        "  second:\n"
        "    limit_day: 0\n"  # what was meant is checked too
        "    place: metetti\n"
        "legs:\n"
        "  bus_north:\n"
        "    pric: 5\n"
        "    too: boarder\n"  # a misspelt key with an unknown place
        "policy:\n"
        "  - measure: detention\n"
        "    name: third\n"
        "    centre: thrid\n"
        "    bed_added: 5\n"
        "    from: 2018-02-01\n"
        "    until: 2018-01-01\n"
    )
    assert [(fault.line, fault.path) for fault in faults(path)] == [
        (6, "detention_centres.second.limit_day"),
        (6, "detention_centres.second.limit_days"),
        (7, "detention_centres.second.place"),
        (10, "legs.bus_north.pric"),
        (11, "legs.bus_north.too"),
        (11, "legs.bus_north.to"),
        (13, "policy.third"),  # ends before it starts
        (15, "policy.third.centre"),
        (16, "policy.third.bed_added"),
    ]
    with pytest.raises(ScenarioError):
        load(folder.overlay("legs:\n  bus_north: {pric: 5}\n"))


def test_a_broken_value_hides_no_unknown_name_of_its_part(folder: Folder) -> None:
    path = folder.overlay(
        "groups:\n"
        "  cuba: {funds_usd: much, entries: {replace: [{from: 1, shares: {quito: 1}}, 7]}}\n"
        "authorities:\n"
        "  PAN: {label: 3, removal_share: {nepal: 0.1, cuba: 2}}\n"
        "checkpoints:\n"
        "  darien_post: {officers: many, leg: bus}\n"
        "departures:\n"
        "  dispersion: 0\n"
        "  times: {hati: 2, cuba: -1}\n"
        "parameters: {expelled_to: quito, cost_weight: -1}\n"
        "policy:\n"
        "  - {measure: training, checkpoints: [darien_pots, 3], trained_per_30_days: 0.1, from: 2016-02-01}\n"
        "  - {measure: border_closure, legs: [bus], groups: nepal, from: 2016-02-01}\n"
        "  - {measure: quota, persons_per_day: 0, leg: bus, from: 2016-02-01}\n"
        "  - {measure: checkpoint, name: post, from: soon, opens: {authority: MEX, leg: bus, officers: x}}\n"
    )
    found = [(fault.line, fault.path) for fault in faults(path)]
    names = {
        (5, "groups.cuba.entries[0].shares.quito"),
        (7, "authorities.PAN.removal_share.nepal"),
        (9, "checkpoints.darien_post.leg"),
        (12, "departures.times.hati"),
        (13, "parameters.expelled_to"),
        (15, "policy[1].checkpoints[0]"),
        (16, "policy[2].legs[0]"),
        (17, "policy[3].leg"),
        (18, "policy.post.opens.authority"),
        (18, "policy.post.opens.leg"),
    }
    assert names <= set(found)
    values = {
        (5, "groups.cuba.funds_usd"),
        (5, "groups.cuba.entries[0].from"),
        (5, "groups.cuba.entries[1]"),
        (7, "authorities.PAN.label"),
        (7, "authorities.PAN.removal_share.cuba"),
        (9, "checkpoints.darien_post.officers"),
        (12, "departures.times.cuba"),
        (13, "parameters.cost_weight"),
        (15, "policy[1].checkpoints[1]"),
        (16, "policy[2].groups"),
        (17, "policy[3].persons_per_day"),
        (18, "policy.post.from"),
        (18, "policy.post.opens.officers"),
        (18, "policy.post.opens"),  # what it lacks
    }
    assert set(found) == names | values
    assert len(found) == len(set(found))


def test_a_series_that_cannot_be_read_hides_no_other_fault(folder: Folder) -> None:
    folder.write("d.csv", "month,group,persons_per_day\n2016-01,cuba,many\n2016-02,cubans,3\n")
    given = "extends: world.yaml\ntitle: a\nwhy: b\nperiod: {start: 2016-01-01, end: 2016-02-29}\nseed: -1\n"
    unread = folder.write("a.yaml", f"{given}departures: {{series: none.csv, times: {{hati: 1}}}}\n")
    assert [fault.path for fault in faults(unread)] == ["seed", "departures.series", "departures.times.hati"]
    spoilt = folder.write("b.yaml", f"{given}departures: {{series: d.csv}}\n")
    assert [(fault.file, fault.path) for fault in faults(spoilt)] == [
        ("b.yaml", "seed"),
        ("d.csv", "departures.series"),
        ("d.csv", "departures.monthly.cubans"),
    ]


def test_load_raises_with_the_faults(folder: Folder) -> None:
    path = folder.overlay("seed: -1\nrecord_every: year\n")
    with pytest.raises(ScenarioError) as raised:
        load(path)
    assert [fault.path for fault in raised.value.faults] == ["seed", "record_every"]
    assert str(raised.value).splitlines() == [str(fault) for fault in faults(path)]


def test_the_real_command_prints_all_and_ends_with_2(folder: Folder) -> None:
    names = []
    for number, mistake in enumerate(MISTAKES):
        if mistake.overlay and mistake.world is None and mistake.at is None:
            names.append(folder.overlay(mistake.overlay, f"mistake_{number}.yaml").name)
    run = subprocess.run(
        [sys.executable, "-m", "darien.cli", "check", *names],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder.path,
        env={"PYTHONPATH": str(ROOT / "model"), "PATH": ""},
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert all(f"{name}:" in run.stderr for name in names)
