"""Train the reader (`kg/reader.py`) on what `tools/reader_data.py` wrote.

    python tools/train_reader.py DATA.npz PIECES.npz [--out ontology/models/reader.npz] [--check] [--epochs N] [--seeds N]

PIECES.npz is what `tools/word_vectors.py` wrote. Training needs torch, with or without a GPU; the shipped program needs
numpy alone. `--check` prints how well the groups that only measure are read.

`--folds N --fold I` leaves a part of the texts out and reports on it; with `--say SAID_I.pt` what the net holds of that part is written
instead of the net. The shipped one learned from the annotations first, and then for two epochs more (`--start`) from what
six such nets say, too (`--soft SAID_?.pt`); it is the mean of that and of three epochs more (`tools/mean_reader.py`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg import reader, signals  # noqa: E402

N_TAGS = 25
N_LABELS = 15
TOLD = 48
MIN_LEMMA = 4
SHAPES = 8
# What texts seldom state and the net believes too seldom asks for less, what it believes too readily for more
# (symptom_of: measured on the seeds; the others on 480 annotated texts that no net had learned from).
MORE = {"symptom_of": -0.1, "derived_from": -0.1, "native_to": 0.1}


class Pieces:
    """Words as the mean of the vectors of their pieces: the longest piece first, as WordPiece has it."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.rows = {piece: place for place, piece in enumerate(arrays["pieces"].tolist())}
            self.stored, self.scale = arrays["vectors"], arrays["scale"]
        self.vectors = self.stored.astype(np.float32) * self.scale.astype(np.float32)

    def vector(self, word: str) -> np.ndarray:
        rows = reader.split(word[: reader.MAX_WORD_CHARACTERS], self.rows)
        return self.vectors[rows].mean(axis=0) if rows else np.zeros(self.vectors.shape[1], dtype=np.float32)


class Data:
    """The arrays of a data file, with where each sentence begins in them."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.a = {name: arrays[name] for name in arrays.files}
        self.at = {name: np.concatenate([[0], np.cumsum(self.a[f"n_{name}"])]) for name in ("tokens", "mentions", "pairs", "inner")}
        self.groups, self.docs = self.a["groups"], self.a["docs"]

    def sentences(self, groups: set[str]) -> list[int]:
        return [i for i, group in enumerate(self.groups) if group in groups and self.a["n_tokens"][i] <= reader.MAX_TOKENS]


class Net(nn.Module):
    def __init__(self, sizes: dict[str, int], *, d: int, blocks: int, heads: int, dropout: float, hidden: int) -> None:
        super().__init__()
        self.d, self.heads = d, heads
        self.static = nn.Linear(sizes["static"], d)
        self.affix = nn.ModuleList(nn.Embedding(count, d) for _, _, count in reader.AFFIXES)
        self.shape = nn.Linear(SHAPES, d, bias=False)
        self.tag, self.dep = nn.Embedding(sizes["tag"], d), nn.Embedding(sizes["dep"], d)
        self.lemma = nn.Embedding(sizes["lemma"], d)
        self.token = nn.Linear(sizes["token"], d, bias=False)
        for table in (*self.affix, self.tag, self.dep, self.lemma):
            nn.init.normal_(table.weight, std=0.1)
        self.first = nn.LayerNorm(d)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "n1": nn.LayerNorm(d),
                    "mix": nn.Linear(4 * d, d),
                    "n2": nn.LayerNorm(d),
                    "qkv": nn.Linear(d, 3 * d),
                    "out": nn.Linear(d, d),
                    "n3": nn.LayerNorm(d),
                    "up": nn.Linear(d, 2 * d),
                    "down": nn.Linear(2 * d, d),
                }
            )
            for _ in range(blocks)
        )
        self.last = nn.LayerNorm(d)
        self.tagger = nn.Linear(d, N_TAGS)
        self.kind = nn.Linear(d, len(signals.KINDS))
        self.mention = nn.Linear(2 * d + sizes["mention"], d)
        self.as_subject, self.as_object = nn.Linear(d, hidden), nn.Linear(d, hidden, bias=False)
        self.way, self.verb, self.between = (nn.Linear(d, hidden, bias=False) for _ in range(3))
        self.pair = nn.Linear(sizes["pair"], hidden, bias=False)
        self.tell = nn.Linear(hidden, TOLD)
        self.hear = nn.Linear(4 * TOLD, hidden, bias=False)
        self.mid = nn.Linear(hidden, hidden)
        self.label = nn.Linear(hidden, N_LABELS)
        self.drop = nn.Dropout(dropout)

    def encode(self, b: dict[str, Any]) -> torch.Tensor:
        x = self.static(self.drop(b["static"])) + self.shape(b["shape"]) + self.tag(b["tag"]) + self.dep(b["dep"])
        for place, table in enumerate(self.affix):
            x = x + table(b["affix"][..., place])
        lemma = b["lemma"]
        if self.training:
            lemma = torch.where(torch.rand(lemma.shape, device=lemma.device) < 0.1, torch.zeros_like(lemma), lemma)
        x = x + self.lemma(lemma) + self.token(b["token"])
        x = self.drop(self.first(x))
        mask = b["mask"]
        n, length, d = x.shape
        bias = torch.where(mask, 0.0, -1e9)[:, None, None, :]
        head = b["head"][..., None].expand(-1, -1, d)
        for block in self.blocks:
            y = block["n1"](x) * mask[..., None]
            around = torch.cat([y, F.pad(y, (0, 0, 1, 0))[:, :-1], F.pad(y, (0, 0, 0, 1))[:, 1:], torch.gather(y, 1, head)], dim=-1)
            x = x + self.drop(F.relu(block["mix"](around)))
            q, k, v = block["qkv"](block["n2"](x)).view(n, length, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
            x = x + self.drop(block["out"](seen.transpose(1, 2).reshape(n, length, d)))
            x = x + self.drop(block["down"](F.relu(block["up"](block["n3"](x)))))
        return self.last(x)

    def forward(self, b: dict[str, Any]) -> tuple[tuple[torch.Tensor, torch.Tensor], torch.Tensor]:
        x = self.encode(b)
        n, length, d = x.shape
        tags = self.tagger(x), self.kind(x)
        flat = torch.cat([x.reshape(n * length, d), x.new_zeros(1, d)])
        sums = torch.cat([x.new_zeros(n, 1, d), x.cumsum(dim=1)], dim=1).reshape(n * (length + 1), d)
        span = (sums[b["m_stop"]] - sums[b["m_first"]]) / b["m_width"][:, None]
        m = F.relu(self.mention(self.drop(torch.cat([flat[b["m_head"]], span, b["mention"]], dim=-1))))
        way = flat.new_zeros(len(b["s"]), d).index_add_(0, b["inner_pair"], flat[b["inner"]]) / b["inner_width"][:, None]
        h = self.as_subject(m)[b["s"]] + self.as_object(m)[b["o"]] + self.way(way) + self.verb(flat[b["verb"]]) + self.pair(b["pair"])
        after = torch.minimum(b["m_stop"][b["s"]], b["m_stop"][b["o"]])
        until = torch.maximum(torch.maximum(b["m_first"][b["s"]], b["m_first"][b["o"]]), after)
        h = h + self.between((sums[until] - sums[after]) / (until - after).clamp(min=1)[:, None])
        h = self.drop(F.relu(h))
        told = F.relu(self.tell(h))
        heard = torch.cat([part for end in ("s", "o") for part in pooled(told, b[end], len(m))], dim=-1)
        h = self.drop(F.relu(self.mid(h) + self.hear(heard)))
        return tags, self.label(h).masked_fill(~b["options"], -1e4)


def pooled(told: torch.Tensor, owner: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return for each pair the mean and the maximum of what the pairs tell that have a mention in common with it."""
    size = told.new_zeros(count, 1).index_add_(0, owner, told.new_ones(len(told), 1)).clamp(min=1)
    mean = told.new_zeros(count, told.shape[1]).index_add_(0, owner, told) / size
    # What is told is never below zero.
    most = told.new_zeros(count, told.shape[1]).scatter_reduce(0, owner[:, None].expand_as(told), told, "amax")
    return mean[owner], most[owner]


class Batches:
    """Sentences as padded batches on a device."""

    def __init__(self, data: Data, pieces: Pieces, known: dict[str, dict[str, int]], device: str) -> None:
        self.data, self.device = data, device
        a = data.a
        self.number = {name: np.array([table.get(value, table[""]) for value in a[f"w_{name}"].tolist()]) for name, table in known.items()}
        words = a["w_word"].tolist()
        self.static = torch.tensor(np.stack([pieces.vector(word) for word in words]), device=device)
        self.affix = torch.tensor([reader.buckets(word) for word in words], device=device)
        self.shape = torch.tensor([reader.shape(word) for word in words], dtype=torch.float32, device=device)
        self.rows = {name: torch.tensor(a[f"x_{name}"], device=device) for name in ("token", "mention", "pair")}
        self.n = {name: a[f"n_{name}"] for name in ("tokens", "mentions", "pairs")}
        # Of each pair its sentence, where the mentions of that begin, and its claim, which has a number within the sentence.
        self.sentence = np.repeat(np.arange(len(a["n_pairs"]), dtype=np.int64), a["n_pairs"])
        self.first_mention, self.mention_keys = data.at["mentions"][self.sentence], a["key"]
        self.claims = np.where(a["claim"] < 0, -1, self.sentence * (int(a["claim"].max(initial=0)) + 1) + a["claim"])

    def words(self, chosen: list[int]) -> tuple[dict[str, Any], np.ndarray]:
        """Return the words of some sentences, padded, and the rows of the tokens with -1 where a sentence has ended."""
        a, at, device = self.data.a, self.data.at, self.device
        length = max(int(self.n["tokens"][i]) for i in chosen)
        grid = np.full((len(chosen), length), -1, dtype=np.int64)
        head = np.zeros((len(chosen), length), dtype=np.int64)
        for row, i in enumerate(chosen):
            t0, t1 = at["tokens"][i], at["tokens"][i + 1]
            grid[row, : t1 - t0] = np.arange(t0, t1)
            head[row, : t1 - t0] = a["head"][t0:t1]
        tokens = np.maximum(grid, 0)

        def whole(values: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(values, dtype=torch.long, device=device)

        word = whole(a["word"][tokens])
        return {
            "mask": torch.as_tensor(grid >= 0, device=device),
            "head": whole(head),
            "static": self.static[word],
            "affix": self.affix[word],
            "shape": self.shape[word],
            **{name: whole(self.number[name][a[name][tokens]]) for name in ("tag", "dep", "lemma")},
            "token": self.rows["token"][whole(tokens)].float(),
        }, grid

    def make(self, chosen: list[int]) -> dict[str, Any]:
        a, at, device = self.data.a, self.data.at, self.device
        given, grid = self.words(chosen)
        n, length = grid.shape
        m_head, m_first, m_stop, m_width, m_rows = [], [], [], [], []
        s, o, verb, p_rows, inner, inner_pair, inner_width = [], [], [], [], [], [], []
        m_before = p_before = 0
        for row, i in enumerate(chosen):
            t0, t1 = at["tokens"][i], at["tokens"][i + 1]
            m0, m1 = at["mentions"][i], at["mentions"][i + 1]
            m_rows.append(np.arange(m0, m1))
            start, stop, top = a["m_start"][m0:m1], a["m_end"][m0:m1], a["m_head"][m0:m1]
            whole = stop == start
            start, stop = np.where(whole, 0, start), np.where(whole, t1 - t0, stop)
            m_first.append(row * (length + 1) + start)
            m_stop.append(row * (length + 1) + stop)
            m_width.append(stop - start)
            m_head.append(np.where(top < 0, n * length, row * length + top))
            p0, p1 = at["pairs"][i], at["pairs"][i + 1]
            p_rows.append(np.arange(p0, p1))
            s.append(a["s"][p0:p1] + m_before)
            o.append(a["o"][p0:p1] + m_before)
            v = a["verb"][p0:p1]
            verb.append(np.where(v < 0, n * length, row * length + v))
            q0, q1 = at["inner"][p0], at["inner"][p1]
            inner.append(row * length + a["inner"][q0:q1])
            width = a["n_inner"][p0:p1]
            inner_pair.append(np.repeat(np.arange(p_before, p_before + p1 - p0), width))
            inner_width.append(np.maximum(width, 1))
            m_before += m1 - m0
            p_before += p1 - p0
        mask = grid >= 0
        tokens = np.maximum(grid, 0)

        def whole_number(values: Any) -> torch.Tensor:
            return torch.as_tensor(np.concatenate(values) if isinstance(values, list) else values, dtype=torch.long, device=device)

        rows = whole_number(p_rows)
        bits = whole_number(a["options"][np.concatenate(p_rows)])
        options = (bits[:, None] >> torch.arange(14, device=device)) & 1
        return {
            **given,
            "rows": whole_number(np.maximum(grid, 0)),
            "pair_rows": rows,
            "label": whole_number(np.where(mask, a["label"][tokens], -1)),
            "kind": whole_number(np.where(mask, a["kind"][tokens], -1)),
            "m_head": whole_number(m_head),
            "m_first": whole_number(m_first),
            "m_stop": whole_number(m_stop),
            "m_width": whole_number(m_width).float().clamp(min=1),
            "mention": self.rows["mention"][whole_number(m_rows)].float(),
            "s": whole_number(s),
            "o": whole_number(o),
            "verb": whole_number(verb),
            "pair": self.rows["pair"][rows].float(),
            "inner": whole_number(inner),
            "inner_pair": whole_number(inner_pair),
            "inner_width": whole_number(inner_width).float(),
            "options": torch.cat([torch.ones(len(options), 1, dtype=torch.bool, device=device), options.bool()], dim=1),
            "target": whole_number(a["target"][np.concatenate(p_rows)]),
            "claim": whole_number(self.claims[np.concatenate(p_rows)]),
        }

    def order(self, chosen: list[int], size: int, chance: np.random.Generator | None) -> list[list[int]]:
        """Return batches of sentences of like length; shuffled where a generator is given."""
        lengths = self.n["tokens"][chosen].astype(float)
        if chance is not None:
            lengths = lengths * chance.uniform(0.8, 1.25, len(chosen))
        ranked = [chosen[i] for i in np.argsort(lengths, kind="stable")]
        batches = [ranked[i : i + size] for i in range(0, len(ranked), size)]
        if chance is not None:
            chance.shuffle(batches)
        return batches


def missed(labels: torch.Tensor, target: torch.Tensor, claim: torch.Tensor) -> torch.Tensor:
    """Return how far the pairs are from what is annotated, the mean over pairs.

    An annotator says which things a claim joins, not by which of their mentions: of the pairs that could carry a claim, each
    counts by how likely it is to, measured against the others; a pair that carries none is wrong by all that it says.
    """
    said = F.log_softmax(labels, dim=-1).gather(1, target[:, None])[:, 0]
    stated = claim >= 0
    loss = -said[~stated].sum()
    if stated.any():
        _, number = torch.unique(claim[stated], return_inverse=True)
        own = said[stated]
        likely = own.detach().exp() + 1e-6
        count = likely.new_zeros(int(number.max()) + 1).index_add_(0, number, torch.ones_like(likely))
        whole = torch.zeros_like(count).index_add_(0, number, likely)
        loss = loss - (likely / whole[number] * count[number].sqrt() * own).sum()
    return loss / len(target)


def far(said: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return how far a softmax is from given probabilities, the mean over rows."""
    return -(wanted * F.log_softmax(said, dim=-1)).sum(dim=-1).mean()


def learn(b: dict[str, Any], tags: torch.Tensor, labels: torch.Tensor, soft: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the loss of what was said of a batch against what others say."""
    loss = far(tags[b["mask"]], soft["tags"][b["rows"][b["mask"]]].float())
    if len(labels):
        loss = loss + far(labels, soft["labels"][b["pair_rows"]].float())
    return loss


def train(
    batches: Batches, chosen: list[int], sizes: dict[str, int], o: argparse.Namespace, seed: int, watch: Any = None, soft: Any = None
) -> Net:
    """Return a net trained on the chosen sentences: the mean of its weights over the last steps."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)

    net, average = (Net(sizes, d=o.d, blocks=o.blocks, heads=4, dropout=o.dropout, hidden=o.hidden).to(batches.device) for _ in range(2))
    if o.start:
        net.load_state_dict(stored_weights(net, o.start))
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=o.rate, weight_decay=o.decay)
    steps = o.epochs * len(batches.order(chosen, o.batch, None))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=o.rate, total_steps=steps, pct_start=0.1)
    step = 0

    for epoch in range(o.epochs):
        net.train()
        for batch in batches.order(chosen, o.batch, chance):
            b = batches.make(batch)
            (tags, kinds), labels = net(b)
            loss = o.tag_weight * F.cross_entropy(tags.reshape(-1, N_TAGS), b["label"].reshape(-1), ignore_index=-1, label_smoothing=0.02)
            if (b["kind"] >= 0).any():
                loss = loss + 0.2 * F.cross_entropy(kinds.reshape(-1, len(signals.KINDS)), b["kind"].reshape(-1), ignore_index=-1)
            if len(labels):
                loss = loss + missed(labels, b["target"], b["claim"])
            if soft is not None:
                loss = loss + learn(b, tags, labels, soft)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            keep = min(0.998, step / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - keep)
        if watch is not None and (epoch % 5 == 4 or epoch == o.epochs - 1):
            watch(average, epoch)
    return average


@torch.no_grad()
def predict(nets: list[Net], batches: Batches, chosen: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows of the chosen sentences' pairs, their probabilities, and the tags and labels of their tokens."""
    rows, probabilities, tags, labels = [], [], [], []
    for net in nets:
        net.eval()
    for batch in batches.order(chosen, 64, None):
        b = batches.make(batch)
        seen = [net(b) for net in nets]
        rows.append(b["pair_rows"].cpu().numpy())
        probabilities.append(sum(F.softmax(pair, dim=-1) for _, pair in seen).cpu().numpy() / len(nets))
        given = b["label"] >= 0
        tags.append((sum(F.softmax(tag, dim=-1) for (tag, _), _ in seen))[given].argmax(dim=-1).cpu().numpy())
        labels.append(b["label"][given].cpu().numpy())
    return np.concatenate(rows), np.concatenate(probabilities), np.concatenate(tags), np.concatenate(labels)


@torch.no_grad()
def soften(net: Net, batches: Batches, chosen: list[int]) -> dict[str, torch.Tensor]:
    """Return what a net says of every token and pair of the chosen sentences, as 16-bit numbers; zeros elsewhere."""
    tags = torch.zeros(int(batches.n["tokens"].sum()), N_TAGS, dtype=torch.float16, device=batches.device)
    labels = torch.zeros(int(batches.n["pairs"].sum()), N_LABELS, dtype=torch.float16, device=batches.device)
    net.eval()
    for batch in batches.order(chosen, 128, None):
        b = batches.make(batch)
        (tag, _), label = net(b)
        tags[b["rows"][b["mask"]]] = F.softmax(tag[b["mask"]], dim=-1).half()
        labels[b["pair_rows"]] = F.softmax(label, dim=-1).half()
    return {"tags": tags, "labels": labels}


def blend(stored: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of what several nets say, of each row over those that were asked."""
    found = {}
    for name in ("tags", "labels"):
        total = sum(one[name].float() for one in stored)
        found[name] = (total / total.sum(dim=-1, keepdim=True).clamp(min=1e-6)).half()
    return found


def fold_of(data: Data, chosen: list[int], fold: int, folds: int) -> set[int]:
    """Return the chosen sentences of one part of the texts; none where there is one part."""
    if folds < 2:
        return set()
    order = {name: place for place, name in enumerate(sorted({str(data.docs[i]) for i in chosen}))}
    return {i for i in chosen if order[str(data.docs[i])] % folds == fold}


def score(batches: Batches, rows: np.ndarray, p: np.ndarray, limit: float) -> str:
    """Return F1, precision and recall of the claims that pairs give: the same two things are joined by a predicate once a sentence."""
    a = batches.data.a
    told = 1 - p[:, 0] > limit
    chosen, label = rows[told], p[told, 1:].argmax(axis=1) + 1
    ends = [batches.mention_keys[batches.first_mention[chosen] + a[end][chosen]] for end in ("s", "o")]
    said: dict[tuple[int, ...], set[int]] = {}
    for *key, value, claim, wanted in zip(
        batches.sentence[chosen].tolist(),
        *(end.tolist() for end in ends),
        label.tolist(),
        batches.claims[chosen].tolist(),
        a["target"][chosen].tolist(),
        strict=True,
    ):
        said.setdefault((*key, value), set()).update({claim} if claim >= 0 and wanted == value else ())
    hit: set[int] = set()
    for claims in said.values():
        hit.update(sorted(claims - hit)[:1])
    stated = len(set(batches.claims[rows].tolist()) - {-1})
    precision, recall = len(hit) / max(1, len(said)), len(hit) / max(1, stated)
    return f"{2 * precision * recall / max(1e-9, precision + recall):.3f} ({precision:.2f}/{recall:.2f})"


def report(nets: list[Net], batches: Batches, groups: dict[str, list[int]], note: str) -> None:
    for group, chosen in groups.items():
        rows, p, tags, labels = predict(nets, batches, chosen)
        best = [score(batches, rows, p, limit) for limit in (0.4, 0.5, 0.6)]
        named, said = (labels + 1) // 2, (tags + 1) // 2
        hit = ((named == said) & (named > 0)).sum()
        f = 2 * hit / max(1, (named > 0).sum() + (said > 0).sum())
        print(f"{note} {group:11s} claims {'  '.join(best)}  tokens typed {f:.3f}", flush=True)


def is_table(name: str) -> bool:
    """Tell whether a part of the net holds a row a word, a tag or the like: such rows stay as they are."""
    return name.split(".", maxsplit=1)[0] in {"tag", "dep", "lemma", "affix"}


def stored_name(name: str) -> str:
    """Return what the shipped file calls a part of the net."""
    plain = {f"{part}.weight" for part in ("shape", "token", "as_object", "way", "verb", "between", "pair", "hear")}
    return name.removesuffix(".weight") if is_table(name) or name in plain else name


def stored_weights(net: Net, path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a shipped file for a net of the same words and widths."""
    found = {}
    with np.load(path) as arrays:
        for name, value in net.state_dict().items():
            array = arrays[stored_name(name)].astype(np.float32)
            found[name] = torch.as_tensor(array if value.ndim < 2 or is_table(name) else array.T.copy())
    return found


def export(net: Net, pieces: Pieces, known: dict[str, dict[str, int]], thresholds: list[float]) -> dict[str, np.ndarray]:
    """Return the arrays of the shipped file: weights turned for row vectors, as 16-bit numbers."""
    arrays: dict[str, np.ndarray] = {}
    for stored, value in net.state_dict().items():
        array = value.detach().cpu().numpy()
        if stored in {"tag.weight", "dep.weight"}:
            array[-1] = 0  # what no training text has
        if array.ndim == 2 and not is_table(stored):
            array = array.T
        arrays[stored_name(stored)] = array.astype(np.float16)
    arrays["pieces"], arrays["piece_scale"] = pieces.stored, pieces.scale
    lists = {"pieces": list(pieces.rows), "lemmas": list(known["lemma"]), "tags": list(known["tag"])[:-1], "deps": list(known["dep"])[:-1]}
    arrays |= {f"text_{name}": np.frombuffer("\n".join(values).encode(), dtype=np.uint8) for name, values in lists.items()}
    return arrays | {"thresholds": np.array(thresholds), "heads": np.int64(net.heads)}


def options() -> argparse.Namespace:
    """Read the command line."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("pieces", type=Path)
    arguments.add_argument("--out", type=Path, default=Path("ontology/models/reader.npz"))
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--start", type=Path, help="a shipped file to go on from")
    arguments.add_argument("--soft", type=Path, nargs="*", default=[], help="what others say, to learn from")
    arguments.add_argument("--say", type=Path, help="write here what the net says of the texts it did not see, instead of the net")
    for name, value in (
        ("epochs", 20),
        ("seeds", 1),
        ("batch", 24),
        ("d", 128),
        ("blocks", 2),
        ("hidden", 128),
        ("seed", 0),
        ("gold", 1),
        ("folds", 1),
        ("fold", 0),
    ):
        arguments.add_argument(f"--{name}", type=int, default=value)
    for name, number in (
        ("rate", 2e-3),
        ("decay", 0.05),
        ("dropout", 0.3),
        ("tag_weight", 1.0),
        ("threshold", 0.4),
    ):
        arguments.add_argument(f"--{name}", type=float, default=number)
    return arguments.parse_args()


def main() -> None:
    o = options()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True
    data, pieces = Data(o.data), Pieces(o.pieces)
    chosen = data.sentences({"trained on", "own", "passages"}) + (o.gold - 1) * data.sentences({"trained on"})
    tokens = np.concatenate([np.arange(data.at["tokens"][i], data.at["tokens"][i + 1]) for i in chosen])
    counts = Counter(data.a["lemma"][tokens].tolist())
    names = data.a["w_lemma"].tolist()
    lemmas = {
        name: place
        for place, name in enumerate(sorted(names[i] for i, count in counts.items() if count >= MIN_LEMMA and names[i].isprintable()), 1)
    }
    known = {name: {value: place for place, value in enumerate(sorted(data.a[f"w_{name}"].tolist()))} for name in ("tag", "dep")}
    for table in known.values():
        table[""] = len(table)
    known["lemma"] = {"": 0, **lemmas}
    batches = Batches(data, pieces, known, device)
    sizes = {
        "static": pieces.vectors.shape[1],
        **{name: len(table) for name, table in known.items()},
        **{name: data.a[f"x_{name}"].shape[1] for name in ("token", "mention", "pair")},
    }
    apart = fold_of(data, chosen, o.fold, o.folds)
    kept = [i for i in chosen if i not in apart]
    groups = {group: data.sentences({group}) for group in ("tuned on", "seeds") if group in data.groups}
    if apart:
        groups["apart"] = sorted(apart)
    began = time.time()
    if o.say and not apart:
        sys.exit("--say needs --folds 2 or more: what a net says counts only of texts that it did not see")
    soft = blend([torch.load(path, map_location=device) for path in o.soft]) if o.soft else None
    after = (lambda net, epoch: report([net], batches, groups, f"epoch {epoch + 1}")) if o.check else None
    nets = [train(batches, kept, sizes, o, o.seed + seed, after, soft) for seed in range(o.seeds)]
    if o.say:
        torch.save(soften(nets[0], batches, sorted(apart)), o.say)
        return
    if o.check and o.seeds > 1:
        report(nets, batches, groups, f"{o.seeds} nets")
    thresholds = [o.threshold + MORE.get(name, 0.0) for name in signals.PREDICATES]
    np.savez_compressed(o.out, **export(nets[0], pieces, known, thresholds))
    print(
        json.dumps(
            {
                "sentences": len(kept),
                "lemmas": len(lemmas),
                "parameters": sum(p.numel() for p in nets[0].parameters()),
                "seconds": round(time.time() - began),
            }
        )
    )


if __name__ == "__main__":
    main()
