"""What all layers have in common, and the layers with weights but without a window."""

from array import array

import _octograd

from .activations import activation_name, check_activation, linear, rectifies
from .checks import whole
from .windows import MAX_LENGTH

_FRESH = (0, 0, -1)  # a range that has seen no tensor: exponent, maximum, count


def fresh_range():
    return array("h", _FRESH)


class Layer:
    """
    The base of all layers. A layer owns weights and ranges, but no activations.

    A layer that `computes` makes a tensor; one that `routes` hands errors back
    as bytes, the others as sums (docs/numerics.md, section 9); one that `ends`
    can be the last. One that `samples` makes an error of its own of that of its
    tensor, to which all below are relative (section 18).

    Attributes:
        y_range: Of the outputs, array('h').
        dy_range: Of their errors, while training and where it is needed.
        edge_range: Of the errors that this layer leaves for another reader of its input.
    """

    computes = True
    block = False  # whether it is made of other layers
    enlarges = False  # whether the convolution after it reads a larger image
    indexed = False  # whether the way back needs to know which input won
    routes = False
    ends = False
    samples = False
    trainable = False
    own_bytes = 6  # of its range
    activation = linear
    w = b = e_w = residual = velocity = sums = None
    y_range = dy_range = edge_range = None

    def numbers(self) -> tuple:
        """Return what it was made of besides activation, padding and flags, for a file."""
        return ()

    def n_weights(self, input_shape) -> int:
        return 0

    def n_biases(self, input_shape) -> int:
        return 0

    def macs(self, input_shape) -> int:
        """Return the multiply-accumulates of one pass: forward, backward or update."""
        return 0

    def scratch(self, input_shape) -> int:
        """Return the bytes that an update needs for its own use."""
        return 0

    def extra_bytes(self) -> int:
        """Return the bytes of buffers besides weights, ranges and what a plan knows."""
        return 0

    def index_bytes(self, input_shape) -> int:
        """Return the bytes that the way back needs of the forward pass besides tensors."""
        return 0

    def kernels(self):
        """
        Return (window, forward, forward_s32, backward_x) for a Trainer, or None.

        A layer that does more than its kernel forward has None for both of these.
        """
        return None

    def memory(self, input_shape) -> list:
        """Take the memory that inference needs, for adopt(), which takes none."""
        return [fresh_range()]

    def adopt(self, memory, input_shape, rng) -> None:
        (self.y_range,) = memory
        self.dy_range = self.edge_range = None

    def state(self) -> list:
        """Return all buffers that training changes."""
        buffers = (
            self.w,
            self.residual,
            self.velocity,
            self.b,
            self.e_w,
            self.y_range,
            self.dy_range,
            self.edge_range,
        )
        return [buffer for buffer in buffers if buffer is not None]


class Weighted(Layer):
    """
    The base of layers with weights: w, residual, b and e_w.

    Attributes:
        w: int8 bytes, rows of weights; exponent e_w[0].
        residual: int8 bytes, as many, while 16-bit weights are trained; else None.
            A weight in full is (256 * w + residual) * 2**(e_w - 8).
        b: array('i') in units of 2**-16, or None.
        e_w: array('b') of one exponent, or of a frozen layer one for each row.
    """

    replaced = 0  # how often any layer has got other weights; a Trainer then calls with them

    # Weights that lie elsewhere, which memory() then takes none for; adopt() forgets it.
    lent = None

    def __init__(self, activation, use_bias, trainable):
        self.activation = check_activation(activation)
        self.use_bias = bool(use_bias)
        self.trainable = bool(trainable)

    def __repr__(self):
        text = f"{type(self).__name__}({self._arguments()}"
        if self.activation != linear:
            text += f", activation={activation_name(self.activation)}"
        if not self.use_bias:
            text += ", use_bias=False"
        return text + (")" if self.trainable else ", trainable=False)")

    def rows(self, input_shape) -> int:
        """Return how many rows the weights have for normalising and drawing."""
        return self.n_biases(input_shape)

    def memory(self, input_shape) -> list:
        w = bytearray(self.n_weights(input_shape)) if self.lent is None else self.lent
        b = array("i", bytes(4 * self.n_biases(input_shape))) if self.use_bias else None
        return [w, b, array("b", [0]), fresh_range()]

    def adopt(self, memory, input_shape, rng) -> None:
        self.w, self.b, self.e_w, self.y_range = memory
        if self.lent is not None:
            del self.lent  # an attribute that is None would still take memory
        self.residual = self.velocity = self.sums = self.dy_range = self.edge_range = None
        self._batch = None
        self._rows, self._n_b = self.rows(input_shape), self.n_biases(input_shape)
        self._rng = rng

    def set_weights(self, w, b=None, *, e_w=(0,), residual=None) -> None:
        """
        Take weights that lie elsewhere; those of a frozen layer are never copied.

        Args:
            w: int8 buffer of the layer's size. Of a frozen layer it may be read-only,
                in flash or ROMFS.
            b: int32 buffer of as many biases, or None.
            e_w: Exponents: one, or for a frozen layer one for each row.
            residual: int8 buffer of the layer's size, where 16-bit weights are to be
                trained; else they start as w stands.
        """
        if self.w is None:
            raise ValueError("layer: not built yet; build its model first")
        _octograd.check_items(w, len(self.w), "w")
        for exponent in e_w:
            whole("e_w", exponent, -128, 127)
        if residual is not None:
            _octograd.check_items(residual, len(self.w), "residual")
        if (b is None) != (self.b is None) or b is not None and len(b) != len(self.b):
            raise ValueError(f"b: {0 if self.b is None else len(self.b)} items expected")
        one = self.trainable or self.samples
        if len(e_w) != 1 and (one or len(e_w) != self._n_b):
            allowed = "1" if one else f"1 or {self._n_b}"
            raise ValueError(f"e_w: {allowed} items expected, got {len(e_w)}")
        if self.trainable:
            w = bytearray(w)
            b = None if b is None else array("i", b)
        self.w, self.b, self.e_w = w, b, array("b", e_w)
        self.residual = None if residual is None else bytearray(residual)
        self.velocity = self.sums = None
        Weighted.replaced += 1

    def initialize(self, rng, input_shape) -> None:
        """Draw the weights (docs/numerics.md, section 13)."""
        c = 6 if rectifies(self.activation) else 3
        limit, self.e_w[0] = uniform_limit(self.fan_in(input_shape), c)
        _octograd.rng_uniform(rng, limit, self.w)

    def check_trainable(self) -> None:
        """Raise an error if the weights are such as only a frozen layer may have."""
        if len(self.e_w) != 1:
            raise ValueError(f"{self!r}: 1 exponent to train it expected, got {len(self.e_w)}")
        if not isinstance(self.w, bytearray) or not isinstance(self.b, (array, type(None))):
            raise ValueError(f"{self!r}: weights in RAM to train it expected; set_weights() again")

    def training_memory(self, residual: bool, momentum: bool, batch: bool) -> tuple:
        """Take what training needs besides, if it is not there yet, for adopt_training()."""
        n, n_all = len(self.w), len(self.w) + self._n_b
        return (
            (self.residual or bytearray(n)) if residual else None,
            (self.velocity or array("h", bytes(2 * n_all))) if momentum else None,
            array("i", bytes(4 * n_all)) if batch else None,
            array("h", [0, 0, 0]) if batch else None,
        )

    def adopt_training(self, memory) -> None:
        self.residual, self.velocity, self.sums, self._batch = memory


class Dense(Weighted):
    """
    A fully connected layer: activation(w x + b).

    Args:
        units: Number of outputs, 1 to 32768.
        activation: Such as `relu`.
        use_bias: Whether there are biases.
        trainable: Whether a Trainer changes this layer. A frozen layer needs
            one byte a weight, and no more in training.
    """

    def __init__(
        self,
        units: int,
        activation: int = linear,
        *,
        use_bias: bool = True,
        trainable: bool = True,
    ):
        super().__init__(activation, use_bias, trainable)
        self.units = whole("units", units, 1, MAX_LENGTH)

    ends = True

    def _arguments(self):
        return str(self.units)

    def numbers(self) -> tuple:
        return (self.units,)

    def output_shape(self, input_shape) -> tuple:
        if len(input_shape) != 1:
            raise ValueError(f"Dense: a vector expected, got {tuple(input_shape)}; add Flatten()")
        return (self.units,)

    def fan_in(self, input_shape) -> int:
        return input_shape[0]

    def n_weights(self, input_shape) -> int:
        return self.units * input_shape[0]

    def n_biases(self, input_shape) -> int:
        return self.units

    def macs(self, input_shape) -> int:
        return self.n_weights(input_shape)

    def kernels(self):
        module = _octograd
        return None, module.dense_forward, module.dense_forward_s32, module.dense_backward_x

    def updates(self):
        """Load what only training needs; return (window, update, gradient) for a Trainer."""
        import _octograd_train

        return None, _octograd_train.dense_update, _octograd_train.dense_gradient

    def forward(self, x, e_x, training, y) -> int:
        return _octograd.dense_forward(
            x, self.w, self.b, e_x, self.e_w, self.activation, training, self.y_range, y
        )

    def forward_s32(self, x, e_x, y) -> int:
        return _octograd.dense_forward_s32(x, self.w, self.b, e_x, self.e_w, y)


def uniform_limit(n_in: int, c: int) -> tuple:
    """
    Return (limit, e_w) for weights uniform within sqrt(c / n_in).

    The limit is in 1/256 of a weight's step, 1 to 32512; e_w is the finest
    exponent that holds it (docs/numerics.md, section 13).
    """
    k = 0
    while c << 2 * (k + 1) <= 127 * 127 * n_in:
        k += 1
    square = (c << 2 * (k + 8)) // n_in
    limit = 0
    for bit in range(14, -1, -1):
        trial = limit | 1 << bit
        if trial * trial <= square:
            limit = trial
    return limit, -k
