// The evidence: what was clicked, what texts say of it, sentence by sentence.
const MAX_ROWS = 14;
const MAX_QUOTES = 6;

const heading = (node, level = "h2") =>
  make(level, { class: "entity" }, icon(types[node.type], level === "h2" ? 20 : 14), make("bdi", {}, node.text));
const nodeButton = (node) =>
  make("button", { class: "link", onclick: () => act({ chosen: `n:${node.key}` }) }, icon(types[node.type], 12), make("bdi", {}, node.text));
const sign = (now) => (now.mark === "" ? null : make("span", { class: `sign ${now.mark}` }, { denied: "denied", disputed: "texts disagree", lacking: "evidence lacking" }[now.mark]));

const glyph = (now) => (now.mark === "" ? null : make("span", { class: `glyph ${now.mark}`, title: sign(now).textContent, "aria-hidden": "true" }, SIGNS[now.mark]));

// How many say yes, may, no: a bar whose parts are also told in words beside it.
const bar = (now) => {
  const parts = [["yes", now.yes], ["may", now.hedgedYes], ["no", now.no], ["maynot", now.hedgedNo], ["lacking", now.lacking]].filter((each) => each[1] > 0);
  const element = make("span", { class: "meter", "aria-hidden": "true" });
  for (const [name, number] of parts) element.append(make("i", { class: name, style: { "flex-grow": String(number) } }));
  return element;
};

const row = (edge, from = null) => {
  const target = from === null ? null : other(edge, from);
  const text = from === null
    ? [make("bdi", {}, nodes[edge.from].text), make("em", {}, ` ${preds[edge.p].label} `), make("bdi", {}, nodes[edge.to].text)]
    : [icon(types[target.type], 12), make("bdi", {}, target.text)];
  return make("li", {}, make("button", { class: "row", "data-edge": edge.id, onclick: () => act({ chosen: `e:${edge.key}` }) },
    make("span", { class: "what" }, text), glyph(edge.now), bar(edge.now), make("span", { class: "number" }, grouped(edge.now.total)),
    make("span", { class: "hidden" }, `: ${summary(edge.now, preds[edge.p])}`)));
};

const rows = (list, from) => {
  const element = make("ul", { class: "rows" }, list.slice(0, MAX_ROWS).map((edge) => row(edge, from)));
  if (list.length > MAX_ROWS)
    element.append(make("li", {}, make("button", { class: "more", onclick: (event) => {
      event.target.parentElement.remove();
      element.append(...list.slice(MAX_ROWS, 400).map((edge) => row(edge, from)));
    } }, `${Math.min(list.length, 400) - MAX_ROWS} more`)));
  return element;
};

const showPath = (panel) => {
  const [from, to] = state.ends.map((key) => byKey.get(key));
  const way = shortest(from, to);
  panel.append(make("h2", { class: "triple" }, nodeButton(from), make("em", {}, " to "), nodeButton(to)),
    make("p", { class: "lead" }, way.length === 0 ? "No path through what the filters let pass."
      : "The shortest way that the filters leave; of equal ways, the one with most claims. It follows the lines in either direction, so read each step."));
  way.slice(1).forEach((node, index) => {
    const steps = node.links.filter((edge) => edge.passes && other(edge, node) === way[index]).toSorted(byWeight);
    panel.append(make("h3", {}, `Step ${index + 1}`), rows(steps, null));
  });
};

const showStart = (panel) => {
  const passing = edges.filter((edge) => edge.passes);
  const apart = passing.filter((edge) => edge.now.mark === "disputed").toSorted(byWeight);
  const no = passing.filter((edge) => edge.now.mark === "denied").toSorted(byWeight);
  panel.append(make("h2", {}, "What the texts say"),
    make("p", { class: "lead" }, "Choose an entity or a line to read the sentences behind it. Double click an entity to add its neighbours."));
  if (apart.length > 0) panel.append(make("h3", {}, "Where texts disagree"), rows(apart, null));
  panel.append(make("h3", {}, "Said most often"), rows(passing.toSorted(byWeight).slice(0, 40), null));
  if (no.length > 0) panel.append(make("h3", {}, "Only denied"), rows(no, null));
  panel.append(make("h3", {}, "Main entities"), make("ul", { class: "chips" },
    nodes.filter((node) => isTypeShown(node)).slice(0, 12).map((node) => make("li", {}, nodeButton(node)))));
};

const showNode = (panel, node) => {
  const type = types[node.type];
  const passing = node.links.filter((edge) => edge.passes);
  const names = [...new Set((node.names || []).map(clean))];
  panel.append(heading(node),
    make("p", { class: "kind" }, type.label, node.kind ? ` · ${words(node.kind)}` : "", ` · ${count(node.degree, "neighbour", "neighbours")} · ${count(node.claims, "claim", "claims")} · group ${node.group + 1}`));
  if (names.length > 0) panel.append(make("p", { class: "names" }, "Also: ", names.slice(0, 12).flatMap((name, index) => [index > 0 ? ", " : "", make("bdi", {}, name)]), names.length > 12 ? " …" : ""));
  if (node.xrefs) panel.append(make("p", { class: "names" }, "Identifiers: ", node.xrefs.flatMap(([text, address], index) => [index > 0 ? ", " : "",
    address.startsWith("https://") || address.startsWith("http://") ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, clean(text)) : clean(text)])));
  const isOpen = state.open.includes(node.key);
  panel.append(make("div", { class: "actions" },
    make("button", { class: "main", onclick: () => act({ mode: "focus", focus: node.key, open: [] }, { fit: true }) }, "Focus"),
    make("button", { "aria-pressed": String(isOpen), onclick: () => open_(node) }, isOpen ? "Fold neighbours" : "Show neighbours"),
    make("button", { onclick: () => act({ hidden: [...state.hidden, node.key], chosen: "", ...(state.focus === node.key ? { mode: "overview", focus: "" } : {}) }) }, "Hide"),
    make("button", { onclick: () => startPath(node) }, "Path to…")));
  for (const [index, pred] of preds.entries())
    for (const outward of [true, false]) {
      const list = passing.filter((edge) => edge.p === index && (outward ? edge.from : edge.to) === node.id).toSorted(byWeight);
      if (list.length === 0) continue;
      const title = outward ? [make("em", {}, `${pred.label} …`)] : [make("em", {}, `… ${pred.label}`), " ", make("bdi", {}, node.text)];
      panel.append(make("h3", {}, title, make("span", { class: "number" }, String(list.length))), rows(list, node));
    }
  if (passing.length === 0) panel.append(make("p", { class: "lead" }, "No claim about it passes the filters."));
};

const GROUPED = [
  ["yes", (c) => c.stance === "affirmed" && c.certainty === "asserted", (p) => `It ${p.third}`],
  ["may", (c) => c.stance === "affirmed" && c.certainty === "hedged", (p) => `It may ${p.base}`],
  ["no", (c) => c.stance === "denied" && c.certainty === "asserted", (p) => `It ${p.denied}`],
  ["maynot", (c) => c.stance === "denied" && c.certainty === "hedged", (p) => `It may not ${p.base}`],
  ["lacking", (c) => c.stance === "evidence_absent", (p) => `Evidence is lacking that it ${p.third}`],
];

const showEdge = (panel, edge) => {
  const pred = preds[edge.p];
  const [from, to] = [nodes[edge.from], nodes[edge.to]];
  const list = edge.claims.filter(passes);
  panel.append(make("h2", { class: "triple" }, nodeButton(from), make("em", { title: pred.definition }, ` ${pred.label} `), nodeButton(to)),
    make("p", { class: `verdict ${edge.now.mark}`, id: "verdict" }, sign(edge.now), " ", summary(edge.now, pred) || "No claim passes the filters", "."),
    bar(edge.now),
    make("p", { class: "kind" }, `${count(edge.now.total, "claim", "claims")} in ${count(state.doc === "" ? edge.docs : 1, "document", "documents")}.`,
      list.length < edge.now.total ? ` The page carries ${list.length} of them; claims.jsonl has all.` : ""));
  for (const [name, holds, title] of GROUPED) {
    const group = list.filter(holds);
    if (group.length === 0) continue;
    const most_ = edge.now.mark === "disputed" ? MAX_QUOTES / 2 : MAX_QUOTES;
    const body = make("div", {}, group.slice(0, most_).map(quote));
    if (group.length > most_)
      body.append(make("button", { class: "more", onclick: (event) => { event.target.remove(); body.append(...group.slice(most_).map(quote)); } }, `${group.length - most_} more`));
    panel.append(make("section", { class: `group ${name}` }, make("h3", {}, title(pred), make("span", { class: "number" }, String(group.length))), body));
  }
};

// The sentence with its subject, object and cues marked; marks may lie inside each other.
const marked = (claim) => {
  const length = size(claim.text);
  const spans = [["subject", ...claim.subject], ["object", ...claim.object], ...claim.cues.map(([kind, start, end]) => ["cue", start, end, kind])]
    .filter(([, start, end]) => start >= 0 && end <= length && start < end);
  const bounds = [...new Set([0, length, ...spans.flatMap(([, start, end]) => [start, end])])].sort((a, b) => a - b);
  const parts = [];
  for (let index = 0; index + 1 < bounds.length; index += 1) {
    const [start, end] = [bounds[index], bounds[index + 1]];
    const inside = spans.filter((span) => span[1] <= start && span[2] >= end);
    const text = clean(cut(claim.text, start, end));
    if (inside.length === 0) { parts.push(text); continue; }
    const title = [...new Set(inside.map((span) => (span[0] === "cue" ? `${words(span[3])} cue` : span[0])))].join(", ");
    parts.push(make("mark", { class: [...new Set(inside.map((span) => span[0]))].join(" "), title }, text));
  }
  return parts;
};

const quote = (claim) => {
  const doc = docs[claim.doc];
  const facts = [
    claim.certainty === "hedged" ? "hedged" : "asserted",
    claim.stance === "affirmed" ? null : stanceWords.get(claim.stance),
    claim.basis === "none" ? null : basisWords(claim.basis),
    ...["direction", "mechanism", "dose", "route", "population"].map((name) => (claim.extras[name] ? `${name === "direction" ? "" : `${name}: `}${clean(claim.extras[name])}` : null)),
  ].filter((fact) => fact !== null);
  return make("article", { class: "quote", "data-claim": claim.id },
    make("blockquote", { dir: "auto" }, marked(claim)),
    make("p", { class: "facts" }, facts.map((fact) => make("span", { class: "fact" }, fact)),
      claim.speaker === null ? null : make("span", { class: "fact speaker" }, "says ", make("bdi", {}, clean(claim.speaker)))),
    make("p", { class: "source" }, doc.url ? make("a", { href: doc.url, target: "_blank", rel: "noopener noreferrer" }, make("bdi", {}, docName(doc))) : make("bdi", {}, docName(doc)),
      make("span", {}, ` · characters ${claim.start}–${claim.start + size(claim.text)}`),
      make("button", { class: "copy", onclick: (event) => copy(citation(claim), event.target) }, "Copy citation")),
    make("details", {}, make("summary", {}, "How it was read"), make("p", {}, `Rule ${clean(claim.rule) || "unknown"}, claim ${clean(claim.id)}${claim.extras.anaphor ? "; a pronoun stands for one of the two" : ""}.`,
      claim.cues.length > 0 ? ` Cues: ${claim.cues.map(([kind, start, end]) => `“${clean(cut(claim.text, start, end))}” (${words(kind)})`).join(", ")}.` : "")));
};

const citation = (claim) => {
  const doc = docs[claim.doc];
  const head = [doc.author, doc.datePublished ? `(${doc.datePublished})` : null, docName(doc)].filter(Boolean).map(clean).join(" ");
  const text = `“${clean(claim.text).trim()}” ${head}, characters ${claim.start}–${claim.start + size(claim.text)}.`;
  return `${text}${doc.url ? ` ${doc.url}` : ""} [claim ${clean(claim.id)}]`;
};

const copy = (text, button) => {
  const label = button.textContent;
  const done = () => { button.textContent = "Copied"; say("Copied"); setTimeout(() => { button.textContent = label; }, 1200); };
  const fallback = () => {
    const area = make("textarea", { class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    done();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, fallback);
  else fallback();
};

const showPanel = () => {
  const panel = byId("panel");
  const target = chosenOf(state.chosen);
  panel.replaceChildren();
  panel.classList.toggle("open", target !== null);
  if (target !== null)
    panel.append(make("button", { class: "close", "aria-label": "Close the evidence", onclick: () => { act({ chosen: "" }); byId("canvas").focus(); } }, "×"));
  if (target === null && state.mode === "path") showPath(panel);
  else if (target === null) showStart(panel);
  else if (target.node) showNode(panel, target.node);
  else showEdge(panel, target.edge);
  panel.scrollTop = 0;
};
