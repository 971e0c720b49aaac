"""How far the work is, as a bar on stderr."""

from __future__ import annotations

import contextlib

from darien.experiments.run import Progress


def bar(what: str, at_the_end: contextlib.ExitStack) -> Progress:
    """A bar that appears with the first step and is gone after the last one, or when the work breaks off."""
    from rich import progress
    from rich.console import Console

    shown_bar = progress.Progress(
        progress.BarColumn(),
        progress.TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + what),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
        transient=True,
    )
    task = shown_bar.add_task(what, total=1)
    shown = False

    def step(done: int, of: int) -> None:
        nonlocal shown
        if not shown:
            shown = True
            at_the_end.callback(shown_bar.stop)
            shown_bar.start()
        shown_bar.update(task, completed=done, total=of)
        if done >= of:
            at_the_end.close()

    return step
