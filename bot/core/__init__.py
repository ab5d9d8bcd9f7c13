"""The part that thinks: values in, values out; nothing here can wait."""
