"""What every text and blob column may hold: a new column without a line here fails a test.

``sealed``: an envelope of ``sealing``. ``hash``: keyed, says nothing without the key.
``random``: an id drawn by chance. ``word``: from a closed set of the house (a channel's name, a
post of the directory, a kind of timer). ``number``: a position or count kept as text.
"""

from collections.abc import Mapping
from typing import Literal

Holds = Literal["sealed", "hash", "random", "word", "number"]

COLUMNS: Mapping[str, Mapping[str, Holds]] = {
    "meta": {"name": "word", "value": "number"},
    "keys": {"kid": "word", "sealed_check": "sealed"},
    "secrets": {"name": "word", "sealed_secret": "sealed"},
    "addresses": {
        "hash": "hash",
        "channel": "word",
        "sealed_address": "sealed",
        "who_kind": "word",
        "who_id": "random",
    },
    "conversations": {"id": "random", "sealed_state": "sealed"},
    "requests": {
        "id": "random",
        "conversation": "random",
        "post": "word",
        "sealed_name": "sealed",
        "sealed_state": "sealed",
    },
    "request_keys": {"request": "random", "sealed_key": "sealed"},
    "words": {"request": "random", "sealed_text": "sealed"},
    "members": {"id": "random", "sealed_state": "sealed"},
    "posts": {"id": "word", "sealed_state": "sealed"},
    "refs": {
        "hash": "hash",
        "owner": "random",
        "gives_hash": "hash",
        "sealed_action": "sealed",
    },
    "invitations": {"hash": "hash", "sealed_state": "sealed"},
    "timers": {"kind": "word", "ref": "random"},
    "outbox": {"address_hash": "hash", "sealed_payload": "sealed", "request": "random"},
    "history": {
        "address_hash": "hash",
        "slot_hash": "hash",
        "sealed_screen": "sealed",
        "request": "random",
    },
    "messages": {"address_hash": "hash", "hash": "hash", "sealed_message": "sealed"},
    "quoted": {
        "address_hash": "hash",
        "hash": "hash",
        "request": "random",
        "sealed_message": "sealed",
    },
    "slots": {"address_hash": "hash", "slot_hash": "hash", "sealed_message": "sealed"},
    "sessions": {
        "hash": "hash",
        "kind": "word",
        "address_hash": "hash",
        "sealed_address": "sealed",
    },
    "returns": {"address_hash": "hash", "hash": "hash", "sealed_address": "sealed"},
    "links": {"hash": "hash", "kind": "word", "sealed_target": "sealed"},
    "proposed": {"member": "random", "hash": "hash", "sealed_address": "sealed"},
    "factors": {"member": "random", "sealed_secret": "sealed", "sealed_codes": "sealed"},
    "audit": {"sealed_entry": "sealed", "hash": "hash"},
    "audit_ends": {"name": "word", "sealed_end": "sealed"},
    "guesses": {"hash": "hash"},
    "seen": {"hash": "hash"},
    "marks": {"channel": "word", "mark": "number"},
    "counters": {"month": "number", "district": "word", "what": "word"},
}
