"""knowledge/ → values, every fault with file and line; never a traceback, whatever is in a file.

``load`` reads the files and says what is wrong with their form; ``check`` says everything that is
wrong on a day, form and content. Start on neither when one of the findings is an error.
"""

from bot.loading.folder import Loaded, check, load, read

__all__ = ["Loaded", "check", "load", "read"]
