"""Mesa: the route as a model, and the institutions that decide."""

from darien.actors.later import later

# Nothing here uses Mesa's experimental spaces or linear algebra. The scipy that they bring in takes longer to
# import than Mesa does. Numba looks for scipy's BLAS when the first kernel runs, unless it has done so here.
with later("mesa.experimental.continuous_space", "scipy.linalg"):
    import mesa  # noqa: F401
    import numba.np.arraymath  # noqa: F401
