"""A place in the plane for every node: deterministic, components apart, nothing on top of anything else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import rustworkx as rx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float]

SEED = 7
LINE_CHARACTERS = 18
CHARACTER_WIDTH = 7.0
LINE_HEIGHT = 15.0
# A screen is wider than high: the overview is stretched by this much.
ASPECT = 1.15
SPRING_ITERATIONS = 60
FORCE_ITERATIONS = 400
MAX_SEPARATION_ROUNDS = 400
TOUCH = 0.01
BLOCK_ROWS = 256
SPACING = 90.0
GAP = 60.0


@dataclass(frozen=True, slots=True)
class Box:
    """The room that a node takes with its label, in the units of the plane."""

    width: float
    height: float


def box(label: str, radius: float) -> Box:
    """Return the room for a node of this radius with its label below it, in two lines where it is long.

    >>> box("kava", 10)
    Box(width=40.0, height=43.0)
    """
    lines = 1 if len(label) <= LINE_CHARACTERS else 2
    return Box(
        max(2 * radius, CHARACTER_WIDTH * min(len(label), LINE_CHARACTERS)) + 12.0,
        2 * radius + LINE_HEIGHT * lines + 8.0,
    )


def overview(nodes: Sequence[str], links: Mapping[tuple[str, str], float], boxes: Mapping[str, Box]) -> dict[str, Point]:
    """Place a few nodes, up to some hundreds, so that each can be read with its label.

    Links pull in proportion to their weight's logarithm, and nodes push each other apart the
    more neighbours they have (ForceAtlas2, doi:10.1371/journal.pone.0098679); then boxes that
    overlap are moved apart. The result does not depend on the order of `links`.
    """
    if not nodes:
        return {}
    place = {node: index for index, node in enumerate(nodes)}
    pairs = sorted((place[a], place[b], weight) for (a, b), weight in links.items() if a in place and b in place and a != b)
    spots = _attract(len(nodes), pairs)
    spots[:, 0] *= ASPECT
    size = np.array([(boxes[node].width, boxes[node].height) for node in nodes])
    # The area of the boxes sets the scale: about a quarter of the plane is filled.
    extent = np.ptp(spots, axis=0)
    area = max(float(extent[0] * extent[1]), 1e-9)
    spots *= math.sqrt(4.4 * float((size[:, 0] * size[:, 1]).sum()) / area) if len(nodes) > 1 else 1.0
    spots = separate(spots, size)
    return _points(nodes, spots - (spots.max(axis=0) + spots.min(axis=0)) / 2)


def _attract(count: int, pairs: Sequence[tuple[int, int, float]]) -> NDArray[np.float64]:
    # A sunflower as the start: even, and the most important nodes, which come first, in the middle.
    spots: NDArray[np.float64]
    turns = np.arange(count) * math.pi * (3 - math.sqrt(5))
    spots = np.sqrt(np.arange(count) + 0.5)[:, None] * np.stack((np.cos(turns), np.sin(turns)), axis=1)
    if count == 1:
        return np.zeros((1, 2))
    links = np.zeros((count, count))
    for a, b, weight in pairs:
        links[a, b] = links[b, a] = links[a, b] + 1 + math.log1p(weight)
    mass = 1 + np.count_nonzero(links, axis=1)
    push = np.sqrt(mass[:, None] * mass[None, :])
    pull = links / np.sqrt(mass[:, None] * mass[None, :])
    for step in range(FORCE_ITERATIONS):
        delta = spots[:, None, :] - spots[None, :, :]
        square = (delta**2).sum(axis=2) + 0.01
        force = (delta * (push / square - pull)[:, :, None]).sum(axis=1) - 0.05 * spots * mass[:, None]
        length = np.sqrt((force**2).sum(axis=1, keepdims=True)) + 1e-9
        heat = 0.6 * (1 - step / FORCE_ITERATIONS) + 0.01
        spots = spots + force / length * np.minimum(length * 0.1, heat)
    return spots


def separate(spots: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move boxes apart until none overlaps, each pair along the axis that needs the smaller step."""
    spots = spots.copy()
    for _ in range(MAX_SEPARATION_ROUNDS):
        pushes = [_push(spots, size, start) for start in range(0, len(spots), BLOCK_ROWS)]
        if not any(is_hit for _, is_hit in pushes):
            break
        spots += np.concatenate([moves for moves, _ in pushes])
    return spots


def _push(spots: NDArray[np.float64], size: NDArray[np.float64], start: int) -> tuple[NDArray[np.float64], bool]:
    """Return how far the boxes from `start` on, a block of them, are to move, and whether any of them overlaps another."""
    rows = slice(start, start + BLOCK_ROWS)
    index = np.arange(len(spots))
    own = index[rows]
    delta = spots[rows, None, :] - spots[None, :, :]
    overlap = (size[rows, None, :] + size[None, :, :]) / 2 - np.abs(delta)
    hit: NDArray[np.bool_] = np.logical_and(overlap[:, :, 0] > TOUCH, overlap[:, :, 1] > TOUCH)
    hit[own - start, own] = False
    sideways = hit & (overlap[:, :, 0] < overlap[:, :, 1])
    upright = hit & ~sideways
    # Two nodes at one place part by their order.
    order = np.where(own[:, None] > index[None, :], 1.0, -1.0)
    sign = np.where(delta == 0, order[:, :, None], np.sign(delta))
    moves = np.stack([(sign[:, :, axis] * overlap[:, :, axis] * way).sum(axis=1) for axis, way in enumerate((sideways, upright))], axis=1)
    return 0.6 * moves / np.sqrt(np.maximum(hit.sum(axis=1), 1))[:, None], bool(hit.any())


def chart(nodes: Sequence[str], links: Mapping[tuple[str, str], float]) -> dict[str, Point]:
    """Place many nodes: each component by springs, components packed side by side, isolated nodes in a grid below.

    The largest component comes first; the result does not depend on the order of `links`.
    """
    place = {node: index for index, node in enumerate(nodes)}
    graph: rx.PyGraph[str, float] = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(list(nodes))
    graph.add_edges_from(
        sorted((place[a], place[b], 1 + math.log1p(weight)) for (a, b), weight in links.items() if a in place and b in place and a != b)
    )
    components = sorted((sorted(component) for component in rx.connected_components(graph)), key=lambda c: (-len(c), c[0]))
    islands = [(component, _spring(graph, component)) for component in components if len(component) > 1]
    points = _pack([(component, spots) for component, spots in islands])
    alone = [component[0] for component in components if len(component) == 1]
    columns = max(1, math.ceil(math.sqrt(len(alone) * 2)))
    left = min((x for x, _ in points.values()), default=0.0)
    bottom = max((y for _, y in points.values()), default=0.0) + GAP
    for number, index in enumerate(alone):
        points[index] = (left + number % columns * SPACING, bottom + number // columns * SPACING * 0.6)
    if not points:
        return {}
    spots = np.array([points[index] for index in range(len(nodes))])
    return _points(nodes, spots - (spots.max(axis=0) + spots.min(axis=0)) / 2)


def _spring(graph: rx.PyGraph[str, float], component: list[int]) -> NDArray[np.float64]:
    part = graph.subgraph(component)
    found = rx.spring_layout(part, seed=SEED, num_iter=SPRING_ITERATIONS, weight_fn=float, k=1.6 / math.sqrt(len(component)))
    spots = np.array([found[index] for index in range(len(component))])
    spots -= spots.mean(axis=0)
    # A hub drives its leaves far out; the square root of the distance brings them back.
    distance = np.sqrt((spots**2).sum(axis=1, keepdims=True))
    spots = spots / np.sqrt(np.maximum(distance, 1e-9))
    spots *= SPACING * 0.75 * math.sqrt(len(component)) / max(float(np.abs(spots).max()), 1e-9)
    spots[:, 0] *= ASPECT
    return separate(spots, np.tile((SPACING * 0.5, SPACING * 0.32), (len(component), 1)))


def _pack(islands: Sequence[tuple[list[int], NDArray[np.float64]]]) -> dict[int, Point]:
    """Set islands in rows, as wide together as the largest is, or as a page would be."""
    points: dict[int, Point] = {}
    area = sum(float(np.prod(np.ptp(spots, axis=0) + GAP)) for _, spots in islands)
    widest = max((float(np.ptp(spots[:, 0])) for _, spots in islands), default=0.0)
    width = max(widest, math.sqrt(area * ASPECT))
    x = y = row = 0.0
    for component, spots in islands:
        low, extent = spots.min(axis=0), np.ptp(spots, axis=0)
        if x > 0 and x + extent[0] > width:
            x, y, row = 0.0, y + row + GAP, 0.0
        for index, (left, top) in zip(component, spots - low, strict=True):
            points[index] = (x + float(left), y + float(top))
        x += float(extent[0]) + GAP
        row = max(row, float(extent[1]))
    return points


def _points(nodes: Sequence[str], spots: NDArray[np.float64]) -> dict[str, Point]:
    return {node: (round(float(x), 1), round(float(y), 1)) for node, (x, y) in zip(nodes, spots, strict=True)}
