"""`python -m benchmarks.peers`: install the peers that are not there yet."""

from __future__ import annotations

from benchmarks.peers.environment import Peer, peers_python

if __name__ == "__main__":
    for peer in Peer:
        print(peer, peers_python(peer))
