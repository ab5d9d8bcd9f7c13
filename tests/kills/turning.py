"""Lives that change the master key, each ended by signal 9 at another commit.

For each line on standard input it forks one life and prints how that ended: ``killed`` or
``done``. Arguments: database, LOTSE_KEY, and perhaps a fault to plant.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.store import Keys, Store
from bot.store.reseal import reseal

AT_ONCE = 12  # values in one unit, so that there are many commits
PATH, KEY, FAULT = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]


async def live(point: str, nth: int) -> None:
    opened = await Store.open(PATH, Keys.parse(KEY))
    await opened.begin_reseal()
    count = 0

    def reached(here: str) -> None:
        if (here, count) == (point, nth):
            os.kill(os.getpid(), signal.SIGKILL)

    def unit(work) -> int:
        if FAULT == ["drops the old key first"]:
            work.connection.execute("DELETE FROM keys WHERE kid <> ?", (opened.newest_key,))
        done = reseal(work.connection, opened._sealer, AT_ONCE)
        reached("before")
        return done

    while True:
        count += 1
        done = await opened.run(unit)
        reached("after")
        if not done:
            break
    await opened.close()


for line in sys.stdin:
    where, number = line.split()
    child = os.fork()
    if child == 0:
        asyncio.run(live(where, int(number)))
        os._exit(0)
    _, how = os.waitpid(child, 0)
    sys.stdout.write("killed\n" if os.WIFSIGNALED(how) else "done\n")
    sys.stdout.flush()
