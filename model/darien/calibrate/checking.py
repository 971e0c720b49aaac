"""A problem in a line, for ``darien check``: looked at as far as can be without a run."""

from __future__ import annotations

from darien.calibrate.problem import locate
from darien.experiments.check_command import Kind


def checked(what: str) -> str:
    """What a problem asks. Raises ScenarioError or UserMistake for what is wrong with it."""
    from darien.calibrate.design import setting
    from darien.calibrate.effects import must_suit
    from darien.calibrate.observing import observation
    from darien.calibrate.shock_series import declared

    of = setting(locate(what))
    must_suit(of)
    if of.problem.shocks:
        declared(of)
    seen = observation(of.problem, of.base, of.counter.points)
    fitted = seen.target[~seen.derived]
    said = [
        f"{of.problem.runs} runs of {of.problem.history}",
        f"{len(of.simulated)} unknowns of a run and {len(of.priors) - len(of.simulated)} of what is reported",
        f"{fitted.sum()} reported numbers to fit and {(~fitted).sum()} left out",
    ]
    if of.problem.levers:
        said.append(f"policies: {', '.join(of.problem.levers)}")
    if of.problem.shocks:
        said.append(f"dated events: {', '.join(of.problem.shocks)}")
    return "; ".join(said)


PROBLEM = Kind("problem", locate, ({"unknowns"}, {"history", "series"}), checked)
