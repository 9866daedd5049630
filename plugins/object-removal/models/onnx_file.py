"""Writes ONNX files of opset 11: nodes, constants of float32 and int64, static shapes. An ONNX file is a message of Protocol Buffers;
the numbers below are those of its fields in onnx.proto."""

import array
import struct
import sys

FLOAT, INT64 = 1, 7
_TYPES = {"f": FLOAT, "q": INT64}


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _part(field, content):
    content = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _attribute(name, value):
    out = _part(1, name)
    if isinstance(value, float):
        return out + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return out + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return out + _part(4, value) + _number(20, 3)
    return out + b"".join(_number(8, v) for v in value) + _number(20, 7)


def _value(name, shape):
    dimensions = b"".join(_part(1, _number(1, size)) for size in shape)
    return _part(1, name) + _part(2, _part(1, _number(1, FLOAT) + _part(2, dimensions)))


class Graph:
    """Collects the parts of a model, in the order in which they are computed."""

    def __init__(self):
        self._nodes, self._constants, self._inputs, self._outputs = [], [], [], []
        self._count = 0

    def node(self, operator, inputs, **attributes):
        """Adds a node with one output, and returns the output's name."""
        self._count += 1
        name = f"{operator}_{self._count}"
        parts = [_part(1, i) for i in inputs] + [_part(2, name), _part(3, name), _part(4, operator)]
        parts += [_part(5, _attribute(*item)) for item in attributes.items()]
        self._nodes.append(b"".join(parts))
        return name

    def constant(self, values, shape):
        """Of an array of kind 'f' or 'q'; returns its name."""
        self._count += 1
        name = f"constant_{self._count}"
        if sys.byteorder == "big":
            values = array.array(values.typecode, values)
            values.byteswap()
        self._constants.append(
            b"".join(_number(1, s) for s in shape)
            + _number(2, _TYPES[values.typecode]) + _part(8, name) + _part(9, values.tobytes()))
        return name

    def input(self, name, shape):
        self._inputs.append(_value(name, shape))

    def output(self, name, shape, source):
        """What a node makes, under another name."""
        self._nodes.append(_part(1, source) + _part(2, name) + _part(3, name) + _part(4, "Identity"))
        self._outputs.append(_value(name, shape))

    def model(self):
        parts = [_part(1, n) for n in self._nodes] + [_part(2, "graph")] + [_part(5, c) for c in self._constants]
        parts += [_part(11, v) for v in self._inputs] + [_part(12, v) for v in self._outputs]
        return _number(1, 6) + _part(2, "reelwork") + _part(7, b"".join(parts)) + _part(8, _number(2, 11))
