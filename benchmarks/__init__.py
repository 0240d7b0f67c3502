"""Numbers beside a peer, all of one run."""
