"""The Nu Html Checker of the W3C, which knows nothing of this project.

It needs Java and the package ``vnu-jar``; ``make test`` puts it into ``.venv/vnu``, elsewhere
VNU names the jar.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
JAR = ".venv/vnu/node_modules/vnu-jar/build/dist/vnu.jar"


def jar() -> Path:
    found = Path(os.environ.get("VNU") or ROOT / JAR)
    assert found.exists(), "Der Prüfer für HTML fehlt: make vnu"
    return found


def faults(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """The errors in these pages; ``folder`` is written to.

    Its warnings are matters of taste: it would have a heading in every message of a conversation.
    """
    folder.mkdir()
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    command = ["java", "-jar", jar(), "--format", "json", "--stdout", "--exit-zero-always", folder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [
        f"{Path(one['url']).name}:{one.get('lastLine', 0)}: {one['message']}"
        for one in json.loads(done.stdout)["messages"]
        if one["type"] != "info"
    ]
