// Search, filters, tools.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let names = null;
const MAX_SUGGESTIONS = 9;

// Every label and name, folded; the nodes come by importance, so the first hits are the main ones.
const index = () => {
  names ||= nodes.map((node) => [node, [node.text, ...(node.names || []).map(clean), node.key]].map((part) => (Array.isArray(part) ? part.map((name) => [folded(name), name]) : part)));
  return names;
};
const suggest = (text) => {
  const wanted = folded(text.trim());
  if (wanted === "") return [];
  const found = [];
  for (const [node, known] of index()) {
    let best = null;
    for (const [plain, name] of known) {
      const at = plain.indexOf(wanted);
      if (at < 0) continue;
      const score = plain === wanted ? 0 : at === 0 ? 1 : /[\s\-(]/.test(plain[at - 1]) ? 2 : 3;
      if (best === null || score < best[0]) best = [score, node, name];
    }
    if (best !== null) found.push(best);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1].id - b[1].id).slice(0, MAX_SUGGESTIONS);
};
const named = (text) => { const hit = suggest(text)[0]; return hit === undefined ? null : hit[1]; };

const startSearch = () => {
  const input = byId("search"), list = byId("suggestions");
  let hits = [], at = -1;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const take = (node) => {
    close();
    input.value = "";
    act({ chosen: `n:${node.key}`, hidden: state.hidden.filter((key) => key !== node.key) });
    show(node);
    byId("canvas").focus({ preventScroll: true });
  };
  const show_ = () => {
    hits = suggest(input.value);
    at = hits.length > 0 ? 0 : -1;
    list.replaceChildren(...hits.map(([, node, name], place) => make("li", { role: "option", id: `hit-${place}`, "aria-selected": String(place === at), onmousedown: (event) => { event.preventDefault(); take(node); } },
      icon(types[node.type], 13), make("bdi", {}, node.text), name === node.text ? null : make("bdi", { class: "alias" }, name), make("span", { class: "number" }, String(node.claims)))));
    if (hits.length === 0 && input.value.trim() !== "") list.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "none" }, "Nothing by that name"));
    list.hidden = input.value.trim() === "";
    input.setAttribute("aria-expanded", String(!list.hidden));
    point();
  };
  const point = () => {
    [...list.children].forEach((child, place) => child.setAttribute("aria-selected", String(place === at)));
    if (at >= 0) input.setAttribute("aria-activedescendant", `hit-${at}`);
  };
  input.addEventListener("input", show_);
  input.addEventListener("focus", () => { if (input.value !== "") show_(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = hits.length === 0 ? -1 : (at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
      point();
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) take(hits[at][1]);
    else if (event.key === "Escape") { input.value = ""; close(); byId("canvas").focus(); }
  });
};

const toggle = (list, value) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value].sort());
const choice = (name, value, label, tally, sample = null) =>
  make("li", {}, make("button", { class: "choice", "data-filter": name, "data-value": value, "aria-pressed": String(!state[name].includes(value)),
    onclick: () => act({ [name]: toggle(state[name], value) }, { fit: true }),
    ondblclick: () => act({ [name]: everyValue(name).filter((each) => each !== value).sort() }, { fit: true }) },
  sample, make("bdi", { class: "what" }, label), make("span", { class: "number" }, grouped(tally))));
const everyValue = (name) => ({ types: types.map((t) => t.id), preds: preds.map((p) => p.id), bases: BASES, stances: STANCES.map((s) => s[0]) })[name];

const tallies = () => {
  const found = { types: new Map(), preds: new Map(), bases: new Map(), stances: new Map(), certainty: new Map() };
  const add = (name, key, number) => found[name].set(key, (found[name].get(key) || 0) + number);
  for (const node of nodes) add("types", types[node.type].id, 1);
  for (const edge of edges) {
    add("preds", preds[edge.p].id, edge.total);
    for (const [, certainty, basis, stance, number] of edge.counts) { add("bases", basis, number); add("stances", stance, number); add("certainty", certainty, number); }
  }
  return found;
};
let tally = null;

const pick = (id, label, options, value, change) => make("label", { class: "pick", for: id }, make("span", {}, label),
  make("select", { id, onchange: (event) => change(event.target.value) }, options.map(([key, text]) => make("option", { value: key, selected: key === value }, text))));

const showFilters = () => {
  const host = byId("filters");
  const focused = document.activeElement && host.contains(document.activeElement) ? document.activeElement : null;
  const key = focused === null ? "" : focused.id ? `#${CSS.escape(focused.id)}` : `[data-filter="${focused.dataset.filter}"][data-value="${CSS.escape(focused.dataset.value || "")}"]`;
  const scrolled = host.scrollTop;
  const opened = new Set([...host.querySelectorAll("details[open]")].map((each) => each.dataset.name));
  tally ||= tallies();
  const block = (name, title, ...body) => make("details", { "data-name": name, open: host.childElementCount === 0 ? ["types", "preds"].includes(name) : opened.has(name) }, make("summary", {}, title), body);
  const present = (name, values) => values.filter(([value]) => tally[name].has(value));
  const list = (name, values) => make("ul", { class: "choices" }, present(name, values).map(([value, label, sample]) => choice(name, value, label, tally[name].get(value), sample)));
  host.replaceChildren(
    make("div", { class: "filters-head" }, make("h2", {}, "Legend and filters"),
      make("button", { id: "reset", disabled: !isFiltered() && state.hidden.length === 0, onclick: () => act({ types: [], preds: [], bases: [], stances: [], certainty: "", doc: "", least: 1, hidden: [] }, { fit: true }) }, "Reset")),
    block("types", "Entities", list("types", types.map((type) => [type.id, type.label, icon(type)]))),
    block("preds", "Relations", list("preds", preds.map((pred) => [pred.id, pred.label, null]))),
    block("stances", "What is said", list("stances", STANCES.map(([value, label]) => [value, label, null])),
      pick("certainty", "Certainty", [["", "asserted and hedged"], ["asserted", "asserted only"], ["hedged", "hedged only"]], state.certainty, (certainty) => act({ certainty }, { fit: true }))),
    block("bases", "On what ground", list("bases", BASES.map((base) => [base, basisWords(base), null]))),
    block("where", "Documents and number",
      pick("doc", "Document", [["", `all ${grouped(docs.length)}`], ...docs.map((doc) => [doc.id, docName(doc).slice(0, 80)])], state.doc, (doc) => act({ doc }, { fit: true })),
      make("label", { class: "pick", for: "least" }, make("span", {}, "At least this many claims"), make("input", { id: "least", type: "number", min: "1", max: "9999", value: String(state.least), onchange: (event) => act({ least: Math.max(1, Number.parseInt(event.target.value, 10) || 1) }, { fit: true }) }))),
    block("looks", "Size, colour, motion",
      pick("size", "Size by", [["rank", "importance (PageRank)"], ["degree", "neighbours"], ["claims", "claims"], ["same", "all the same"]], state.size, (value) => act({ size: value })),
      pick("colour", "Colour by", [["type", "type"], ["group", "community"]], state.colour, (colour) => act({ colour })),
      make("label", { class: "tick" }, make("input", { type: "checkbox", id: "physics", checked: !view.fixed, onchange: (event) => setPhysics(event.target.checked) }), " let it move (physics)")),
    state.hidden.length > 0 ? make("p", { class: "hidden-list" }, `${count(state.hidden.length, "entity", "entities")} hidden. `, make("button", { class: "link", onclick: () => act({ hidden: [] }) }, "Show again")) : "");
  host.scrollTop = scrolled;
  if (key !== "") { const again = host.querySelector(key); if (again !== null) again.focus({ preventScroll: true }); }
};

const setPhysics = (on) => {
  view.fixed = !on;
  network.setOptions({ physics: { enabled: on, solver: "forceAtlas2Based", forceAtlas2Based: { gravitationalConstant: -90, springLength: 120, avoidOverlap: 0.6 } } });
  say(on ? "The graph moves" : "The graph stands still");
};

const line = (kind, text) => {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 36 12", width: 36, height: 12, "aria-hidden": "true", class: `line ${kind}` })) svg.setAttribute(name, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M1 6H35");
  svg.append(path);
  if (kind in SIGNS) {
    const disc = document.createElementNS(SVG, "circle"), text_ = document.createElementNS(SVG, "text");
    for (const [name, value] of [["cx", 18], ["cy", 6], ["r", 5]]) disc.setAttribute(name, value);
    for (const [name, value] of [["x", 18], ["y", 9], ["text-anchor", "middle"], ["font-size", 8]]) text_.setAttribute(name, value);
    text_.textContent = SIGNS[kind];
    svg.append(disc, text_);
  }
  return make("span", {}, svg, text);
};
const showKey = () => byId("key").replaceChildren(line("asserted", "stated"), line("hedged", "hedged"), line("denied", "denied"), line("disputed", "disagree"),
  ...(tally.stances.has("evidence_absent") ? [line("lacking", "no evidence")] : []));

const KEYS = [["/", "search"], ["n, p", "next, previous entity"], ["e", "next relation of the chosen entity"], ["Enter", "show or fold the neighbours of the chosen entity"], ["f", "focus on the chosen entity"],
  ["h", "hide it"], ["o", "overview"], ["t", "table of the same claims"], ["u", "undo"], ["arrows", "move the picture"], ["+, −, 0", "zoom in, zoom out, show all"], ["Esc", "let go"], ["?", "this list"]];
const showHelp = () => {
  const dialog = byId("help-dialog");
  dialog.replaceChildren(make("h2", {}, "Keys and signs"),
    make("dl", { class: "keys" }, KEYS.flatMap(([key, text]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)])),
    make("p", {}, "A node is an entity; its colour and shape are its type. A line is all claims with one subject, relation and object; it is thicker the more claims there are, and points from subject to object. A dashed line is only hedged (“may”). A line with a cross is denied; an unequal sign means that texts disagree. Switch off what you do not want in the legend; a double click there leaves only that."),
    make("form", { method: "dialog" }, make("button", { class: "main" }, "Close")));
  dialog.showModal();
};
