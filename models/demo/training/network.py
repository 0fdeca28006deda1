"""A small llama: the network that llama.cpp runs, written in torch.

Pre-norm decoder, RMSNorm, rotary positions on adjacent pairs, SwiGLU, no
biases, output tied to the embedding. Tokens of all rows lie in one flat list
(N tokens, D width): nothing is spent on padding but inside attention.
Source: llama.cpp src/models/llama.cpp (LLM_ARCH_LLAMA, rope type NORM).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

WORD_LAYERS = 2
COPY = 0.3  # how strongly the first layer starts by copying


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int = 192
    layers: int = 4
    heads: int = 6
    inner: int = 512
    context: int = 512
    theta: float = 10_000.0
    epsilon: float = 1e-5
    dropout: float = 0.1


class Norm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


@dataclass(frozen=True)
class Layout:
    """Where each token sits: R prefixes of P places, C candidates of S places.

    Every number indexes the flat tokens, or for `home` the padded places.
    """

    places: Tensor  # (N,) rotary position
    prefix: Tensor  # (R, P)
    branch: Tensor  # (C, S)
    row: Tensor  # (C,) the prefix that a candidate follows
    home: Tensor  # (N,) index into the R*P + C*S padded places
    prefix_mask: Tensor  # (P, P)
    branch_mask: Tensor  # (C, 1, S, P + S)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns pairs (2i, 2i+1) of (N, H, D/H) by the angles in (N, 1, D/H/2)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Written out: with bfloat16 on a CPU it is 8 times faster than torch's fused one."""
    weights = (q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5
    return weights.masked_fill(~mask, -1e4).softmax(-1) @ v


def mix(q: Tensor, k: Tensor, v: Tensor, layout: Layout) -> Tensor:
    """Attention of flat (N, H, D/H): prefixes to themselves, candidates to prefix and self."""

    def take(x: Tensor, index: Tensor) -> Tensor:  # (A, B) -> (A, H, B, D/H)
        return x[index].transpose(1, 2)

    kp, vp = take(k, layout.prefix), take(v, layout.prefix)
    parts = [attention(take(q, layout.prefix), kp, vp, layout.prefix_mask)]
    if layout.row.numel():
        keys = torch.cat((kp[layout.row], take(k, layout.branch)), 2)
        held = torch.cat((vp[layout.row], take(v, layout.branch)), 2)
        parts.append(attention(take(q, layout.branch), keys, held, layout.branch_mask))
    spread = [part.transpose(1, 2).flatten(0, 1) for part in parts]  # padded places, H, D/H
    return torch.cat(spread)[layout.home].flatten(1)


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.attn_norm = Norm(width, shape.epsilon)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, width, bias=False)
        self.attn_v = nn.Linear(width, width, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_norm = Norm(width, shape.epsilon)
        self.ffn_gate = nn.Linear(width, shape.inner, bias=False)
        self.ffn_up = nn.Linear(width, shape.inner, bias=False)
        self.ffn_down = nn.Linear(shape.inner, width, bias=False)
        self.drop = nn.Dropout(shape.dropout)

    def attend(self, x: Tensor, turn: tuple[Tensor, Tensor], layout: Layout) -> Tensor:
        q, k, v = (
            part(x).view(len(x), self.heads, -1) for part in (self.attn_q, self.attn_k, self.attn_v)
        )
        return self.attn_output(mix(rotate(q, *turn), rotate(k, *turn), v, layout))

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], layout: Layout) -> Tensor:
        x = x + self.drop(self.attend(self.attn_norm(x), turn, layout))
        y = self.ffn_norm(x)
        return x + self.drop(self.ffn_down(functional.silu(self.ffn_gate(y)) * self.ffn_up(y)))


class Network(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape.width, shape.epsilon)
        half = shape.width // shape.heads // 2
        speeds = shape.theta ** (-torch.arange(half, dtype=torch.float32) / half)
        self.register_buffer("speeds", speeds, persistent=False)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.03 / (2 * shape.layers) ** 0.5 if deep else 0.03)
        self.start_copying()

    @torch.no_grad()
    def start_copying(self) -> None:
        """Lets the first layer pass the words it sees straight to the output.

        Tied embeddings then favour the question's own words from the first
        step on; training from noise needs most of its time to find that out.
        Source of the idea: Trockman and Kolter, "Mimetic Initialization", 2023.
        """
        first = self.blk[0]
        one = torch.eye(self.shape.width)
        first.attn_v.weight.add_(one)
        first.attn_output.weight.add_(COPY * one)

    def states(
        self, tokens: Tensor, layout: Layout, *, words_only: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Flat tokens (N,) -> (N, D) before the output, twice.

        First as it is after WORD_LAYERS layers, where the first stage of
        training reads which words are due; then at the end.
        """
        angles = layout.places[:, None, None].float() * self.speeds
        x = self.token_embd(tokens)
        kind = torch.bfloat16 if torch.is_autocast_enabled("cpu") else x.dtype
        x, turn = x.to(kind), (angles.cos().to(kind), angles.sin().to(kind))
        for layer in self.blk[:WORD_LAYERS]:
            x = layer(x, turn, layout)
        middle = self.output_norm(x)
        if words_only:
            return middle, middle
        for layer in self.blk[WORD_LAYERS:]:
            x = layer(x, turn, layout)
        return middle, self.output_norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        return functional.linear(hidden, self.token_embd.weight)
