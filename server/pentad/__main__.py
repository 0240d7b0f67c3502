"""The command. Garbage collection waits until the imports are done, which saves a tenth of the start."""

from __future__ import annotations

import gc
import io
import os
import sys


def main() -> None:
    """Run `pentad` with the arguments of the process."""
    gc.disable()
    from pentad.cli import run

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read went away; the interpreter must not find out a second time on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
