"""What can be wrong with the store, as sentences for the operator (German)."""

import sqlite3
from typing import ClassVar


class StoreError(Exception):
    """The store cannot do what was asked; ``str()`` is one sentence for the operator."""


class NewerVersion(StoreError):  # noqa: N818  (named as the fact it states)
    """The file was written by a newer Lotse; nothing was changed."""


class WrongKey(StoreError):  # noqa: N818
    """LOTSE_KEY does not open this database; nothing was changed."""


class WeakKey(StoreError):  # noqa: N818
    """LOTSE_KEY is missing, malformed or too weak."""


class NotADatabase(StoreError):  # noqa: N818
    """The file is no database of Lotse, or it is damaged; nothing was changed."""


class UnsafeFile(StoreError):  # noqa: N818
    """Others may read or write the file."""


class UnsafeMode(StoreError):  # noqa: N818
    """SQLite did not take a setting without which data could be lost or stay behind."""


class SecondProcess(StoreError):  # noqa: N818
    """Another process has the database."""


class DiskFull(StoreError):  # noqa: N818
    """No room, or the disk failed; the unit of work was rolled back."""


class Locked(StoreError):  # noqa: N818
    """Another program holds a lock on the file; the unit of work was rolled back."""


class Tampered(StoreError):  # noqa: N818
    """A sealed value does not belong where it stands."""


class BackupFault(StoreError):  # noqa: N818
    """A backup could not be made or brought back; what was there before is untouched."""


class Sentences:
    """SQLite's primary result codes → our error and its sentence."""

    BY_CODE: ClassVar[dict[int, tuple[type[StoreError], str]]] = {
        sqlite3.SQLITE_FULL: (
            DiskFull,
            "Der Speicherplatz reicht nicht. Bitte Platz schaffen; es ging nichts verloren.",
        ),
        sqlite3.SQLITE_IOERR: (
            DiskFull,
            (
                "Die Datenbank lässt sich nicht schreiben. Bitte Datenträger prüfen; "
                "der letzte Schritt wurde zurückgenommen."
            ),
        ),
        sqlite3.SQLITE_BUSY: (
            Locked,
            "Ein anderes Programm hält die Datenbank gesperrt. Bitte dieses Programm beenden.",
        ),
        sqlite3.SQLITE_LOCKED: (
            Locked,
            "Ein anderes Programm hält die Datenbank gesperrt. Bitte dieses Programm beenden.",
        ),
        sqlite3.SQLITE_NOTADB: (
            NotADatabase,
            "Die Datei ist keine Datenbank von Lotse. Bitte LOTSE_DATABASE prüfen.",
        ),
        sqlite3.SQLITE_CORRUPT: (
            NotADatabase,
            "Die Datenbank ist beschädigt. Bitte eine Sicherung einspielen: lotse restore DATEI.",
        ),
        sqlite3.SQLITE_READONLY: (
            UnsafeFile,
            "Die Datenbank ist schreibgeschützt. Bitte Rechte der Datei und des Ordners prüfen.",
        ),
        sqlite3.SQLITE_CANTOPEN: (
            UnsafeFile,
            "Die Datenbank lässt sich nicht öffnen. Bitte Rechte der Datei und des Ordners prüfen.",
        ),
    }


def worded(error: sqlite3.Error) -> StoreError | None:
    """Our error for one of SQLite's; ``None`` when it is a bug of ours and not the operator's."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    found = Sentences.BY_CODE.get(code & 0xFF)
    return found[0](found[1]) if found else None
