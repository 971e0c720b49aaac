"""Mesa: the route as a model, and the institutions that decide."""
