"""What was measured beside what was asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of DESIGN.md, section 8. ``low``: less is better."""

    what: str
    must: float
    aim: float
    measured: float
    low: bool = False
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.measured <= self.must if self.low else self.measured >= self.must

    @property
    def reached(self) -> bool:
        return self.measured <= self.aim if self.low else self.measured >= self.aim

    @property
    def verdict(self) -> str:
        return ("ok, aim" if self.reached else "ok") if self.kept else "not ok"


def table(rows: Iterable[Row]) -> Sequence[str]:
    """Lines for a terminal."""
    lines = [f"{'what':58} {'must':>7} {'aim':>7} {'measured':>9}  "]
    for row in rows:
        sign = "≤" if row.low else "≥"
        must, aim = f"{sign} {row.must:g}", f"{sign} {row.aim:g}"
        lines.append(f"{row.what:58} {must:>7} {aim:>7} {row.measured:9.2f}  {row.verdict}")
        if row.note:
            lines.append(f"    {row.note}")
    return lines
