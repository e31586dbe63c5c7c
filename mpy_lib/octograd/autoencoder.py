"""Autoencoders: nets that learn without labels to restore their input from a few numbers."""

from array import array

import _octograd

from .checks import whole
from .features import Features
from .fixed import clamp
from .graph import Graph, check_shape
from .latent import CODE_EXPONENT, Latent, normal
from .losses import MSE, BinaryCrossEntropy
from .model import SEED_MAX, Sequential, forward_hidden
from .trainer import Trainer
from .windows import size

LOSSES = (None, BinaryCrossEntropy, MSE)  # in the order of their codes in a file


class Autoencoder(Sequential):
    """
    A Sequential of an encoder and a decoder that learns to restore its input.

        model = og.Autoencoder([og.Dense(8, og.relu)], [og.Dense(64)])
        model.build((64,))
        model.prepare(og.SGD(1 / 64))
        model.step(x)

    All that a Sequential can do it can too: plan, save, freeze, digest, snapshot.

    Args:
        encoder: Layers from the input to the code, the few numbers.
        decoder: Layers from the code to as many outputs as inputs; the last is linear.
        loss: BinaryCrossEntropy(), for inputs of 0 to 127 as pixels are, or MSE().
        weight_bits: As of Sequential.

    Attributes:
        image: array('b') of the last reconstruct() or decode(), in units of 2**-7.
        code: array('b') of the last encode(), real value q * 2**code_exponent.
        code_exponent: See code; None before the first.
    """

    def __init__(self, encoder, decoder, *, loss=None, weight_bits: int = 16):
        encoder, decoder = tuple(encoder), tuple(decoder)
        self.n_encoder = whole("encoder", len(encoder), 1, 255)
        whole("decoder", len(decoder), 1, 255)
        super().__init__(*(encoder + decoder), weight_bits=weight_bits)
        self.loss = BinaryCrossEntropy() if loss is None else loss
        if type(self.loss) not in LOSSES:
            raise TypeError(f"loss: BinaryCrossEntropy() or MSE() expected, got {loss!r}")
        self.image = self.code = self.code_exponent = None

    def __repr__(self):
        layers = list(self.layers)
        encoder, decoder = layers[: self.n_encoder], layers[self.n_encoder :]
        return f"{type(self).__name__}({encoder}, {decoder})"

    def _code_tensor(self, shape) -> int:
        """Return which tensor is the code; check that outputs fit to inputs."""
        graph = Graph(self.layers, shape)
        if graph.nodes[-1].size != graph.input_size:
            got = graph.nodes[-1].size
            raise ValueError(f"decoder: {graph.input_size} outputs expected, got {got}")
        tensor = len(Graph(self.layers[: self.n_encoder], shape).nodes)
        if not tensor:
            raise ValueError("encoder: a layer that computes expected")
        return tensor

    def extra_bytes(self, graph) -> int:
        tensor = self._code_tensor(graph.nodes[0].input_shape)
        return graph.input_size + graph.nodes[tensor - 1].size

    def allocate(self, input_shape, rng) -> None:
        shape = check_shape(input_shape)
        tensor = self._code_tensor(shape)
        node = Graph(self.layers, shape).nodes[tensor - 1]
        image, code = array("b", bytes(size(shape))), array("b", bytes(node.size))
        super().allocate(shape, rng)
        self._code, self.image, self.code = tensor, image, code
        self.code_exponent = None

    def prepare(self, optimizer, *, skip: float = 0, partial=None) -> Trainer:
        """
        Make the model's Trainer, for step() and fit(), and return it.

        Args:
            optimizer: SGD(lr). Losses are sums over all outputs, so rates are
                smaller than for classifiers: 1/256 and less.
            skip, partial: As of Trainer. A sample that is skipped does not draw
                the code of a VAE to the normal distribution either.

        Raises:
            TypeError, ValueError, MemoryError: As of Trainer.
        """
        return Trainer(self, self.loss, optimizer, skip=skip, partial=partial)

    def _trainer(self):
        self.check_built()
        if self.trainer is None:
            raise ValueError("model: not prepared yet; call prepare(SGD(lr)) first")
        return self.trainer

    def step(self, x) -> int:
        """
        Learn from one sample; allocates nothing.

        Args:
            x: int8 buffer of the input's size, in units of 2**-7.

        Returns:
            The loss before the step, with the weighted KL of a VAE, in 1/1024.

        Raises:
            TypeError, ValueError, Diverged: As of Trainer.step().
        """
        return self._trainer().step(x, x) + self.weighted_kl()

    def fit(self, x, *, epochs: int = 1, shuffle: bool = True, seed: int = 1):
        """Learn from a data set without labels; a generator as of Trainer.fit()."""
        return self._trainer().fit(x, x, epochs=epochs, shuffle=shuffle, seed=seed)

    def weighted_kl(self) -> int:
        """Return beta * KL of the last sample in 1/1024 nats; 0 without a latent layer."""
        return 0

    def encode(self, x) -> array:
        """
        Return the code of one sample, of a VAE the mean: int8, overwritten by the next call.

        Args:
            x: int8 buffer of the input's size, in units of 2**-7.

        Returns:
            array('b'); the real value is q * 2**code_exponent.
        """
        self.check_built()
        self.encode_into(x, self.code)
        return self.code

    def encode_into(self, x, code) -> int:
        """Write the code of one sample to an int8 buffer; return its exponent."""
        self.check_built()
        self.code_exponent = self.run_into(x, self._code, self._code, code, "code")
        return self.code_exponent

    @property
    def embedding_size(self) -> int:
        self.check_built()
        return len(self.code)

    def embed_into(self, x, embedding) -> int:
        return self.encode_into(x, embedding)

    def decode(self, z, *, exponent=None) -> array:
        """
        Return what the decoder makes of a code: int8, overwritten by the next call.

        Args:
            z: int8 buffer of the code's size.
            exponent: Real values are z * 2**exponent; that of the last encode(),
                of a VAE -5.

        Returns:
            array('b') in units of 2**-7.
        """
        self.check_built()
        _octograd.check_items(z, len(self.code), "z")
        exponent = self.code_exponent if exponent is None else exponent
        if exponent is None:
            raise ValueError("exponent: int expected, as nothing was encoded yet")
        _octograd.take(z, 0, self._tensors[self._code])
        self._exponents[self._code] = whole("exponent", exponent, -255, 255)
        nodes, outputs = self.graph.nodes, self.outputs
        tensors, exponents, last = self._tensors, self._exponents, len(nodes) - 1
        forward_hidden(nodes, self._code, last, tensors, exponents, self._indices, False)
        a = nodes[last].sources[0]
        self.output_exponent = nodes[last].layer.forward_s32(tensors[a], exponents[a], outputs)
        return self._image()

    def reconstruct(self, x) -> array:
        """
        Return what encoder and decoder make of a sample: int8, overwritten by the next call.

        Args:
            x: int8 buffer of the input's size, in units of 2**-7.

        Returns:
            array('b') in units of 2**-7.
        """
        self.predict(x)
        return self._image()

    def _image(self):
        # A loss leaves value - 256 * target, so the old image as the target gives the value.
        y, image = self.outputs, self.image
        self.loss.error(y, self.output_exponent, image)
        for i in range(len(image)):
            image[i] = clamp((y[i] + 256 * image[i] + 128) >> 8, 127)
        return image

    def score(self, x) -> int:
        """
        Return how strange a sample is: its loss, with the weighted KL of a VAE, in 1/1024.

        Nothing is drawn: the code of a VAE is the mean.
        """
        return self._loss(x) + self.weighted_kl()

    def _loss(self, x):
        return self.loss.error(self.predict(x), self.output_exponent, x)

    def features(self):
        """
        Return the encoder as a frozen layer, the first one of a Sequential.

            head = og.Sequential(model.features(), og.Dense(10))

        It computes with this model's weights and memory, and follows when the
        model learns on. The Sequential's file does not hold it:
        og.load(path, features=model.features()).
        """
        return Features(self)


class VAE(Autoencoder):
    """
    A variational autoencoder: its code has a normal distribution, so it can be drawn.

        vae = og.VAE([og.Dense(32, og.relu)], [og.Dense(32, og.relu), og.Dense(64)], latent=8)
        vae.build((64,))
        vae.prepare(og.SGD(1 / 256))
        vae.step(x)
        vae.sample(seed=3)

    Kingma and Welling 2014, "Auto-Encoding Variational Bayes". What it minimises is
    loss + beta * KL, in integers throughout (docs/numerics.md, section 18).

    Args:
        encoder: Layers from the input to a vector; the layer of means and
            log-variances is added.
        decoder: Layers from the code to as many outputs as inputs; the last is linear.
        latent: Size of the code, or a Latent layer.
        beta: Weight of KL, 0 to 15; less than 1 gives sharper images and larger codes.
        warmup: Samples over which the weight of KL rises to beta, up to 2**21.
        loss, weight_bits: As of Autoencoder.

    Attributes:
        latent: The Latent layer: mean and log_variance of the last sample.
    """

    def __init__(
        self,
        encoder,
        decoder,
        *,
        latent=10,
        beta: float = 1,
        warmup: int = 0,
        loss=None,
        weight_bits: int = 16,
    ):
        if not isinstance(latent, Latent):
            latent = Latent(latent, beta=beta, warmup=warmup)
        self.latent = latent
        encoder = tuple(encoder) + (latent,)
        super().__init__(encoder, decoder, loss=loss, weight_bits=weight_bits)
        self._dice = array("I", [1])

    def extra_bytes(self, graph) -> int:
        return super().extra_bytes(graph) + 4

    def allocate(self, input_shape, rng) -> None:
        super().allocate(input_shape, rng)
        self.code_exponent = CODE_EXPONENT

    def weighted_kl(self) -> int:
        return self.latent.weighted_kl()

    def elbo(self, x) -> int:
        """Return minus (loss + KL) of a sample in 1/1024 nats, whatever beta; nothing is drawn."""
        return -self._loss(x) - self.latent.kl()

    def sample(self, seed: int) -> array:
        """
        Return what the decoder makes of a random code: int8, overwritten by the next call.

        Args:
            seed: 0 to 2**30 - 1; the same seed gives the same image everywhere.

        Returns:
            array('b') in units of 2**-7.
        """
        self.check_built()
        _octograd.rng_seed(self._dice, whole("seed", seed, 0, SEED_MAX))
        for i in range(len(self.code)):
            self.code[i] = normal(self._dice)
        return self.decode(self.code, exponent=CODE_EXPONENT)
