"""The official conformance suite against Pentad's own server, and the inspector's command line.

The suite wants tools, prompts and resources of its own making. `server.py` builds the server that
`pentad serve --http` builds, with its transport, door, sessions and handlers, and adds them.

What a green suite says of Pentad's own code: everything about requests, headers, versions, hosts, sessions,
lists, cursors, caching, unknown names and unknown resources, and the tools of `operations.py`. These are
operations like any other and take the whole walk of a call: text, pictures, errors, progress, and asking the
user in both generations, with the state that comes back and one that was forged. The other modules
(`contents.py`, `talking.py`, `questions.py`, `prompts.py`, `resources.py`) stand in for what Pentad does not
have: there, only the SDK and the fixtures are checked.
"""
