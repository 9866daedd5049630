"""Converts .tflite models of pictures to ONNX: float32 or float16 weights, and the operators that small detectors and segmenters have.
Pictures lie in channels, rows, columns there (here: rows, columns, channels)."""

import array
import struct

import flatbuffer
import onnx_file

_FLOAT32, _FLOAT16, _INT32 = 0, 1, 2
_SAME = 0
_RELU, _RELU6 = 1, 3


class Tensor:
    def __init__(self, name, shape, values=None):
        self.label, self.shape, self.values = name, shape, values
        self.name = name  # in the graph
        self.planar = False  # whether it lies in channels, rows, columns


def _transposed(values, shape, order):
    """An array with its axes in another order."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 1, 0, -1):
        strides[axis - 1] = strides[axis] * shape[axis]
    places = [0]
    for axis in order[:-1]:
        places = [p + i * strides[axis] for p in places for i in range(shape[axis])]
    step, count = strides[order[-1]], shape[order[-1]]
    out = array.array(values.typecode)
    for place in places:
        out.extend(values[place:place + (count - 1) * step + 1:step])
    return out


def _pads(padding, sizes, kernel, stride, dilation):
    """As ONNX wants it: those before, then those behind."""
    if padding != _SAME:
        return [0, 0, 0, 0]
    before, behind = [], []
    for size, k, s, d in zip(sizes, kernel, stride, dilation):
        total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
        before.append(total // 2)
        behind.append(total - total // 2)
    return before + behind


class _Converter:
    def __init__(self, data):
        if data[4:8] != b"TFL3":
            raise ValueError("it is no .tflite file")
        model = flatbuffer.root(data)
        self._graph = onnx_file.Graph()
        self._codes = [self._code(c) for c in model.tables(1)]
        self._buffers = model.tables(4)
        self._subgraph = model.tables(2)[0]
        self._tensors = [self._tensor(t) for t in self._subgraph.tables(0)]

    @staticmethod
    def _code(entry):
        number = max(entry.number(0, "b"), entry.number(3, "i"))
        return entry.text(1) if number == 32 else number

    def _tensor(self, table):
        content = self._buffers[table.number(2, "I")]
        raw = bytes(content.numbers(0, "B"))
        kind = table.number(1, "b")
        values = None
        if raw and kind == _FLOAT16:
            values = array.array("f", struct.unpack(f"<{len(raw) // 2}e", raw))
        elif raw and kind == _FLOAT32:
            values = array.array("f", struct.unpack(f"<{len(raw) // 4}f", raw))
        elif raw and kind == _INT32:
            values = array.array("q", struct.unpack(f"<{len(raw) // 4}i", raw))
        elif raw:
            raise ValueError(f"numbers of kind {kind} are not known here: only those with floating point and of 32 bits")
        return Tensor(table.text(3), list(table.numbers(0, "i")), values)

    def convert(self):
        for number in self._subgraph.numbers(1, "i"):
            tensor = self._tensors[number]
            tensor.name, tensor.planar = "input", True
            self._graph.input("input", self._planar_shape(tensor))
        for operator in self._subgraph.tables(3):
            self._add(operator)
        for number in self._subgraph.numbers(2, "i"):
            tensor = self._tensors[number]
            self._graph.output(tensor.label, self._planar_shape(tensor) if tensor.planar else tensor.shape, tensor.name)
        return self._graph.model()

    @staticmethod
    def _planar_shape(tensor):
        n, rows, columns, channels = tensor.shape
        return [n, channels, rows, columns]

    def _add(self, operator):
        code = self._codes[operator.number(0, "I")]
        convert = _OPERATORS.get(code)
        if convert is None:
            raise ValueError(f"its operator {code} is not known here")
        inputs = [self._tensors[i] for i in operator.numbers(1, "i") if i >= 0]
        output = self._tensors[operator.numbers(2, "i")[0]]
        # Whatever has an input that lies in planes makes planes, unless it says otherwise.
        output.planar = len(output.shape) == 4 and any(t.planar for t in inputs)
        convert(self, operator, inputs, output)

    def _node(self, kind, inputs, output, activation=0, **attributes):
        output.name = self._graph.node(kind, inputs, **attributes)
        if activation == _RELU:
            output.name = self._graph.node("Relu", [output.name])
        elif activation == _RELU6:
            output.name = self._relu6(output.name)
        elif activation != 0:
            raise ValueError(f"its activation {activation} is not known here")

    def _relu6(self, name):
        """OpenCV 4.6 knows no Clip of this opset."""
        sixth = self._graph.node("HardSigmoid", [name], alpha=1 / 6, beta=0.0)
        return self._graph.node("Mul", [sixth, self._scalar(6)])

    def _scalar(self, value):
        return self._graph.constant(array.array("f", [value]), [])

    def _name(self, tensor):
        """Of what an operator reads: constants get into the graph where they are first used."""
        if tensor.values is None:
            return tensor.name
        values, shape = tensor.values, tensor.shape
        if len(shape) == 4:
            values, shape = _transposed(values, shape, [0, 3, 1, 2]), self._planar_shape(tensor)
        elif len(shape) == 1 and values.typecode == "f":
            shape = [1, shape[0], 1, 1]
        return self._graph.constant(values, shape)

    # ---- Operators

    def _same(self, _, inputs, output):
        """Weights that are kept as 16 bits are 32 bits already."""
        output.name, output.values, output.planar = inputs[0].name, inputs[0].values, inputs[0].planar

    def _convolution(self, operator, inputs, output, depthwise=False):
        options = operator.table(4)
        stride = [options.number(2, "i"), options.number(1, "i")]
        picture, weights = inputs[0], inputs[1]
        kernel = weights.shape[1:3]
        # The fields of both tables differ from the fourth on.
        activation = options.number(4 if depthwise else 3, "b")
        first = 5 if depthwise else 4
        dilation = [options.number(first + 1, "i", 1), options.number(first, "i", 1)]
        order = [3, 0, 1, 2] if depthwise else [0, 3, 1, 2]
        shape = [weights.shape[i] for i in order]
        names = [picture.name, self._graph.constant(_transposed(weights.values, weights.shape, order), shape)]
        names += [self._graph.constant(b.values, b.shape) for b in inputs[2:]]
        pads = _pads(options.number(0, "b"), picture.shape[1:3], kernel, stride, dilation)
        self._node("Conv", names, output, activation, kernel_shape=kernel, strides=stride, dilations=dilation,
                   pads=pads, group=picture.shape[3] if depthwise else 1)

    def _depthwise(self, operator, inputs, output):
        self._convolution(operator, inputs, output, depthwise=True)

    def _transposed_convolution(self, operator, inputs, output):
        padding, stride_x, stride_y = struct.unpack_from("<3i", bytes(operator.numbers(5, "B")))
        picture, weights, bias = inputs
        kernel, stride = weights.shape[1:3], [stride_y, stride_x]
        if kernel != stride:
            raise ValueError("a transposed convolution whose parts overlap is not known here")
        order = [3, 0, 1, 2]
        names = [picture.name,
                 self._graph.constant(_transposed(weights.values, weights.shape, order), [weights.shape[i] for i in order]),
                 self._graph.constant(bias.values, bias.shape)]
        self._node("ConvTranspose", names, output, kernel_shape=kernel, strides=stride)

    def _average(self, operator, inputs, output):
        options = operator.table(4)
        stride = [options.number(2, "i"), options.number(1, "i")]
        kernel = [options.number(4, "i"), options.number(3, "i")]
        activation = options.number(5, "b")
        if kernel == inputs[0].shape[1:3]:
            return self._node("GlobalAveragePool", [inputs[0].name], output, activation)
        pads = _pads(options.number(0, "b"), inputs[0].shape[1:3], kernel, stride, [1, 1])
        self._node("AveragePool", [inputs[0].name], output, activation, kernel_shape=kernel, strides=stride, pads=pads)

    def _add_up(self, operator, inputs, output):
        self._node("Add", [self._name(i) for i in inputs], output, operator.table(4).number(0, "b"))

    def _multiply(self, operator, inputs, output):
        self._node("Mul", [self._name(i) for i in inputs], output, operator.table(4).number(0, "b"))

    def _concatenate(self, operator, inputs, output):
        axis = operator.table(4).number(0, "i") % len(output.shape)
        if output.planar:
            axis = [0, 2, 3, 1][axis]
        self._node("Concat", [i.name for i in inputs], output, axis=axis)

    def _reshape(self, _, inputs, output):
        name, output.planar = inputs[0].name, False
        if inputs[0].planar:
            name = self._graph.node("Transpose", [name], perm=[0, 2, 3, 1])
        shape = self._graph.constant(array.array("q", output.shape), [len(output.shape)])
        self._node("Reshape", [name, shape], output)

    def _resize(self, operator, inputs, output):
        options = operator.table(4)
        aligned, half = options.number(2, "b"), options.number(3, "b")
        mode = "align_corners" if aligned else "half_pixel" if half else "asymmetric"
        factors = [1, 1, output.shape[1] / inputs[0].shape[1], output.shape[2] / inputs[0].shape[2]]
        none = self._graph.constant(array.array("f"), [0])
        scales = self._graph.constant(array.array("f", factors), [4])
        self._node("Resize", [inputs[0].name, none, scales], output, mode="linear", coordinate_transformation_mode=mode)

    def _relu(self, _, inputs, output):
        self._node("Relu", [inputs[0].name], output)

    def _sigmoid(self, _, inputs, output):
        self._node("Sigmoid", [inputs[0].name], output)

    def _hard_swish(self, _, inputs, output):
        gate = self._graph.node("HardSigmoid", [inputs[0].name], alpha=1 / 6, beta=0.5)
        self._node("Mul", [inputs[0].name, gate], output)


# By their numbers in the schema of .tflite, or their names.
_OPERATORS = {
    0: _Converter._add_up, 1: _Converter._average, 2: _Converter._concatenate, 3: _Converter._convolution,
    4: _Converter._depthwise, 6: _Converter._same, 14: _Converter._sigmoid, 18: _Converter._multiply,
    19: _Converter._relu, 22: _Converter._reshape, 23: _Converter._resize, 117: _Converter._hard_swish,
    "Convolution2DTransposeBias": _Converter._transposed_convolution}


def to_onnx(data):
    """The bytes of an ONNX file. Its outputs keep their names. ValueError says what is not known."""
    try:
        return _Converter(data).convert()
    except (struct.error, IndexError, AttributeError) as fault:
        raise ValueError(f"the file is damaged: {fault}") from fault
