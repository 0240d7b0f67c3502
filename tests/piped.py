"""A process that answers each line of standard input with its length and its end, after it and another
process have written to standard output."""

from __future__ import annotations

import asyncio
import json
import sys

from pentad.pipes import standard


async def main() -> None:
    async with standard() as (lines, out):
        if lines is None or out is None:
            sys.stdout.write(json.dumps("left to the SDK"))
            return
        sys.stdout.write("astray\n")
        sys.stdout.flush()
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", "print('astray too')")
        await other.wait()
        async for line in lines:
            await out.write(json.dumps([len(line), line.strip()[-6:]]) + "\n")
            await out.flush()
    sys.stdout.write(json.dumps("given back"))


if __name__ == "__main__":
    asyncio.run(main())
