"""Reads FlatBuffers, as far as .tflite files need it. What does not fit raises ValueError."""

import struct


class Table:
    """A table in `data`; fields are named by their number in the schema, and may be missing."""

    def __init__(self, data, at):
        self._data, self._at = data, at
        self._fields = at - self._read("i", at)
        self._fields_size = self._read("H", self._fields)

    def number(self, field, kind, default=0):
        """`kind`: a letter of the module struct."""
        at = self._place(field)
        return self._read(kind, at) if at else default

    def text(self, field):
        return bytes(self.numbers(field, "B")).decode()

    def numbers(self, field, kind):
        at = self._target(field)
        if not at:
            return ()
        count = self._read("I", at)
        if at + 4 + count * struct.calcsize(kind) > len(self._data):
            raise ValueError("a list is longer than the file")
        return struct.unpack_from(f"<{count}{kind}", self._data, at + 4)

    def table(self, field):
        at = self._target(field)
        return Table(self._data, at) if at else None

    def tables(self, field):
        at = self._target(field)
        offsets = self.numbers(field, "I")
        return [Table(self._data, at + 4 + 4 * i + offset) for i, offset in enumerate(offsets)]

    def _read(self, kind, at):
        try:
            return struct.unpack_from("<" + kind, self._data, at)[0]
        except struct.error:
            raise ValueError("an offset leads out of the file") from None

    def _place(self, field):
        entry = 4 + 2 * field
        offset = self._read("H", self._fields + entry) if entry < self._fields_size else 0
        return self._at + offset if offset else 0

    def _target(self, field):
        at = self._place(field)
        return at + self._read("I", at) if at else 0


def root(data):
    return Table(data, struct.unpack_from("<I", data, 0)[0])
