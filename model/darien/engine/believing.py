"""What migrants believe: of legs, from what earlier members of their group met there; of the whole journey.

For each group and leg, with k persons that the prior weighs, and S stopped among N who came, both
heard of after a lag and forgotten by a share a day::

    belief = (k prior + S) / (k + N)

k is in days of the group's mean departures, so that beliefs do not depend on how many migrants stand
for how many persons. All of it is worked out once a day, from whole numbers. Each migrant mixes the
belief with the prior by its own trust: that is what moves flows when a checkpoint opens, days later
and not all at once. (An average per meeting would swing: whole groups would flee to and fro.)
"""

from __future__ import annotations

import numpy as np

from darien.engine.compiled import kernel
from darien.engine.gumbels import F4


@kernel
def learn(w, b, d):
    """Stage 6: today's meetings are told, those of some days ago are heard, what is old is forgotten."""
    beliefs, how, groups = b.beliefs, w.behaviour[0], w.groups
    met, stopped, heard, unheard = beliefs.met, beliefs.stopped, beliefs.heard, beliefs.unheard
    slot = d % unheard.shape[0]
    kept, weight, prior = how["belief_kept"], how["belief_weight"], how["belief_prior"]
    for leg in range(np.uint64(met.shape[0])):
        for g in range(np.uint64(met.shape[1])):
            if met[leg, g] == 0 and heard[0, leg, g] == 0.0 and unheard[slot, 0, leg, g] == 0:
                continue  # nobody came this way of late: what is believed is the prior, and doubt is 0
            # The slot holds what happened `lag` days ago: it is heard now, and makes room for today.
            heard[0, leg, g] = kept * heard[0, leg, g] + unheard[slot, 0, leg, g]
            heard[1, leg, g] = kept * heard[1, leg, g] + unheard[slot, 1, leg, g]
            unheard[slot, 0, leg, g] = met[leg, g]
            unheard[slot, 1, leg, g] = stopped[leg, g]
            beliefs.stopped_ever[leg, g] += stopped[leg, g]
            met[leg, g] = 0
            stopped[leg, g] = 0
            k = how["belief_prior_days"] * groups[g]["usual"]
            weighs = k + heard[0, leg, g]
            belief = (k * prior + heard[1, leg, g]) / weighs if weighs > 0.0 else prior
            beliefs.doubt[leg, g] = F4(weight * (belief - prior))
    for g in range(np.uint64(met.shape[1])):
        for end in range(2):
            beliefs.outcome[end, g] = kept * beliefs.outcome[end, g] + beliefs.ended[end, g]
            beliefs.ended[end, g] = 0
        k = how["belief_prior_days"] * groups[g]["usual"]
        succeeded, failed = beliefs.outcome[0, g], beliefs.outcome[1, g]
        weighs = k + succeeded + failed
        failure = (k * how["failure_prior"] + failed) / weighs if weighs > 0.0 else how["failure_prior"]
        beliefs.failure[g] = failure
