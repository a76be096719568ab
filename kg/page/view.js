// What is drawn, where, and how. vis-network holds the canvas, the edges and the pointer; nodes and labels are ours.
const isFiltered = () =>
  state.preds.length + state.bases.length + state.stances.length > 0 || state.certainty !== "" || state.doc !== "" || state.least > 1 || state.types.length > 0;
const MAX_RING = 90;
const MAX_SECOND = 80;
const OVERVIEW = Math.max(64, nodes.filter((node) => node.near).length);
const view = { nodes: [], edges: [], places: new Map(), scale: 1, hovered: null, hoveredEdge: null, left: 0, fixed: true, crowded: false, heavy: false };

const linked = (node) => node.links.filter((edge) => edge.passes && !state.hidden.includes(other(edge, node).key));
const byWeight = (a, b) => b.now.total - a.now.total || a.id - b.id;
const neighbours = (node) => [...new Set(linked(node).toSorted(byWeight).map((edge) => other(edge, node)))].filter((next) => next !== node);

// The same forces as at build time, for views that only exist once a filter is set.
const arrange = (list, between) => {
  const total = list.length;
  const at = new Map(list.map((node, index) => [node, index]));
  const xs = [], ys = [], push = [], pulls = [];
  const mass = new Array(total).fill(1);
  for (const [a, b] of between) { mass[at.get(a)] += 1; mass[at.get(b)] += 1; }
  for (let i = 0; i < total; i += 1) {
    const turn = i * Math.PI * (3 - Math.sqrt(5)), far = Math.sqrt(i + 0.5);
    xs.push(far * Math.cos(turn)); ys.push(far * Math.sin(turn)); push.push(Math.sqrt(mass[i]));
  }
  for (const [a, b, weight] of between) pulls.push([at.get(a), at.get(b), (1 + Math.log1p(weight)) / (push[at.get(a)] * push[at.get(b)])]);
  const rounds = total > 80 ? 150 : 300;
  for (let step = 0; step < rounds; step += 1) {
    const fx = xs.map((x, i) => -0.05 * x * mass[i]), fy = ys.map((y, i) => -0.05 * y * mass[i]);
    for (let i = 0; i < total; i += 1)
      for (let j = i + 1; j < total; j += 1) {
        const dx = xs[i] - xs[j], dy = ys[i] - ys[j], force = (push[i] * push[j]) / (dx * dx + dy * dy + 0.01);
        fx[i] += dx * force; fy[i] += dy * force; fx[j] -= dx * force; fy[j] -= dy * force;
      }
    for (const [i, j, pull] of pulls) {
      const dx = (xs[i] - xs[j]) * pull, dy = (ys[i] - ys[j]) * pull;
      fx[i] -= dx; fy[i] -= dy; fx[j] += dx; fy[j] += dy;
    }
    const heat = 0.6 * (1 - step / rounds) + 0.01;
    for (let i = 0; i < total; i += 1) {
      const length = Math.hypot(fx[i], fy[i]) + 1e-9, move = Math.min(length * 0.1, heat) / length;
      xs[i] += fx[i] * move; ys[i] += fy[i] * move;
    }
  }
  const room = list.map(boxOf);
  const spread = (values) => Math.max(...values) - Math.min(...values);
  const grow = total < 2 ? 1 : Math.sqrt((4.4 * room.reduce((sum, box) => sum + box[0] * box[1], 0)) / Math.max(spread(xs) * spread(ys) * 1.15, 1e-9));
  const spots = list.map((node, i) => [xs[i] * 1.15 * grow, ys[i] * grow]);
  part(spots, room);
  return new Map(list.map((node, i) => [node, spots[i]]));
};

const boxOf = (node) => {
  const lines = wrap(node.text);
  return [Math.max(2 * radius(node), 7 * Math.max(...lines.map(size))) + 12, 2 * radius(node) + 15 * lines.length + 8];
};

// Move boxes apart until none overlaps.
const part = (spots, room) => {
  for (let round = 0; round < 120; round += 1) {
    let moved = false;
    for (let i = 0; i < spots.length; i += 1)
      for (let j = i + 1; j < spots.length; j += 1) {
        const dx = spots[j][0] - spots[i][0], dy = spots[j][1] - spots[i][1];
        const ox = (room[i][0] + room[j][0]) / 2 - Math.abs(dx), oy = (room[i][1] + room[j][1]) / 2 - Math.abs(dy);
        if (ox <= 0.01 || oy <= 0.01) continue;
        moved = true;
        const axis = ox < oy ? 0 : 1, step = (axis === 0 ? ox : oy) / 2 * ((axis === 0 ? dx : dy) < 0 ? -1 : 1);
        spots[i][axis] -= step; spots[j][axis] += step;
      }
    if (!moved) return;
  }
};

// New nodes fan out around the one that was opened, away from the middle, where there is room.
const fan = (centre, fresh, places) => {
  const [cx, cy] = places.get(centre);
  const start = Math.atan2(cy, cx || 1e-6);
  const taken = [...places.entries()].map(([node, [x, y]]) => [x, y, ...boxOf(node)]);
  let ring = 1, slot = 0;
  for (const node of fresh) {
    const [width, height] = boxOf(node);
    for (;;) {
      const far = 70 + 62 * ring, slots = Math.floor((2 * Math.PI * far) / 70);
      const turn = start + ((slot % 2 === 0 ? 1 : -1) * Math.ceil(slot / 2) * 2 * Math.PI) / slots;
      const x = cx + far * 1.2 * Math.cos(turn), y = cy + far * Math.sin(turn);
      slot += 1;
      if (slot >= slots) { slot = 0; ring += 1; }
      if (ring > 40 || taken.every(([ox, oy, ow, oh]) => Math.abs(x - ox) > (width + ow) / 2 || Math.abs(y - oy) > (height + oh) / 2)) {
        places.set(node, [x, y]);
        taken.push([x, y, width, height]);
        break;
      }
    }
  }
};

// One node in the middle, its neighbours around it in rings, those of one type side by side.
const circle = (centre, around, outside, places) => {
  places.set(centre, [0, 0]);
  const sorted = around.toSorted((a, b) => a.type - b.type || b.rank - a.rank || a.id - b.id);
  const perRing = 22, rings = Math.max(1, Math.ceil(sorted.length / perRing));
  sorted.forEach((node, index) => {
    const turn = -Math.PI / 2 + (index / sorted.length) * 2 * Math.PI;
    const far = Math.max(190, sorted.length < 8 ? 170 : 0) + (index % rings) * 92;
    places.set(node, [far * 1.15 * Math.cos(turn), far * Math.sin(turn)]);
  });
  const spots = [centre, ...sorted];
  const at = spots.map((node) => places.get(node));
  part(at, spots.map(boxOf));
  const [mx, my] = at[0];
  spots.forEach((node, index) => places.set(node, [at[index][0] - mx, at[index][1] - my]));
  for (const [node, more] of outside) fan(node, more, places);
};

const choose = () => {
  const places = new Map();
  const shown = (node) => isTypeShown(node) && !state.hidden.includes(node.key);
  const ends = new Set();
  for (const edge of edges) if (edge.passes) { ends.add(edge.from); ends.add(edge.to); }
  const fits = (node) => shown(node) && (!isFiltered() || ends.has(node.id) || node.links.length === 0);
  view.left = 0;
  if (state.mode === "focus") {
    const centre = byKey.get(state.focus);
    const all = neighbours(centre), around = all.slice(0, MAX_RING);
    view.left = all.length - around.length;
    const seen = new Set([centre, ...around]);
    const outside = [];
    if (state.hops === 2) {
      let room = MAX_SECOND;
      for (const node of around) {
        const more = neighbours(node).filter((next) => !seen.has(next)).slice(0, Math.min(6, room));
        for (const next of more) seen.add(next);
        room -= more.length;
        if (more.length > 0) outside.push([node, more]);
      }
    }
    circle(centre, around, outside, places);
  } else if (state.mode === "path") {
    const way = shortest(byKey.get(state.ends[0]), byKey.get(state.ends[1]));
    way.forEach((node, index) => places.set(node, [index * 210, index % 2 === 0 ? 0 : 46]));
  } else if (state.mode === "all") {
    const all = nodes.filter(fits);
    for (const node of all.slice(0, rest.drawn)) {
      if (node.x === undefined) places.set(node, null);
      else places.set(node, [node.x, node.y]);
    }
    view.left = Math.max(0, all.length - rest.drawn);
    settle(places);
  } else if (isFiltered()) {
    const picked = nodes.filter(fits).slice(0, OVERVIEW);
    view.left = nodes.filter(fits).length - picked.length;
    for (const [node, spot] of arrange(picked, between(picked))) places.set(node, spot);
  } else {
    for (const node of nodes) if (node.near && shown(node)) places.set(node, node.near);
    view.left = nodes.filter(shown).length - places.size;
  }
  for (const key of state.open) {
    const centre = byKey.get(key);
    if (!places.has(centre)) continue;
    const fresh = neighbours(centre).filter((node) => !places.has(node) && isTypeShown(node));
    fan(centre, fresh.slice(0, Math.max(0, rest.drawn - places.size)), places);
    view.left = Math.max(0, view.left - fresh.length);
  }
  const target = chosenOf(state.chosen);
  if (target !== null) {
    // A link may point at what this view leaves out: it is drawn beside what it touches.
    const wanted = target.node ? [target.node] : [nodes[target.edge.from], nodes[target.edge.to]];
    for (const node of wanted.filter((each) => !places.has(each) && !state.hidden.includes(each.key))) {
      const anchor = node.links.map((edge) => other(edge, node)).find((each) => places.has(each));
      if (anchor === undefined) places.set(node, [0, Math.max(0, ...[...places.values()].map((spot) => spot[1])) + 90]);
      else fan(anchor, [node], places);
    }
  }
  return places;
};

// Nodes that have no place of their own go in rows below the others.
const settle = (places) => {
  const without = [...places.keys()].filter((node) => places.get(node) === null);
  const bottom = Math.max(0, ...[...places.values()].filter(Boolean).map((spot) => spot[1])) + 80;
  without.forEach((node, index) => places.set(node, [(index % 24) * 90 - 1080, bottom + Math.floor(index / 24) * 60]));
};

const between = (list) => {
  const inside = new Set(list.map((node) => node.id));
  const weights = new Map();
  for (const edge of edges) {
    if (!edge.passes || edge.from === edge.to || !inside.has(edge.from) || !inside.has(edge.to)) continue;
    const key = edge.from < edge.to ? `${edge.from} ${edge.to}` : `${edge.to} ${edge.from}`;
    weights.set(key, (weights.get(key) || 0) + edge.now.total);
  }
  return [...weights].map(([key, weight]) => [...key.split(" ").map((id) => nodes[id]), weight]);
};

const visNodes = new vis.DataSet();
const visEdges = new vis.DataSet();
let network = null;

const screenRadius = (node) => radius(node) * (view.scale < 1 ? view.scale ** -0.45 : 1);
const lit = { nodes: null, edges: null };
const light = () => {
  const target = chosenOf(state.chosen);
  lit.nodes = null;
  lit.edges = null;
  if (target === null) return;
  if (target.edge) {
    lit.nodes = new Set([target.edge.from, target.edge.to]);
    lit.edges = new Set([target.edge.id]);
  } else {
    const touching = target.node.links.filter((edge) => edge.passes);
    lit.edges = new Set(touching.map((edge) => edge.id));
    lit.nodes = new Set([target.node.id, ...touching.map((edge) => other(edge, target.node).id)]);
  }
};

const renderNode = ({ ctx, id, x, y }) => {
  const node = nodes[id];
  const far = screenRadius(node);
  return {
    drawNode() {
      const ink = inks();
      const target = chosenOf(state.chosen);
      ctx.globalAlpha = lit.nodes === null || lit.nodes.has(id) ? 1 : 0.22;
      ctx.translate(x, y);
      ctx.scale(far, far);
      const path = PATHS[types[node.type].shape] || PATHS.dot;
      ctx.lineWidth = 3 / (far * view.scale);
      ctx.strokeStyle = ink.rim;
      ctx.stroke(path);
      ctx.fillStyle = nodeColour(node);
      ctx.fill(path, "evenodd");
      if ((target && target.node === node) || view.hovered === id || state.focus === node.key) {
        ctx.lineWidth = 2 / (far * view.scale);
        ctx.strokeStyle = ink.ink;
        ctx.stroke(path);
      }
    },
    nodeDimensions: { width: far * 2.2, height: far * 2.2 },
  };
};

const edgeLook = (edge) => {
  const ink = inks();
  const mark = edge.now.mark;
  const off = lit.edges !== null && !lit.edges.has(edge.id);
  const strong = lit.edges !== null && !off;
  const colour = mark === "denied" ? ink.no : mark === "disputed" ? ink.split : mark === "lacking" ? ink.lacking : strong ? ink.strong : ink.line;
  const crowd = strong || !view.crowded ? 0.9 : view.places.size > 400 ? (mark === "" ? 0.28 : 0.6) : mark === "" ? 0.62 : 0.9;
  return {
    color: { color: colour, hover: colour, highlight: colour, opacity: off ? 0.07 : crowd },
    dashes: edge.now.hedged ? [6, 5] : mark === "lacking" ? [2, 4] : false,
    width: Math.min(5, 0.9 + 0.55 * Math.log2(edge.now.total || 1)) + (strong ? 0.8 : 0),
  };
};

const redraw = ({ fit = false } = {}) => {
  refilter();
  view.places = choose();
  // vis draws while its data change, so nothing of ours may be drawn before all of it is there.
  view.nodes = [];
  view.edges = [];
  const shown = [...view.places.keys()].sort((a, b) => a.id - b.id);
  const inside = new Set(shown.map((node) => node.id));
  let lines = edges.filter((edge) => edge.passes && inside.has(edge.from) && inside.has(edge.to));
  if (state.mode === "focus" && lines.length > 160) {
    const centre = byKey.get(state.focus).id;
    lines = lines.filter((edge) => edge.from === centre || edge.to === centre);
  }
  view.crowded = lines.length > 120;
  light();
  const pairs = new Map();
  const items = lines.map((edge) => {
    const pair = edge.from < edge.to ? `${edge.from} ${edge.to}` : `${edge.to} ${edge.from}`;
    const turn = pairs.get(pair) || 0;
    pairs.set(pair, turn + 1);
    return { edge, pair, turn };
  });
  visEdges.clear();
  visNodes.clear();
  visNodes.add(shown.map((node) => {
    const [x, y] = view.places.get(node);
    return { id: node.id, x, y, shape: "custom", ctxRenderer: renderNode, size: radius(node), mass: 1 + Math.log2(1 + node.degree) };
  }));
  visEdges.add(items.map(({ edge, pair, turn }) => ({
    id: edge.id, from: edge.from, to: edge.to,
    arrows: { to: { enabled: true, scaleFactor: 0.42, type: "arrow" } },
    smooth: pairs.get(pair) > 1 ? { enabled: true, type: "curvedCW", roundness: 0.12 + 0.1 * Math.floor(turn / 2) + (turn > 1 ? 0.04 : 0) } : false,
    ...edgeLook(edge),
  })));
  view.nodes = shown;
  view.edges = lines;
  const isHeavy = view.edges.length > 700;
  if (isHeavy !== view.heavy) network.setOptions({ interaction: { hideEdgesOnDrag: isHeavy, hideEdgesOnZoom: isHeavy } });
  view.heavy = isHeavy;
  if (fit) frame();
};

const recolour = () => {
  light();
  visEdges.update(view.edges.map((edge) => ({ id: edge.id, ...edgeLook(edge) })));
  network.redraw();
};

// The whole view in the window, labels included.
const frame = (animated = false) => {
  const host = byId("canvas");
  const spots = view.nodes.map((node) => network.getPosition(node.id));
  if (spots.length === 0 || host.clientWidth === 0) return;
  const xs = spots.map((spot) => spot.x), ys = spots.map((spot) => spot.y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  // Room for the labels at the rim, the bar above and the key below, in pixels of the screen.
  const side = host.clientWidth < 480 ? 50 : 82;
  const [above, below] = [document.querySelector(".bar").offsetHeight + 48, byId("key").offsetHeight + 56];
  const scale = Math.max(0.02, Math.min(1.3, (host.clientWidth - 2 * side) / Math.max(1, right - left), (host.clientHeight - above - below) / Math.max(1, bottom - top)));
  const down = (above - below) / 2 / scale;
  network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 - down }, scale, animation: animated ? { duration: 250 } : false });
};

// Labels are set after all else, in the pixels of the screen: the important ones first, none over another.
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const measured = new Map();
const widthOf = (ctx, text, font) => {
  const key = `${font}\u0000${text}`;
  if (!measured.has(key)) { ctx.font = font; measured.set(key, ctx.measureText(text).width); }
  return measured.get(key);
};
const MAIN_RANK = 0.35;
// These many have their names set before all else, and set even where there is no room.
const MAX_MAIN = 12;

const annotate = (ctx) => {
  const host = byId("canvas");
  const canvas = ctx.canvas;
  const ratio = canvas.width / Math.max(1, canvas.clientWidth);
  const ink = inks();
  const target = chosenOf(state.chosen);
  view.scale = network.getScale();
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const taken = new Cells();
  const spots = new Map();
  for (const node of view.nodes) {
    const spot = network.canvasToDOM(network.getPosition(node.id));
    const far = screenRadius(node) * view.scale;
    spots.set(node, [spot.x, spot.y, far]);
    if (view.nodes.length < 250 || far > 4) taken.add([spot.x - far, spot.y - far, spot.x + far, spot.y + far]);
  }
  const first = (node) =>
    (target && target.node === node) || view.hovered === node.id || state.focus === node.key ? 2 : lit.nodes !== null && lit.nodes.has(node.id) ? 1 : 0;
  const label = (node) => {
    const [x, y, far] = spots.get(node);
    if (x < -80 || y < -40 || x > host.clientWidth + 80 || y > host.clientHeight + 40) return;
    const strong = first(node), isMain = node.rank > MAIN_RANK;
    if (far < 2.2 && strong === 0) return;
    const pixels = strong === 2 ? 14 : isMain ? 13.5 : 12;
    const font = `${strong === 2 || isMain ? 600 : 450} ${pixels}px ${FONT}`;
    const lines = strong === 2 && size(node.text) > 36 ? [node.text.slice(0, 90)] : wrap(node.text);
    const width = Math.max(...lines.map((line) => widthOf(ctx, line, font))), height = lines.length * (pixels + 2);
    const near = 0.7 * far + 3;
    const choices = [
      [x - width / 2, y + far + 4, "center"], [x + far + 5, y - height / 2, "left"], [x - far - 5 - width, y - height / 2, "right"], [x - width / 2, y - far - 4 - height, "center"],
      [x + near, y + near, "left"], [x - near - width, y + near, "right"], [x + near, y - near - height, "left"], [x - near - width, y - near - height, "right"],
    ];
    const room = ([left, top]) => [left - 2, top - 1, left + width + 2, top + height + 1];
    const inside = choices.filter(([left]) => left > 2 && left + width < host.clientWidth - 2);
    const fit = inside.find((each) => taken.isFree(room(each)));
    if (fit === undefined && !early.has(node)) return;
    const best = fit || taken.freest(inside.length > 0 ? inside : choices, room);
    const [left, top, align] = best;
    taken.add(room(best));
    ctx.globalAlpha = lit.nodes === null || strong > 0 ? 1 : 0.3;
    ctx.font = font;
    ctx.strokeStyle = ink.halo;
    ctx.fillStyle = ink.ink;
    ctx.lineWidth = 4;
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.textAlign = align;
    const anchor = align === "left" ? left : align === "right" ? left + width : left + width / 2;
    lines.forEach((line, index) => {
      const base = top + (index + 0.5) * (pixels + 2);
      ctx.strokeText(line, anchor, base);
      ctx.fillText(line, anchor, base);
    });
  };
  const order = view.nodes.toSorted((a, b) => first(b) - first(a) || b.rank - a.rank || a.id - b.id);
  const isEarly = (node) => first(node) === 2 || (lit.nodes === null ? node.rank > MAIN_RANK : first(node) === 1 && (target.edge !== undefined || node.rank > MAIN_RANK));
  const early = new Set(order.filter(isEarly).slice(0, MAX_MAIN));
  early.forEach(label);
  const marked_ = marks(ctx, taken, ink);
  order.filter((node) => !early.has(node)).forEach(label);
  edgeLabels(ctx, taken, ink, marked_);
  ctx.restore();
};

// Places on a line for what is written on it, the middle first.
const ALONG = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];
const along = (edge) => {
  const drawn = network.body.edges[edge.id];
  if (drawn === undefined || !drawn.connected || edge.from === edge.to) return [];
  return ALONG.map((part_) => network.canvasToDOM(drawn.edgeType.getPoint(part_)));
};

// Denied: a struck ring. Disputed: unequal. Evidence lacking: a question mark.
const SIGNS = { denied: "✕", disputed: "≠", lacking: "?" };
const marks = (ctx, taken, ink) => {
  const found = new Map();
  if (view.edges.length > 1500) return found;
  for (const edge of view.edges) {
    if (edge.now.mark === "") continue;
    const places = along(edge);
    if (places.length === 0) continue;
    const off = lit.edges !== null && !lit.edges.has(edge.id);
    const far = Math.max(4, Math.min(8, 8 * view.scale ** 0.5));
    const room = (spot) => [spot.x - far, spot.y - far, spot.x + far, spot.y + far];
    const spot = taken.freest(places, room);
    const colour = edge.now.mark === "denied" ? ink.no : edge.now.mark === "disputed" ? ink.split : ink.lacking;
    found.set(edge.id, spot);
    ctx.globalAlpha = off ? 0.15 : 1;
    ctx.beginPath();
    ctx.arc(spot.x, spot.y, far, 0, 2 * Math.PI);
    ctx.fillStyle = ink.ground;
    ctx.fill();
    ctx.lineWidth = 1.6;
    ctx.strokeStyle = colour;
    ctx.stroke();
    ctx.fillStyle = colour;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.font = `700 ${far * 1.5}px ${FONT}`;
    ctx.fillText(SIGNS[edge.now.mark], spot.x, spot.y + 0.5);
    if (!off) taken.add(room(spot));
  }
  return found;
};

const edgeLabels = (ctx, taken, ink, marked_) => {
  const centre = state.mode === "focus" && view.nodes.length < 40 ? byKey.get(state.focus).id : -1;
  const near = view.edges.filter((edge) => view.hoveredEdge === edge.id || (lit.edges !== null
    ? lit.edges.has(edge.id)
    : view.scale > 1.4 || state.mode === "path" || edge.from === centre || edge.to === centre));
  ctx.globalAlpha = 1;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  const font = `450 11px ${FONT}`;
  for (const edge of near.slice(0, 400)) {
    const text = edge.now.total > 1 ? `${preds[edge.p].label} · ${edge.now.total}` : preds[edge.p].label;
    const width = widthOf(ctx, text, font);
    const mark = marked_.get(edge.id);
    const places = mark === undefined ? along(edge) : [{ x: mark.x, y: mark.y + 15 }, { x: mark.x, y: mark.y - 15 }];
    const room = ({ x, y }) => [x - width / 2 - 3, y - 7, x + width / 2 + 3, y + 7];
    const spot = places.find((each) => taken.isFree(room(each))) || (view.hoveredEdge === edge.id ? places[0] : undefined);
    if (spot === undefined) continue;
    taken.add(room(spot));
    ctx.font = font;
    ctx.strokeStyle = ink.halo;
    ctx.lineWidth = 4;
    ctx.fillStyle = ink.strong;
    ctx.strokeText(text, spot.x, spot.y);
    ctx.fillText(text, spot.x, spot.y);
  }
};

// Rectangles by cells of the screen, so that thousands are looked up fast.
class Cells {
  constructor() { this.cells = new Map(); }
  * keys([left, top, right, bottom]) {
    for (let x = Math.floor(left / 64); x <= Math.floor(right / 64); x += 1)
      for (let y = Math.floor(top / 64); y <= Math.floor(bottom / 64); y += 1) yield x * 4096 + y;
  }
  add(box) {
    for (const key of this.keys(box)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(box);
    }
  }
  // How much of a rectangle is covered, in square pixels.
  covered(box) {
    const met = new Set();
    let sum = 0;
    for (const key of this.keys(box))
      for (const each of this.cells.get(key) || []) {
        const wide = Math.min(each[2], box[2]) - Math.max(each[0], box[0]), high = Math.min(each[3], box[3]) - Math.max(each[1], box[1]);
        if (wide > 0 && high > 0 && !met.has(each)) { met.add(each); sum += wide * high; }
      }
    return sum;
  }
  isFree(box) { return this.covered(box) === 0; }
  // The first of the places that is covered least.
  freest(places, room) {
    let best = places[0], least = Infinity;
    for (const place of places) {
      const sum = this.covered(room(place));
      if (sum < least) { best = place; least = sum; }
      if (sum === 0) break;
    }
    return best;
  }
}
