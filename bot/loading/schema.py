"""A JSON Schema of the authors' files, for editors that complete and check while one types."""

from typing import Any

from pydantic import BaseModel

from bot.loading.shapes import LanguagesShape, NamesShape, TextsShape, TopicShape, Wording

_FILES: dict[str, type[BaseModel]] = {
    "tree": TopicShape,
    "texts": TextsShape,
    "names": NamesShape,
    "languages": LanguagesShape,
}
KINDS = tuple(_FILES)


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of one kind of file, as the loading reads it: a text may stand alone."""
    schema = _FILES[kind].model_json_schema()
    found = schema.get("$defs", {}).get(Wording.__name__)
    if found is not None:
        found["properties"].pop("*", None)
        parts = {key: found.pop(key) for key in list(found) if key not in {"title", "description"}}
        found["anyOf"] = [{"type": "string", "minLength": 1}, parts]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
