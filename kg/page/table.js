// The same claims without a picture: sortable, paged, for a screen reader as for anyone.
const PAGE = 50;
const COLUMNS = [
  ["Subject", (c) => nodes[c.edge.from].text], ["Relation", (c) => preds[c.edge.p].label], ["Object", (c) => nodes[c.edge.to].text],
  ["Says", (c) => stanceWords.get(c.stance) || c.stance], ["Certainty", (c) => c.certainty], ["Ground", (c) => basisWords(c.basis)],
  ["Who", (c) => (c.speaker === null ? "" : clean(c.speaker))], ["Document", (c) => docName(docs[c.doc])], ["Sentence", (c) => clean(c.text)],
];
const table = { open: false, column: -1, down: false, page: 0, all: true };

const inView = () => {
  const drawn = new Set(view.edges);
  return claims.filter((claim) => drawn.has(claim.edge) && passes(claim));
};
const tabled = () => {
  const list = table.all ? claims.filter((claim) => claim.edge.passes && passes(claim)) : inView();
  if (table.column < 0) return list;
  const value = COLUMNS[table.column][1];
  const keyed = list.map((claim) => [value(claim), claim]);
  const turn = table.down ? -1 : 1;
  keyed.sort((a, b) => turn * (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) || a[1].index - b[1].index);
  return keyed.map((each) => each[1]);
};

const showTable = () => {
  const host = byId("table");
  byId("table-toggle").setAttribute("aria-pressed", String(table.open));
  host.hidden = !table.open;
  document.body.classList.toggle("tabled", table.open);
  if (!table.open) { host.replaceChildren(); return; }
  const list = tabled();
  const pages = Math.max(1, Math.ceil(list.length / PAGE));
  table.page = Math.min(table.page, pages - 1);
  const turn = (step) => { table.page += step; showTable(); byId("table").scrollTop = 0; };
  const head = COLUMNS.map(([name], index) => make("th", { scope: "col", "aria-sort": table.column === index ? (table.down ? "descending" : "ascending") : "none" },
    make("button", { onclick: () => {
      table.down = table.column === index && !table.down;
      table.column = index;
      table.page = 0;
      showTable();
      byId("table").querySelectorAll("th button")[index].focus();
    } }, name, make("span", { "aria-hidden": "true" }, table.column === index ? (table.down ? " ↓" : " ↑") : ""))));
  const body = list.slice(table.page * PAGE, (table.page + 1) * PAGE).map((claim) => make("tr", { class: claim.stance },
    COLUMNS.map(([name, value]) => make("td", { dir: "auto", class: name.toLowerCase() },
      name === "Relation" ? make("button", { class: "link", onclick: () => { act({ chosen: `e:${claim.edge.key}` }); byId("panel").focus(); } }, value(claim)) : name === "Sentence" ? marked(claim) : value(claim)))));
  host.replaceChildren(
    make("div", { class: "table-bar" },
      make("p", { id: "table-count" }, `${count(list.length, "claim", "claims")}${table.all ? " that pass the filters" : " in the drawn view"}. Page ${table.page + 1} of ${pages}.`),
      make("label", {}, make("input", { type: "checkbox", id: "table-view", checked: !table.all, onchange: (event) => { table.all = !event.target.checked; table.page = 0; showTable(); } }), " only what is drawn"),
      make("button", { disabled: table.page === 0, onclick: () => turn(-1) }, "Previous page"),
      make("button", { disabled: table.page >= pages - 1, onclick: () => turn(1) }, "Next page"),
      make("button", { onclick: () => { table.open = false; showTable(); byId("canvas").focus(); } }, "Back to the graph")),
    make("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Claims" },
      make("table", {}, make("caption", { class: "hidden" }, "Claims, one a row; the column heads sort"), make("thead", {}, make("tr", {}, head)), make("tbody", {}, body))));
};
