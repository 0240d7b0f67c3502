"""The verbs: tools that belong to no platform. Those in the core are listed whatever is exposed."""
