"""``make bench``: the figures of DESIGN.md, section 8; ends with 1 when a "must" is missed."""

import sys
from collections.abc import Callable, Iterator, Mapping

from tests.bench import kills, stores, traffic, web, words
from tests.bench.table import Row, table

PARTS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "traffic": traffic.rows,
    "kills": kills.rows,
    "stores": stores.rows,
    "words": words.rows,
    "web": web.rows,
}


def main(wanted: list[str]) -> int:
    """All parts, or those that were named."""
    rows = [row for name in wanted or PARTS for row in PARTS[name]()]
    for line in table(rows):
        print(line)  # noqa: T201
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
