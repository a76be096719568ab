"""Train the reader (`kg/reader.py`) on what `tools/reader_data.py` wrote.

    python tools/train_reader.py DATA.npz PIECES.npz [--out ontology/models/reader.npz] [--check] [--epochs N] [--seeds N]

PIECES.npz is what `tools/word_vectors.py` wrote. Training needs torch, with or without a GPU; the shipped program needs
numpy alone. `--check` prints how well the groups that only measure are read.

The shipped one learned from teachers, too: the same net standing on a sentence encoder that is fine-tuned with it. Each of four is
trained without a quarter of the texts (`--teach --encoder FOLDER --folds 4 --fold I --soft SAID_I.pt --unlabelled MORE.npz`) and says what it holds of
that quarter and of sentences without annotation; `--unlabelled MORE.npz --soft SAID_0.pt SAID_1.pt …` learns from what they say beside the annotations.
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
ENCODED = 384
N_LABELS = 15
MIN_LEMMA = 4
SHAPES = 8
# Predicates that texts seldom state and the net believes too seldom (measured on the seeds): they ask for less.
RARE = frozenset({"adjunct_to", "symptom_of"})
RARE_LESS = 0.1


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
        self.pair_tokens = self.at["inner"]

    def sentences(self, groups: set[str]) -> list[int]:
        return [i for i, group in enumerate(self.groups) if group in groups and self.a["n_tokens"][i] <= reader.MAX_TOKENS]


class Net(nn.Module):
    def __init__(self, sizes: dict[str, int], *, d: int, blocks: int, heads: int, dropout: float, hidden: int, teach: bool = False) -> None:
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
        self.way, self.verb = nn.Linear(d, hidden, bias=False), nn.Linear(d, hidden, bias=False)
        self.pair = nn.Linear(sizes["pair"], hidden, bias=False)
        self.mid = nn.Linear(hidden, hidden)
        self.label = nn.Linear(hidden, N_LABELS)
        self.drop = nn.Dropout(dropout)
        self.teacher: Any = None
        self.taught = nn.Linear(384, d) if teach else None

    def encode(self, b: dict[str, Any]) -> torch.Tensor:
        x = self.static(self.drop(b["static"])) + self.shape(b["shape"]) + self.tag(b["tag"]) + self.dep(b["dep"])
        for place, table in enumerate(self.affix):
            x = x + table(b["affix"][..., place])
        lemma = b["lemma"]
        if self.training:
            lemma = torch.where(torch.rand(lemma.shape, device=lemma.device) < 0.1, torch.zeros_like(lemma), lemma)
        x = x + self.lemma(lemma) + self.token(b["token"])
        if self.teacher is not None:
            x = x + self.taught(self.drop(heard(self.teacher, b["spelled"], b["mask"].shape)))
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
        h = self.drop(F.relu(h))
        h = self.drop(F.relu(self.mid(h)))
        return tags, self.label(h).masked_fill(~b["options"], -1e4)


def heard(teacher: Any, s: dict[str, torch.Tensor], shape: tuple[int, int]) -> torch.Tensor:
    """Return the vector that the encoder has for each word: the mean over its pieces."""
    with torch.autocast("cuda", dtype=torch.bfloat16, enabled=s["ids"].is_cuda):
        seen = teacher(s["ids"], s["mask"])
    flat = seen.float().reshape(-1, seen.shape[-1])
    sums = flat.new_zeros(shape[0] * shape[1], flat.shape[1]).index_add_(0, s["owner"], flat[s["where"]])
    return (sums / s["count"][:, None]).view(*shape, -1)


class Batches:
    """Sentences as padded batches on a device."""

    is_spelled = False

    def __init__(self, data: Data, pieces: Pieces, known: dict[str, dict[str, int]], device: str) -> None:
        self.data, self.device = data, device
        a = data.a
        self.number = {name: np.array([table.get(value, table[""]) for value in a[f"w_{name}"].tolist()]) for name, table in known.items()}
        parts = [reader.split(text[: reader.MAX_WORD_CHARACTERS], pieces.rows) or [pieces.rows["[UNK]"]] for text in a["w_word"].tolist()]
        self.part_count = np.array([len(part) for part in parts])
        self.part_start = np.concatenate([[0], np.cumsum(self.part_count)])
        self.parts = np.array([row for part in parts for row in part])
        self.edges = pieces.rows["[CLS]"], pieces.rows["[SEP]"]
        words = a["w_word"].tolist()
        self.static = torch.tensor(np.stack([pieces.vector(word) for word in words]), device=device)
        self.affix = torch.tensor([reader.buckets(word) for word in words], device=device)
        self.shape = torch.tensor([reader.shape(word) for word in words], dtype=torch.float32, device=device)
        self.rows = {name: torch.tensor(a[f"x_{name}"], device=device) for name in ("token", "mention", "pair") if f"x_{name}" in a}
        self.n = {name: a[f"n_{name}"] for name in ("tokens", "mentions", "pairs")}

    def words(self, chosen: list[int]) -> tuple[dict[str, Any], np.ndarray]:
        """Return what the encoder takes, and the rows of the tokens with -1 where a sentence has ended."""
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

    def spelled(self, grid: np.ndarray) -> dict[str, torch.Tensor]:
        """Return the same sentences as pieces for the encoder that is learned from, and the piece rows of each word."""
        word = self.data.a["word"][np.maximum(grid, 0)]
        count = np.where(grid >= 0, self.part_count[word], 0)
        longest = int(count.sum(axis=1).max()) + 2
        ids = np.zeros((len(grid), longest), dtype=np.int64)
        mask = np.zeros((len(grid), longest), dtype=np.int64)
        owner, where = [], []
        for row in range(len(grid)):
            size = int(count[row].sum())
            starts = np.repeat(self.part_start[word[row]], count[row])
            inside = np.arange(size) - np.repeat(np.cumsum(count[row]) - count[row], count[row])
            ids[row, 1 : size + 1] = self.parts[starts + inside]
            ids[row, 0], ids[row, size + 1] = self.edges
            mask[row, : size + 2] = 1
            owner.append(row * grid.shape[1] + np.repeat(np.arange(grid.shape[1]), count[row]))
            where.append(row * longest + 1 + np.arange(size))
        made = {
            "ids": ids,
            "mask": mask,
            "owner": np.concatenate(owner),
            "where": np.concatenate(where),
            "count": np.maximum(count, 1).reshape(-1),
        }
        return {name: torch.as_tensor(value, dtype=torch.long, device=self.device) for name, value in made.items()}

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
            **({"spelled": self.spelled(grid)} if self.is_spelled else {}),
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


def far(said: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return how far a softmax is from given probabilities, the mean over rows."""
    return -(wanted * F.log_softmax(said, dim=-1)).sum(dim=-1).mean()


def learn(b: dict[str, Any], tags: torch.Tensor, labels: torch.Tensor, soft: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the loss of what was said of a batch against what the teachers say."""
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

    def fresh() -> Net:
        made = Net(sizes, d=o.d, blocks=o.blocks, heads=4, dropout=o.dropout, hidden=o.hidden, teach=o.teach)
        if o.teach:
            from word_vectors import Trainable

            made.teacher = Trainable(o.encoder, o.frozen)
        return made.to(batches.device)

    net, average = fresh(), fresh()
    if o.start is not None:
        net.load_state_dict(o.start, strict=False)
    average.load_state_dict(net.state_dict())
    optimizer, schedule = planned(net, o, o.epochs * len(batches.order(chosen, o.batch, None)))
    step = 0

    def endless() -> Any:
        others = soft[0]
        able = [i for i in range(len(others.data.docs)) if 3 <= others.n["tokens"][i] <= reader.MAX_TOKENS]
        while True:
            yield from others.order(able, 64, chance)

    stream = endless() if soft is not None and soft[0] is not None else None
    for epoch in range(o.epochs):
        net.train()
        for batch in batches.order(chosen, o.batch, chance):
            b = batches.make(batch)
            (tags, kinds), labels = net(b)
            loss = o.tag_weight * F.cross_entropy(tags.reshape(-1, N_TAGS), b["label"].reshape(-1), ignore_index=-1, label_smoothing=0.02)
            if (b["kind"] >= 0).any():
                loss = loss + 0.2 * F.cross_entropy(kinds.reshape(-1, len(signals.KINDS)), b["kind"].reshape(-1), ignore_index=-1)
            if len(labels):
                loss = loss + F.cross_entropy(labels, b["target"])
            if soft is not None:
                others, theirs, own = soft
                loss = loss + o.soft_weight * learn(b, tags, labels, own)
            if stream is not None:
                other = others.make(next(stream))
                (tags, _), labels = net(other)
                loss = loss + o.soft_weight * learn(other, tags, labels, theirs)
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


def planned(net: Net, o: argparse.Namespace, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Return what changes the weights, the encoder's slowly, and how its rates rise and fall over so many steps."""
    slow = [value for name, value in net.named_parameters() if name.startswith("teacher.")]
    fast = [value for name, value in net.named_parameters() if not name.startswith("teacher.")]
    groups = [{"params": fast, "lr": o.rate}] + ([{"params": slow, "lr": o.teacher_rate}] if slow else [])
    optimizer = torch.optim.AdamW(groups, weight_decay=o.decay, fused=fast[0].is_cuda)
    rates = [group["lr"] for group in groups]
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rates, total_steps=steps, pct_start=0.1)


@torch.no_grad()
def targets_of(batches: Batches, encoder: Any, chosen: list[int]) -> torch.Tensor:
    """Return what the encoder sees in each token, as 16-bit numbers, one row a token of the data."""
    found = torch.zeros(int(batches.data.at["tokens"][-1]), ENCODED, dtype=torch.float16)
    for batch in batches.order(chosen, 96, None):
        _, grid = batches.words(batch)
        seen = F.layer_norm(heard(encoder, batches.spelled(grid), grid.shape), (ENCODED,))
        found[torch.from_numpy(grid[grid >= 0])] = seen[torch.from_numpy(grid >= 0).to(seen.device)].half().cpu()
    return found


def pretrain(batches: Batches, encoder: Any, sizes: dict[str, int], o: argparse.Namespace) -> dict[str, torch.Tensor]:
    """Return the weights of a net that has learned to see words in context as the encoder does; some words are hidden from it."""
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    net = Net(sizes, d=o.d, blocks=o.blocks, heads=4, dropout=0.1, hidden=o.hidden).to(batches.device)
    out = nn.Linear(o.d, ENCODED).to(batches.device)
    able = set(batches.data.sentences({"own", "passages", "trained on", "unlabelled"}))
    chosen = [i for i in range(len(batches.data.docs)) if i in able and batches.n["tokens"][i] >= 3]
    wanted = targets_of(batches, encoder, chosen)
    steps = o.pretrain_epochs * len(batches.order(chosen, 96, None))
    optimizer = torch.optim.AdamW([*net.parameters(), *out.parameters()], lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-3, total_steps=steps, pct_start=0.05)
    for epoch in range(o.pretrain_epochs):
        total, count = 0.0, 0
        for batch in batches.order(chosen, 96, chance):
            b, grid = batches.words(batch)
            target = wanted[torch.from_numpy(grid[grid >= 0])].float().to(batches.device)
            hidden = torch.rand(grid.shape, device=batches.device) < 0.15
            for name in ("static", "shape", "token"):
                b[name] = b[name].masked_fill(hidden[..., None], 0.0)
            b["affix"], b["lemma"] = b["affix"].masked_fill(hidden[..., None], 0), b["lemma"].masked_fill(hidden, 0)
            loss = ((out(net.encode(b)[b["mask"]]) - target) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total, count = total + float(loss.detach()), count + 1
        print(f"pretraining {epoch + 1}: {total / count:.4f}", flush=True)
    return {
        name: value
        for name, value in net.state_dict().items()
        if name.split(".")[0] not in {"mention", "as_subject", "as_object", "way", "verb", "pair", "mid", "label", "tagger", "kind"}
    }


def started(stored: dict[str, Any], known: dict[str, dict[str, int]], sizes: dict[str, int], d: int) -> dict[str, torch.Tensor]:
    """Return pretrained weights with the rows of the tables in today's order; a row that pretraining did not know is small and random."""
    torch.manual_seed(1)
    weights = dict(stored["weights"])
    for name, table in known.items():
        rows = torch.randn(sizes[name], d) * 0.1
        for value, place in table.items():
            if value in stored["known"][name]:
                rows[place] = weights[f"{name}.weight"][stored["known"][name][value]]
        weights[f"{name}.weight"] = rows
    return weights


@torch.no_grad()
def predict(nets: list[Net], batches: Batches, chosen: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return pair probabilities and targets, tags and their labels, over the chosen sentences."""
    probabilities, targets, tags, labels = [], [], [], []
    for net in nets:
        net.eval()
    for batch in batches.order(chosen, 64, None):
        b = batches.make(batch)
        seen = [net(b) for net in nets]
        probabilities.append(sum(F.softmax(pair, dim=-1) for _, pair in seen).cpu().numpy() / len(nets))
        targets.append(b["target"].cpu().numpy())
        given = b["label"] >= 0
        tags.append((sum(F.softmax(tag, dim=-1) for (tag, _), _ in seen))[given].argmax(dim=-1).cpu().numpy())
        labels.append(b["label"][given].cpu().numpy())
    return np.concatenate(probabilities), np.concatenate(targets), np.concatenate(tags), np.concatenate(labels)


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


def report(nets: list[Net], batches: Batches, groups: dict[str, list[int]], note: str) -> None:
    for group, chosen in groups.items():
        p, target, tags, labels = predict(nets, batches, chosen)
        best = []
        for limit in (0.35, 0.45, 0.55):
            answer = np.where(1 - p[:, 0] > limit, p[:, 1:].argmax(axis=1) + 1, 0)
            right = ((answer == target) & (target > 0)).sum()
            precision, recall = right / max(1, (answer > 0).sum()), right / max(1, (target > 0).sum())
            best.append(f"{2 * precision * recall / max(1e-9, precision + recall):.3f} ({precision:.2f}/{recall:.2f})")
        named, said = (labels + 1) // 2, (tags + 1) // 2
        hit = ((named == said) & (named > 0)).sum()
        f = 2 * hit / max(1, (named > 0).sum() + (said > 0).sum())
        print(f"{note} {group:11s} pairs {'  '.join(best)}  tokens typed {f:.3f}", flush=True)


def export(net: Net, pieces: Pieces, known: dict[str, dict[str, int]], thresholds: list[float]) -> dict[str, np.ndarray]:
    """Return the arrays of the shipped file: weights turned for row vectors, as 16-bit numbers."""
    arrays: dict[str, np.ndarray] = {}
    for stored, value in net.state_dict().items():
        array, part = value.detach().cpu().numpy(), stored.split(".")[0]
        if stored in {"tag.weight", "dep.weight"}:
            array[-1] = 0  # what no training text has
        is_table = part in {"tag", "dep", "lemma", "affix"}
        if array.ndim == 2 and not is_table:
            array = array.T
        is_plain = array.ndim == 2 and part in {"shape", "token", "as_object", "way", "verb", "pair"}
        name = stored.removesuffix(".weight") if is_table or is_plain else stored
        arrays[name] = array.astype(np.float16)
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
    arguments.add_argument("--unlabelled", type=Path, help="sentences without claims, to pretrain on and to be taught on")
    arguments.add_argument("--pretrained", type=Path, help="start from these weights; made first, from --unlabelled, where missing")
    arguments.add_argument("--encoder", type=Path, help="the folder of the encoder to learn from")
    arguments.add_argument(
        "--soft", type=Path, nargs="*", default=[], help="with --teach: where to write what the teacher says; else what to learn from"
    )
    arguments.add_argument("--teach", action="store_true", help="stand on the encoder itself (an upper bound; not for shipping)")
    for name, value in (
        ("epochs", 20),
        ("seeds", 1),
        ("batch", 24),
        ("d", 128),
        ("blocks", 2),
        ("hidden", 128),
        ("pretrain_epochs", 8),
        ("seed", 0),
        ("gold", 1),
        ("folds", 1),
        ("fold", 0),
        ("frozen", 0),
    ):
        arguments.add_argument(f"--{name}", type=int, default=value)
    for name, number in (
        ("rate", 2e-3),
        ("decay", 0.05),
        ("dropout", 0.3),
        ("tag_weight", 1.0),
        ("threshold", 0.4),
        ("teacher_rate", 3e-5),
        ("soft_weight", 1.0),
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
    more = Data(o.unlabelled) if o.unlabelled else None
    known = {
        name: {
            value: place
            for place, value in enumerate(sorted({value for one in (data, more) if one for value in one.a[f"w_{name}"].tolist()}))
        }
        for name in ("tag", "dep")
    }
    for table in known.values():
        table[""] = len(table)
    known["lemma"] = {"": 0, **lemmas}
    batches = Batches(data, pieces, known, device)
    batches.is_spelled = o.teach
    sizes = {
        "static": pieces.vectors.shape[1],
        **{name: len(table) for name, table in known.items()},
        **{name: data.a[f"x_{name}"].shape[1] for name in ("token", "mention", "pair")},
    }
    groups = {group: data.sentences({group}) for group in ("tuned on", "seeds") if group in data.groups}
    began = time.time()
    o.start = None
    soft = None
    if o.teach and o.soft:
        others = Batches(more, pieces, known, device) if more else None
        apart = fold_of(data, chosen, o.fold, o.folds)
        net = train(
            batches,
            [i for i in chosen if i not in apart],
            sizes,
            o,
            o.seed,
            lambda net, epoch: report([net], batches, groups | ({"apart": sorted(apart)} if apart else {}), f"epoch {epoch + 1}"),
        )
        said = {"own": soften(net, batches, sorted(apart) or chosen)}
        if others is not None:
            others.is_spelled = True
            said["others"] = soften(net, others, [i for i in range(len(more.docs)) if more.a["n_tokens"][i] <= reader.MAX_TOKENS])
        torch.save(said, o.soft[0])
        print(f"{round(time.time() - began)} s", flush=True)
        return
    if o.soft:
        stored = [torch.load(path, map_location=device) for path in o.soft]
        own = blend([one["own"] for one in stored])
        soft = (Batches(more, pieces, known, device), blend([one["others"] for one in stored]), own) if more else (None, None, own)
        del stored
    if o.pretrained is not None and not o.pretrained.exists():
        from word_vectors import load

        weights = pretrain(Batches(more, pieces, known, device), load(o.encoder)[0].to(device), sizes, o)
        torch.save({"weights": weights, "known": known}, o.pretrained)
    if o.pretrained is not None:
        o.start = started(torch.load(o.pretrained), known, sizes, o.d)
    after = (lambda net, epoch: report([net], batches, groups, f"epoch {epoch + 1}")) if o.check else None
    nets = [train(batches, chosen, sizes, o, o.seed + seed, after, soft) for seed in range(o.seeds)]
    if o.check and o.seeds > 1:
        report(nets, batches, groups, f"{o.seeds} nets")
    if not o.teach:
        thresholds = [o.threshold - RARE_LESS if name in RARE else o.threshold for name in signals.PREDICATES]
        np.savez_compressed(o.out, **export(nets[0], pieces, known, thresholds))
    print(
        json.dumps(
            {
                "sentences": len(chosen),
                "lemmas": len(lemmas),
                "parameters": sum(p.numel() for p in nets[0].parameters()),
                "seconds": round(time.time() - began),
            }
        )
    )


if __name__ == "__main__":
    main()
