"""A foreign client: the README's five lines of curl hold a whole conversation."""

import asyncio
import re
from pathlib import Path

from web.house import House, served

README = Path(__file__).parents[1] / "README.md"


def lines(base: str) -> list[str]:
    """As they stand in the README, pointed at this house."""
    block = re.search(
        r"^    L=http.*?(?=\n\n)", README.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert block
    found = [line.strip() for line in block[0].splitlines()]
    assert len(found) == 5
    return [f"L={base.rstrip('/')}", *found[1:]]


async def shell(folder: Path, script: list[str]) -> str:
    ran = await asyncio.create_subprocess_exec(
        "bash", "-euc", "\n".join(script), cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await ran.communicate()
    assert ran.returncode == 0
    return out.decode()


async def requests(house: House) -> int:
    return (await house.store.run(lambda work: work.stats())).open_requests


async def test_five_lines_of_curl_hold_a_whole_conversation(tmp_path):
    async with served(tmp_path, staffed=True) as (house, client):
        talk = await shell(tmp_path, lines(str(client.base_url)))
        said = ("Worum geht es?", "Um welche Schule", "Deine Nachricht liest", "Angekommen")
        places = [talk.index(each) for each in said]
        assert places == sorted(places)
        assert await requests(house) == 1
