// The reader acts, the state changes, the page follows.
const remember = () => {
  const text = write(state);
  try {
    history.replaceState(null, "", text === "" ? location.pathname + location.search : `#${text}`);
  } catch (error) {
    // A page inside a sandbox has no address of its own.
    if (error.name !== "SecurityError") throw error;
  }
};

const LIGHT_CHANGES = new Set(["chosen", "colour"]);
const act = (change, { fit = false, undone = false } = {}) => {
  if (!undone) {
    history_.push(JSON.stringify(state));
    if (history_.length > MAX_UNDO) history_.shift();
  }
  const before = state;
  state = { ...state, ...change };
  const changed = Object.keys(state).filter((name) => JSON.stringify(state[name]) !== JSON.stringify(before[name]));
  const target = chosenOf(state.chosen);
  const isMissing = target !== null && (target.node ? [target.node] : [nodes[target.edge.from], nodes[target.edge.to]]).some((node) => !view.places.has(node));
  if (changed.some((name) => !LIGHT_CHANGES.has(name)) || isMissing) redraw({ fit: fit || changed.includes("mode") || changed.includes("focus") });
  else recolour();
  follow(changed);
};

const follow = (changed) => {
  remember();
  showPanel();
  if (changed.some((name) => name !== "chosen")) showFilters();
  if (table.open) showTable();
  byId("undo").disabled = history_.length === 0;
  for (const mode of ["overview", "all", "path"]) byId(`mode-${mode}`).setAttribute("aria-pressed", String(state.mode === mode));
  byId("mode-focus").hidden = state.mode !== "focus";
  if (state.mode === "focus") {
    byId("focus-name").textContent = `Around ${byKey.get(state.focus).text}`;
    byId("hops").value = String(state.hops);
  }
  const total = view.nodes.length + view.left;
  byId("shown").textContent = view.left > 0
    ? `${grouped(view.nodes.length)} of ${count(total, "entity", "entities")} drawn. Search, or double click to expand.`
    : `${count(view.nodes.length, "entity", "entities")}, ${count(view.edges.length, "relation", "relations")} drawn.`;
  const target = chosenOf(state.chosen);
  if (changed.includes("chosen")) reveal(target);
  if (changed.includes("chosen") && target !== null)
    say(target.node
      ? `${target.node.text}, ${types[target.node.type].label}, ${count(target.node.links.filter((edge) => edge.passes).length, "relation", "relations")}`
      : `${nodes[target.edge.from].text} ${preds[target.edge.p].label} ${nodes[target.edge.to].text}: ${summary(target.edge.now, preds[target.edge.p])}`);
  else if (changed.length > 0) say(byId("shown").textContent);
};

// In a narrow window the evidence covers the right of the picture, on a phone its lower half: what was chosen moves out of the way.
const reveal = (target) => {
  const host = byId("canvas");
  if (target === null || !matchMedia("(max-width: 900px)").matches) return;
  const isPhone = matchMedia("(max-width: 559px)").matches;
  const ends = (target.node ? [target.node] : [nodes[target.edge.from], nodes[target.edge.to]]).filter((node) => view.places.has(node)).map((node) => network.getPosition(node.id));
  if (ends.length === 0) return;
  const mid = (axis) => ends.reduce((sum, spot) => sum + spot[axis], 0) / ends.length;
  const span = Math.max(...ends.map((spot) => Math.hypot(spot.x - mid("x"), spot.y - mid("y")) * 2), 1);
  const scale = Math.max(0.3, Math.min(1, (isPhone ? host.clientHeight * 0.28 : host.clientWidth - byId("panel").offsetWidth - 90) / span));
  host.dataset.touched = "yes";
  network.moveTo({ position: { x: mid("x"), y: mid("y") }, scale, offset: isPhone ? { x: 0, y: -host.clientHeight * 0.24 } : { x: -byId("panel").offsetWidth / 2, y: 0 }, animation: false });
};

const undo = () => {
  const before = history_.pop();
  if (before !== undefined) act(JSON.parse(before), { undone: true, fit: true });
};

const show = (node) => {
  if (!view.places.has(node)) return;
  const spot = network.getPosition(node.id);
  const host = byId("canvas");
  const dom = network.canvasToDOM(spot);
  const inside = dom.x > 60 && dom.y > 60 && dom.x < host.clientWidth - 60 && dom.y < host.clientHeight - 60;
  if (!inside || view.scale < 0.5) network.moveTo({ position: spot, scale: Math.max(0.8, view.scale), animation: false });
};

const open_ = (node) => {
  act({ open: state.open.includes(node.key) ? state.open.filter((key) => key !== node.key) : [...state.open, node.key], chosen: `n:${node.key}` }, { fit: true });
};

const showPathForm = (from = "") => {
  byId("path-form").hidden = false;
  byId("path-from").value = from;
  byId(from === "" ? "path-from" : "path-to").focus();
  if (byId("names").childElementCount === 0) byId("names").append(...nodes.slice(0, 2000).map((node) => make("option", { value: node.text })));
};
const startPath = (node) => showPathForm(node.text);
const findPath = () => {
  const [from, to] = [named(byId("path-from").value), named(byId("path-to").value)];
  const note = byId("path-note");
  if (from === null || to === null) { note.textContent = "No entity by that name."; return; }
  if (from === to) { note.textContent = "Choose two entities."; return; }
  const way = shortest(from, to);
  if (way.length === 0) { note.textContent = "No path through what the filters let pass."; return; }
  note.textContent = `${count(way.length - 1, "step", "steps")}: ${way.map((node) => node.text).join(" – ")}`;
  act({ mode: "path", ends: [from.key, to.key], chosen: "", open: [] }, { fit: true });
};

const setTheme = (name) => {
  document.documentElement.dataset.theme = name;
  byId("theme").setAttribute("aria-pressed", String(name === "dark"));
  if (network !== null) { recolour(); showFilters(); showPanel(); showKey(); }
};

const step = (by) => {
  const list = view.nodes;
  if (list.length === 0) return;
  const target = chosenOf(state.chosen);
  const at = target && target.node ? list.indexOf(target.node) : -1;
  const node = list[(at + by + list.length + (at < 0 && by < 0 ? 1 : 0)) % list.length];
  act({ chosen: `n:${node.key}` });
  show(node);
};
let tour = null;
const stepEdge = () => {
  const target = chosenOf(state.chosen);
  if (target === null) return;
  if (target.node) tour = target.node;
  if (tour === null) tour = nodes[target.edge.from];
  const list = tour.links.filter((edge) => edge.passes && view.edges.includes(edge)).toSorted(byWeight);
  if (list.length === 0) return;
  const at = target.edge ? list.indexOf(target.edge) : -1;
  act({ chosen: `e:${list[(at + 1) % list.length].key}` });
};
const pan = (dx, dy) => {
  const spot = network.getViewPosition();
  network.moveTo({ position: { x: spot.x + dx / view.scale, y: spot.y + dy / view.scale }, animation: false });
};
const zoom = (by) => network.moveTo({ scale: Math.max(0.05, Math.min(6, network.getScale() * by)), animation: false });
const chosenNode = () => { const target = chosenOf(state.chosen); return target && target.node ? target.node : null; };

const PRESSED = {
  n: () => step(1), p: () => step(-1), e: stepEdge, u: undo, t: () => { table.open = !table.open; showTable(); if (table.open) byId("table").focus(); },
  "/": () => byId("search").focus(), "?": showHelp, o: () => act({ mode: "overview", open: [], focus: "" }, { fit: true }),
  f: () => { const node = chosenNode(); if (node) act({ mode: "focus", focus: node.key, open: [] }, { fit: true }); },
  h: () => { const node = chosenNode(); if (node && state.focus !== node.key) act({ hidden: [...state.hidden, node.key], chosen: "" }); },
  Escape: () => { if (state.chosen !== "") act({ chosen: "" }); },
};
const ON_CANVAS = {
  ArrowLeft: () => pan(-60, 0), ArrowRight: () => pan(60, 0), ArrowUp: () => pan(0, -60), ArrowDown: () => pan(0, 60),
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => frame(true),
  Enter: () => { const node = chosenNode(); if (node) open_(node); },
};
const isTyping = (element) => ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);

const listen = () => {
  const on = (id, type, action) => byId(id).addEventListener(type, action);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const action = PRESSED[event.key] || (byId("canvas").contains(event.target) ? ON_CANVAS[event.key] : undefined);
    if (action !== undefined) { action(); event.preventDefault(); }
  });
  on("undo", "click", undo);
  on("table-toggle", "click", () => { table.open = !table.open; showTable(); if (table.open) byId("table").focus(); });
  on("theme", "click", () => setTheme(theme() === "dark" ? "light" : "dark"));
  on("help", "click", showHelp);
  on("zoom-in", "click", () => zoom(1.25));
  on("zoom-out", "click", () => zoom(0.8));
  on("zoom-fit", "click", () => frame(true));
  on("mode-overview", "click", () => { byId("path-form").hidden = true; act({ mode: "overview", open: [], focus: "" }, { fit: true }); });
  on("mode-all", "click", () => { byId("path-form").hidden = true; act({ mode: "all", open: [], focus: "" }, { fit: true }); });
  on("mode-path", "click", () => { if (byId("path-form").hidden) showPathForm(); else byId("path-form").hidden = true; });
  on("hops", "change", (event) => act({ hops: Number(event.target.value) }, { fit: true }));
  on("path-form", "submit", (event) => { event.preventDefault(); findPath(); });
  on("filters-toggle", "click", () => {
    const isOpen = byId("filters").classList.toggle("open");
    byId("filters-toggle").setAttribute("aria-expanded", String(isOpen));
  });
  const menu = (isOpen) => { byId("export-list").hidden = !isOpen; byId("export").setAttribute("aria-expanded", String(isOpen)); };
  on("export", "click", () => menu(byId("export-list").hidden));
  document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) menu(false); });
  for (const button of document.querySelectorAll("[data-export]"))
    button.addEventListener("click", () => { menu(false); EXPORTS[button.dataset.export](); });
  window.addEventListener("hashchange", () => act(parse(location.hash), { fit: true }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => setTheme(event.matches ? "dark" : "light"));
};

// A word beside the pointer: what is under it.
const tip = (text, pointer) => {
  const element = byId("tip");
  element.hidden = text === "";
  element.textContent = text;
  if (text === "") return;
  const host = byId("canvas");
  element.style.setProperty("left", `${Math.min(pointer.x + 14, host.clientWidth - element.offsetWidth - 8)}px`);
  element.style.setProperty("top", `${Math.min(pointer.y + host.offsetTop + 14, host.offsetTop + host.clientHeight - element.offsetHeight - 8)}px`);
};

const draw = () => {
  const host = byId("canvas");
  network = new vis.Network(host, { nodes: visNodes, edges: visEdges }, read("data-options"));
  network.on("afterDrawing", annotate);
  network.on("beforeDrawing", () => { view.scale = network.getScale(); });
  network.on("click", ({ nodes: [id], edges: [line_] }) => {
    host.focus({ preventScroll: true });
    if (id !== undefined) act({ chosen: `n:${nodes[id].key}` });
    else if (line_ !== undefined) act({ chosen: `e:${edges[line_].key}` });
    else if (state.chosen !== "") act({ chosen: "" });
  });
  network.on("doubleClick", ({ nodes: [id] }) => { if (id !== undefined) open_(nodes[id]); });
  network.on("hoverNode", ({ node, pointer }) => {
    view.hovered = node;
    tip(`${nodes[node].text}: ${types[nodes[node].type].label}, ${count(nodes[node].degree, "neighbour", "neighbours")}, ${count(nodes[node].claims, "claim", "claims")}`, pointer.DOM);
  });
  network.on("blurNode", () => { view.hovered = null; tip(""); });
  network.on("hoverEdge", ({ edge, pointer }) => {
    view.hoveredEdge = edge;
    const found = edges[edge];
    tip(`${nodes[found.from].text} ${preds[found.p].label} ${nodes[found.to].text}: ${summary(found.now, preds[found.p])}`, pointer.DOM);
    network.redraw();
  });
  network.on("blurEdge", () => { view.hoveredEdge = null; tip(""); });
  network.on("dragStart", () => tip(""));
  new ResizeObserver(() => { if (!host.dataset.touched) frame(); }).observe(host);
  for (const type of ["wheel", "pointerdown"]) host.addEventListener(type, () => { host.dataset.touched = "yes"; }, { passive: true });
};

const tellTotals = () => {
  const { nodes: allNodes, edges: allEdges, claims: allClaims } = rest.totals;
  byId("totals").textContent = `${count(allNodes, "entity", "entities")} · ${count(allEdges, "relation", "relations")} · ${count(allClaims, "claim", "claims")} · ${count(rest.documents, "document", "documents")}`;
  const left = [];
  if (allNodes > nodes.length) left.push(`${grouped(nodes.length)} of ${grouped(allNodes)} entities`);
  if (allEdges > edges.length) left.push(`${grouped(edges.length)} of ${grouped(allEdges)} relations`);
  if (allClaims > claims.length) left.push(`the sentences of ${grouped(claims.length)} of ${grouped(allClaims)} claims`);
  if (left.length > 0) byId("left-out").textContent = ` This file carries ${left.join(", ")}; claims.jsonl has all.`;
};

setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
draw();
state = parse(location.hash);
tellTotals();
redraw({ fit: true });
follow(Object.keys(state));
showFilters();
showKey();
startSearch();
listen();
if (typeof startAsking === "function") startAsking();
requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.dataset.ready = String(Math.round(performance.now())); }));
