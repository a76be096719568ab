// What the reader has chosen. Everything that is drawn follows from it, and it fits into the address.
const START = {
  mode: "overview", focus: "", hops: 1, ends: [], open: [], hidden: [], chosen: "",
  types: [], preds: [], bases: [], stances: [], certainty: "", doc: "", least: 1, size: "rank", colour: "type",
};
const LISTS = ["ends", "open", "hidden", "types", "preds", "bases", "stances"];
const SHORT = {
  mode: "v", focus: "f", hops: "h", ends: "path", open: "open", hidden: "hide", chosen: "s", types: "no-type",
  preds: "no-rel", bases: "no-basis", stances: "no-stance", certainty: "c", doc: "d", least: "min", size: "size", colour: "col",
};
const CHOICES = {
  mode: ["overview", "all", "focus", "path"], certainty: ["", "asserted", "hedged"],
  size: ["rank", "degree", "claims", "same"], colour: ["type", "group"],
};
let state = structuredClone(START);
const history_ = [];
const MAX_UNDO = 100;

const write = (from) => {
  const parts = [];
  for (const [name, short] of Object.entries(SHORT)) {
    const value = from[name];
    if (JSON.stringify(value) === JSON.stringify(START[name])) continue;
    const text = LISTS.includes(name) ? value.map(encodeURIComponent).join(",") : encodeURIComponent(value);
    parts.push(`${short}=${text}`);
  }
  return parts.join("&");
};

const decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};

// Anything in an address that is not known is left out, so an old or a hostile link opens all the same.
const parse = (fragment) => {
  const found = structuredClone(START);
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    const name = Object.keys(SHORT).find((key) => SHORT[key] === part.slice(0, at));
    if (at < 0 || name === undefined) continue;
    const raw = part.slice(at + 1);
    if (LISTS.includes(name)) found[name] = raw === "" ? [] : raw.split(",").map(decode);
    else if (name === "hops") found.hops = raw === "2" ? 2 : 1;
    else if (name === "least") found.least = Math.max(1, Math.min(9999, Number.parseInt(raw, 10) || 1));
    else found[name] = decode(raw);
  }
  for (const [name, allowed] of Object.entries(CHOICES)) if (!allowed.includes(found[name])) found[name] = START[name];
  for (const name of ["ends", "open", "hidden"]) found[name] = found[name].filter((key) => byKey.has(key));
  if (!byKey.has(found.focus)) found.focus = "";
  if (found.mode === "focus" && found.focus === "") found.mode = "overview";
  if (found.mode === "path" && found.ends.length !== 2) found.mode = "overview";
  if (chosenOf(found.chosen) === null) found.chosen = "";
  if (!docs.some((doc) => doc.id === found.doc)) found.doc = "";
  return found;
};

const chosenOf = (text) => {
  if (text.startsWith("n:")) return byKey.has(text.slice(2)) ? { node: byKey.get(text.slice(2)) } : null;
  if (text.startsWith("e:")) return edgeByKey.has(text.slice(2)) ? { edge: edgeByKey.get(text.slice(2)) } : null;
  return null;
};

// Which of an edge's claims pass the filters; the counts are whole even where only some claims are carried.
const passes = (claim) =>
  (state.certainty === "" || claim.certainty === state.certainty)
  && !state.stances.includes(claim.stance) && !state.bases.includes(claim.basis)
  && (state.doc === "" || docs[claim.doc].id === state.doc);

const measureEdge = (edge) => {
  const found = { yes: 0, hedgedYes: 0, no: 0, hedgedNo: 0, lacking: 0, total: 0, mark: "" };
  const add = (certainty, stance, number) => {
    found.total += number;
    if (stance === "evidence_absent") found.lacking += number;
    else if (stance === "denied") found[certainty === "hedged" ? "hedgedNo" : "no"] += number;
    else found[certainty === "hedged" ? "hedgedYes" : "yes"] += number;
  };
  if (state.doc !== "") {
    for (const claim of edge.claims) if (passes(claim)) add(claim.certainty, claim.stance, 1);
  } else {
    for (const [, certainty, basis, stance, number] of edge.counts)
      if (passes({ certainty, basis, stance })) add(certainty, stance, number);
  }
  const yes = found.yes + found.hedgedYes, no = found.no + found.hedgedNo;
  if ((yes > 0) + (no > 0) + (found.lacking > 0) > 1) found.mark = "disputed";
  else if (no > 0) found.mark = "denied";
  else if (found.lacking > 0) found.mark = "lacking";
  found.hedged = found.yes + found.no === 0 && found.total > 0;
  return found;
};

const isTypeShown = (node) => !state.types.includes(types[node.type].id);
const refilter = () => {
  for (const edge of edges) {
    const allowed = isTypeShown(nodes[edge.from]) && isTypeShown(nodes[edge.to]) && !state.preds.includes(preds[edge.p].id);
    edge.now = measureEdge(edge);
    edge.passes = allowed && edge.now.total >= state.least;
  }
};

const summary = (now, pred) => {
  const parts = [];
  const tell = (number, text) => { if (number > 0) parts.push(`${number} ${number === 1 ? "says" : "say"} ${text}`); };
  tell(now.yes, `it ${pred.third}`);
  tell(now.hedgedYes, `it may ${pred.base}`);
  tell(now.no, `it ${pred.denied}`);
  tell(now.hedgedNo, `it may not ${pred.base}`);
  tell(now.lacking, `evidence is lacking that it ${pred.third}`);
  return parts.join(", ");
};

// The shortest way between two nodes over what passes the filters; among equals the one with most claims.
const shortest = (from, to) => {
  const before = new Map([[from, null]]);
  let front = [from];
  while (front.length > 0 && !before.has(to)) {
    const steps = [];
    for (const node of front)
      for (const edge of node.links)
        if (edge.passes && !state.hidden.includes(other(edge, node).key)) steps.push([node, other(edge, node), edge]);
    steps.sort((a, b) => b[2].now.total - a[2].now.total || a[2].id - b[2].id);
    front = [];
    for (const [node, next] of steps) if (!before.has(next)) { before.set(next, node); front.push(next); }
  }
  if (!before.has(to)) return [];
  const way = [];
  for (let node = to; node !== null; node = before.get(node)) way.unshift(node);
  return way;
};
