"""Mesa: the route as a model, and the institutions that decide."""

from darien.actors.later import later

# Mesa's experimental spaces, which nothing here uses, bring in scipy.spatial: that takes longer than all else
# of Mesa.
with later("mesa.experimental.continuous_space"):
    import mesa  # noqa: F401
