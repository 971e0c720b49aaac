"""Figures: all drawn, each number in them checked against the counts, names that cover no other."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from darien.record import store
from darien.record.store import Results
from darien.record.whole import ResultError
from darien.report import fit
from darien.report.coast import draw_coast, rings
from darien.report.detention import beds_by_day, occupancy
from darien.report.ends import ENDS, end_shares
from darien.report.figures import draw
from darien.report.flows import detentions, entries, monthly_ranges, reported_counts
from darien.report.labels import place_labels
from darien.report.panels import Panel
from darien.report.replicates import interval_words, summary
from darien.report.route import CENTRAL_AMERICA, leg_flows
from darien.report.sheet import Sheet, length

from .made_up import PLACES, leg_name, made_up_result, run, scenario


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return store.read(made_up_result(tmp_path_factory.mktemp("figures") / "out"))


def test_draws_every_figure_twice_the_same(results: Results) -> None:
    files = draw(results.folder)
    assert [file.name for file in files] == ["route.png", "flows.png", "detention.png", "ends.png"]
    assert {file.parent for file in files} == {results.folder / "figures"}
    for file in files:
        pixels = imread(file)
        assert pixels.shape[0] > 400
        assert pixels.shape[1] > 1600
        assert 0.02 < float((pixels[..., :3].min(axis=2) < 0.9).mean()) < 0.9
    before = [file.read_bytes() for file in files]
    (results.folder / "figures" / "old.png").write_bytes(b"of an older result")
    assert [file.read_bytes() for file in draw(results.folder)] == before
    assert not (results.folder / "figures" / "old.png").exists()
    assert not list(results.folder.glob(".figures*"))


def test_a_result_by_month_and_without_centres_is_drawn_too(tmp_path: Path) -> None:
    told = scenario(end="2015-06-30", every="month")
    made = run(told, 0)
    counts = made.counts.assign(date=made.counts["date"].dt.to_period("M").dt.to_timestamp())
    keys = ["date", "where", "kind", "group", "measure"]
    stocks = counts["measure"].str.startswith("stock_")
    by_month = pd.concat(
        [
            counts[~stocks].groupby(keys, as_index=False)["persons"].sum(),
            counts[stocks].groupby(keys, as_index=False)["persons"].last(),
        ]
    )
    bare = replace(made, counts=by_month, capacities=made.capacities.iloc[:0])
    store.write(tmp_path / "out", told, [bare], wall_seconds=1)
    assert [file.name for file in draw(tmp_path / "out")] == ["route.png", "flows.png", "ends.png"]


def test_a_folder_without_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="not a result"):
        draw(tmp_path)


def test_flow_of_a_leg_is_persons_a_year(results: Results) -> None:
    counts = results.counts
    name = leg_name(("sao_paulo", "lima", "bus", False))
    persons = counts[(counts["where"] == name) & (counts["measure"] == "finished")]["persons"].sum()
    assert leg_flows(results)[name] == pytest.approx(persons / 3 / (731 / 365.25))
    assert leg_flows(results)["guatemala_city_mexico_city_truck"] == 0


def test_entries_are_legs_that_cross_into_a_country(results: Results) -> None:
    flow = entries(results)
    assert sorted(set(flow.index.get_level_values("country"))) == ["HND", "MEX", "PAN", "USA"]
    counts = results.counts[results.counts["replicate"] == 1]
    into = {"capurgana_bajo_chiquito_foot", "turbo_bajo_chiquito_foot", "turbo_panama_city_boat"}
    march = counts["date"].between("2015-03-01", "2015-03-31") & (counts["group"] == "haiti")
    persons = counts[march & counts["where"].isin(into) & (counts["measure"] == "finished")]["persons"].sum()
    assert flow.loc[("PAN", "haiti", pd.Timestamp("2015-03-01")), 1] == persons
    border = counts[march & (counts["measure"] == "reached_border")]["persons"].sum()
    assert flow.loc[("USA", "haiti", pd.Timestamp("2015-03-01")), 1] == border


def test_lines_are_means_and_ranges_of_months(results: Results) -> None:
    flow = entries(results)
    when = pd.date_range("2014-12-01", "2016-12-01", freq="MS")
    lines = monthly_ranges(flow, when)
    march = flow.xs("PAN", level="country").xs(pd.Timestamp("2015-03-01"), level="month")
    haiti, all_groups = lines["PAN", "haiti"], lines["PAN", "all"]
    assert haiti.mean[0] == haiti.high[0] == 0  # before the period
    assert haiti.mean[3] == pytest.approx(march.loc["haiti"].mean())
    assert (haiti.low[3], haiti.high[3]) == (march.loc["haiti"].min(), march.loc["haiti"].max())
    assert all_groups.mean[3] == pytest.approx(march.sum().mean())
    assert all_groups.high[3] == march.sum().max()


def test_detentions_are_those_of_the_country(results: Results) -> None:
    held = detentions(results, "MEX")
    assert set(held.index.get_level_values("country")) == {"MEX"}
    counts = results.counts
    assert held.to_numpy().sum() == counts[counts["measure"] == "apprehended"]["persons"].sum()
    assert detentions(results, "PAN").empty


def test_reported_counts_say_which_of_them_made_the_departures(results: Results) -> None:
    table = reported_counts(results)
    derived = table.groupby(["country", "group"])["derived"].first()
    assert derived["PAN", "cuba"]
    assert not derived["HND", "all"]
    assert not derived["USA", "cuba"]


def test_beds_hold_until_they_change(results: Results) -> None:
    here = results.capacities[results.capacities["place"] == "meteti"]
    beds = beds_by_day(results, here)
    assert len(beds) == 731
    assert beds["2015-01-01"] == beds["2016-02-29"] == 300
    assert beds["2016-03-01"] == beds["2016-12-31"] == 200


def test_occupancy_is_the_stock_of_the_place(results: Results) -> None:
    held = occupancy(results, "meteti")
    counts = results.counts
    here = counts[(counts["measure"] == "stock_detained") & (counts["where"] == "meteti")]
    on_day = here[here["date"] == "2015-08-01"].groupby("replicate")["persons"].sum()
    assert held.loc["2015-08-01", "mean"] == pytest.approx(on_day.mean())
    assert held.loc["2015-08-01", "low"] == on_day.min()
    assert held.loc["2015-08-01", "high"] == on_day.max()
    assert len(held) == 731


def test_ends_add_up_to_all_who_departed(results: Results) -> None:
    shares, departed = end_shares(results)
    assert list(departed.index) == ["all", "cuba", "haiti", "africa"]
    assert shares["mean"].groupby(level="group").sum().to_numpy() == pytest.approx(np.ones(4))
    counts = results.counts
    assert departed["all"] * 3 == counts[counts["measure"] == "departed"]["persons"].sum()
    assert set(shares.index.get_level_values("end")) == set(ENDS)


def test_summary_is_extremes_of_few_and_percentiles_of_many() -> None:
    few = summary(pd.DataFrame([[1.0, 2.0, 6.0]]))
    assert few.iloc[0].tolist() == [3, 1, 6]
    many = summary(pd.DataFrame([np.arange(101.0)]))
    assert many.iloc[0].tolist() == [50, 5, 95]


def test_what_a_range_holds_is_said(results: Results) -> None:
    def words(replicates: int, **manifest: object) -> str:
        said = results.manifest | {"replicates": list(range(replicates))} | manifest
        return interval_words(replace(results, manifest=said))

    assert words(1) == "One replicate only: how sure this is cannot be shown."
    assert words(3) == "Ranges span the lowest and highest of 3 replicates (chance alone, same parameters)."
    drawn = words(40, fit={"name": "mine"})
    assert drawn == "Ranges hold the middle 90 % of 40 replicates (each another draw of the fit mine)."


def test_coasts_are_closed_rings_of_the_americas() -> None:
    assert len(rings()) > 100
    everything = np.concatenate(rings())
    assert everything[:, 0].min() > -180
    assert everything[:, 0].max() < 0
    assert all(len(ring) >= 3 for ring in rings())


def test_names_in_central_america_cover_neither_each_other_nor_a_place() -> None:
    sheet = Sheet(8, 5.5)
    west, east, south, north = CENTRAL_AMERICA
    panel = Panel(sheet, (0, 0, 8, 5.5), (west, east), (south, north))
    draw_coast(panel)
    near = [p for p in PLACES.values() if west < p[3] < east and south < p[2] < north]
    spots = np.array([(p[3], p[2]) for p in near])
    place_labels(panel, [p[0] for p in near], spots, np.empty((0, 2)))
    assert sorted(words.text for words in sheet.words) == sorted(p[0] for p in near)
    assert len(near) == 14
    boxes = [(w.x, w.y, w.x + length(w.text, w.size), w.y + w.size / 72) for w in sheet.words]
    for (a0, b0, a1, b1), (c0, d0, c1, d1) in combinations(boxes, 2):
        assert a1 <= c0 or c1 <= a0 or b1 <= d0 or d1 <= b0
    for x0, y0, x1, y1 in boxes:
        assert 0 <= x0 < x1 <= 8
        assert 0 <= y0 < y1 <= 5.5
        assert not any(x0 < x < x1 and y0 < y < y1 for x, y in panel.inches(spots))


def test_a_series_is_named_without_its_years() -> None:
    assert fit._words("colombia_2014_2015") == "colombia"
    assert fit._words("tapachula_passes_2016_to_october") == "tapachula passes to october"
    assert fit._words("honduras_all") == "honduras all"
