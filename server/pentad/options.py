"""What can be set that is not about one platform: names, meanings and defaults."""

from __future__ import annotations

# The README's table is generated from this and from the platforms' own lists.
GENERAL = (
    ("expose", "tools listed: `core`, `lean` (verbs only) or `all`", "core"),
    ("read_only", "`true` hides and refuses everything that changes anything", "false"),
    (
        "confirm",
        "what reaches people or shared state needs: with `auto` the user's answer where the client can ask, "
        "else the plan's id; with `human` the user's answer; with `never` nothing",
        "auto",
    ),
    ("allow", "effects beyond read and write, comma-separated: `destructive`, `admin`", "none"),
    ("enable", "operations that are off by default, comma-separated names", "none"),
    ("spend_limit", "what a session spends without a plan: `20` of each, or `credits=20,model=10`", "none"),
    ("platforms", "platforms to offer of those that are set up, comma-separated", "all"),
    (
        "tools",
        "operations to list besides, comma-separated names or patterns such as `timbr_*`",
        "none",
    ),
    ("exclude", "operations that are neither listed nor callable, names or patterns", "none"),
    ("budget", "tokens an answer may take, 200 to 6,000", "1500"),
    ("downloads", "folder that files are saved in", "~/Downloads/pentad"),
    ("uploads", "folders that files may be uploaded from, comma-separated", "the download folder"),
    (
        "secrets",
        "folder with a file for each secret that operations may set on a platform, which calls name",
        "none",
    ),
    ("results", "folder for large results, in one of its own that is removed at the end", "~/.cache/pentad"),
    ("audit", "folder that changes are recorded in, a file per process", "~/.local/state/pentad/audit"),
    ("keep", "hours for which a result can be read on, 0.1 to 48", "1"),
    ("quota", "MiB that kept results may take in memory and on disk together", "1024"),
    ("structured", "`true` repeats each answer as structured content", "false"),
    (
        "log",
        "what is logged on standard error, as JSON lines: `error`, `warning`, `info` (a line per call) or "
        "`debug` (a line per request)",
        "warning",
    ),
)
