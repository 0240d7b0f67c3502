"""The walk of a request: verbs, sign-in, pacing and repeats over one HTTP client per account."""
