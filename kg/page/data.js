// What the page carries, read once: nodes, edges, claims. Text of documents only ever becomes textContent.
const read = (id) => {
  const holder = document.getElementById(id);
  return holder === null ? null : JSON.parse(holder.textContent);
};
const rest = read("data-rest");
const nodes = read("data-nodes");
const edges = read("data-edges");
const types = rest.types;
const preds = rest.preds;
const docs = rest.docs;

// Characters that turn the direction of a line are shown as a mark, and those without width are not shown.
const DIRECTION = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const WIDTHLESS = /[\u200b\u2060\ufeff\u00ad]/g;
const clean = (text) => String(text).replace(DIRECTION, "\ufffd").replace(CONTROL, "\ufffd").replace(WIDTHLESS, "");

for (const each of [...types, ...preds]) for (const name of ["label", "definition", "base", "third", "denied"]) if (name in each) each[name] = clean(each[name]);
for (const node of nodes) {
  node.text = clean(node.label) || clean(node.key) || "(no name)";
  node.links = [];
}
const byKey = new Map(nodes.map((node) => [node.key, node]));
for (const edge of edges) {
  edge.claims = [];
  edge.total = edge.counts.reduce((sum, row) => sum + row[4], 0);
  edge.key = `${nodes[edge.from].key}~${preds[edge.p].id}~${nodes[edge.to].key}`;
  nodes[edge.from].links.push(edge);
  if (edge.from !== edge.to) nodes[edge.to].links.push(edge);
}
const edgeByKey = new Map(edges.map((edge) => [edge.key, edge]));
const claims = rest.claims.map((row, index) => {
  const [polarity, certainty, basis, stance] = rest.qualifiers[row[6]];
  const sentence = rest.sentences[row[1]];
  const claim = {
    index, edge: edges[row[0]], sentence, doc: sentence[0], start: sentence[1], text: sentence[2],
    subject: [row[2], row[3]], object: [row[4], row[5]], polarity, certainty, basis, stance,
    speaker: row[7] < 0 ? null : rest.speakers[row[7]], cues: row[8], rule: rest.rules[row[9]], id: row[10],
    extras: row[11] || {},
  };
  claim.edge.claims.push(claim);
  return claim;
});

const other = (edge, node) => (edge.from === node.id ? nodes[edge.to] : nodes[edge.from]);
// toLocaleString takes some 20 ms when it is first used, before the first picture.
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const count = (number, one, many) => `${grouped(number)} ${number === 1 ? one : many}`;
const words = (id) => id.replaceAll("_", " ");
const BASES = ["clinical", "preclinical", "research", "regulatory", "traditional_use", "user_report", "none"];
const STANCES = [["affirmed", "says yes"], ["denied", "says no"], ["evidence_absent", "evidence is lacking"]];
const stanceWords = new Map(STANCES);
const basisWords = (id) => (id === "none" ? "no ground named" : words(id));
const docName = (doc) => clean(doc.title || doc.id);

// Offsets count code points and JavaScript counts UTF-16 units: cut by code points where the two differ.
const cut = (text, start, end) => (/[\ud800-\udfff]/.test(text) ? Array.from(text).slice(start, end).join("") : text.slice(start, end));
const size = (text) => (/[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length);

// Build an element; children that are strings become text, never markup.
const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, part] of Object.entries(value)) element.style.setProperty(key, part);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};
const byId = (id) => document.getElementById(id);
const say = (text) => { byId("status").textContent = text; };
