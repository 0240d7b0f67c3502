"""Charts of kept results. Runs in the worker alone; `pentad.results.plotting` is the way in."""
