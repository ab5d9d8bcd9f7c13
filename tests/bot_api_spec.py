"""Tells whether a call to the Bot API is one that the Bot API would accept.

The data in ``data/bot_api.json`` is a reduced form of a public description of the Bot API (see
``data/bot_api.LICENCE.md``). ``python tests/bot_api_spec.py api.json`` makes it anew.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "bot_api.json"
METHODS = (
    "answerCallbackQuery",
    "deleteMessage",
    "deleteMessages",
    "deleteWebhook",
    "editMessageText",
    "getMe",
    "getMyCommands",
    "getMyDescription",
    "getMyShortDescription",
    "getUpdates",
    "getWebhookInfo",
    "leaveChat",
    "logOut",
    "sendChatAction",
    "sendMessage",
    "setMyCommands",
    "setMyDescription",
    "setMyShortDescription",
    "setWebhook",
)
PLAIN: Mapping[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "InputFile": (str, bytes),
}
LIMIT = re.compile(r"(\d+)-(\d+) (characters|bytes|identifiers)")
UPPER = re.compile(r"At most (\d+) commands")
ACTIONS = {"url", "callback_data", "web_app", "login_url", "copy_text", "callback_game", "pay"}


class Spec:
    """The methods and types that we may use, with their fields, types and limits."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        data = json.loads(DATA.read_text(encoding="utf-8")) if data is None else data
        self.methods: dict[str, Any] = data["methods"]
        self.types: dict[str, Any] = data["types"]

    def check(self, method: str, params: Mapping[str, Any]) -> list[str]:
        """What is wrong with this call, one sentence each; empty when nothing is."""
        if method not in self.methods:
            return [f"{method}: unknown method"]
        found: list[str] = []
        self._fields(params, self.methods[method], method, found)
        if method in {"sendMessage", "editMessageText"} and not str(params.get("text")).strip():
            found.append(f"{method}.text: nothing to read")
        return found

    def decode_form(self, method: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The values of a form, in which everything that is no string arrives as JSON."""
        fields = self.methods.get(method, {})
        return {name: _plain(text, fields.get(name)) for name, text in form.items()}

    def _fields(
        self, value: Mapping[str, Any], known: Mapping[str, Any], path: str, found: list[str]
    ) -> None:
        found += [f"{path}.{name}: unknown field" for name in value if name not in known]
        found += [
            f"{path}.{name}: missing"
            for name, field in known.items()
            if field.get("must") and name not in value
        ]
        for name, inner in value.items():
            if name in known:
                self._value(inner, known[name]["types"], f"{path}.{name}", found)
                _limit(inner, known[name].get("limit"), f"{path}.{name}", found)

    def _value(self, value: Any, types: list[str], path: str, found: list[str]) -> None:
        """One of the types has to fit; of several misfits the nearest is told."""
        misfits: list[list[str]] = []
        for name in types:
            misfit: list[str] = []
            self._one(value, name, path, misfit)
            if not misfit:
                return
            misfits.append(misfit)
        found += min(misfits, key=len)

    def _one(self, value: Any, name: str, path: str, found: list[str]) -> None:
        if name in PLAIN:
            fits = isinstance(value, PLAIN[name]) and (
                name == "Boolean" or not isinstance(value, bool)
            )
            if not fits:
                found.append(f"{path}: {value!r:.80} is no {name}")
        elif name.startswith("Array of "):
            if not isinstance(value, list):
                found.append(f"{path}: no array")
                return
            for index, inner in enumerate(value):
                self._value(inner, [name.removeprefix("Array of ")], f"{path}[{index}]", found)
        elif "any" in self.types[name]:
            self._value(value, self.types[name]["any"], path, found)
        elif not isinstance(value, dict):
            found.append(f"{path}: {value!r:.80} is no {name}")
        else:
            self._fields(value, self.types[name]["fields"], path, found)
            if name == "InlineKeyboardButton" and len(ACTIONS & value.keys()) != 1:
                found.append(f"{path}: a button does exactly one thing")


def _limit(value: Any, limit: list[Any] | None, path: str, found: list[str]) -> None:
    if limit is None or not isinstance(value, (str, list)):
        return
    low, high, unit = limit
    match unit:
        case "bytes":
            size = len(str(value).encode("utf-8", "surrogatepass"))
        case "characters":  # Telegram counts UTF-16 units
            size = len(str(value).encode("utf-16-le", "surrogatepass")) // 2
        case _:
            size = len(value)
    if not low <= size <= high:
        found.append(f"{path}: {size} {unit}, allowed are {low} to {high}")


def _plain(text: str, field: Mapping[str, Any] | None) -> Any:
    types = field["types"] if field else ["String"]
    if types == ["String"] or ("String" in types and not text.lstrip("-").isdigit()):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def reduce(api: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is needed of the full description: METHODS and the types they reach."""
    methods = {name: _shape(api["methods"][name].get("fields", [])) for name in METHODS}
    types: dict[str, Any] = {}
    open_names = [name for fields in methods.values() for name in _named(fields)]
    while open_names:
        name = open_names.pop()
        if name in types or name in PLAIN:
            continue
        whole = api["types"][name]
        if whole.get("subtypes"):
            types[name] = {"any": whole["subtypes"]}
            open_names += whole["subtypes"]
        else:
            types[name] = {"fields": _shape(whole.get("fields", []))}
            open_names += _named(types[name]["fields"])
    return {"version": api["version"], "methods": methods, "types": dict(sorted(types.items()))}


def _shape(fields: list[Any]) -> dict[str, Any]:
    shaped = {}
    for field in fields:
        one: dict[str, Any] = {"types": field["types"]}
        if field["required"]:
            one["must"] = True
        if found := LIMIT.search(field["description"]):
            one["limit"] = [int(found[1]), int(found[2]), found[3]]
        elif found := UPPER.search(field["description"]):
            one["limit"] = [0, int(found[1]), "commands"]
        shaped[field["name"]] = one
    return shaped


def _named(fields: Mapping[str, Any]) -> list[str]:
    return [name.split("Array of ")[-1] for field in fields.values() for name in field["types"]]


if __name__ == "__main__":
    full = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    DATA.write_text(json.dumps(reduce(full), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
