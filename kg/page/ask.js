// SPARQL without a server: Oxigraph as WebAssembly, unpacked when it is first asked.
const MAX_ANSWERS = 500;
const asked = read("data-sparql");
let store = null;

const unpack = async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};
const openStore = async () => {
  if (store !== null) return store;
  oxigraph.initSync({ module: await unpack(asked.wasm) });
  const fresh = new oxigraph.Store();
  fresh.load(await unpack(asked.trig), { format: "application/trig" });
  fresh.load(await unpack(asked.ontology), { format: "text/turtle", to_graph_name: { termType: "NamedNode", value: asked.ontologyGraph } });
  store = fresh;
  return store;
};

// The prefixes stand before the query's first line, so that a complaint still names the line that was typed.
const query = async (text) => {
  const prefixes = Object.entries(asked.prefixes).map(([name, iri]) => `PREFIX ${name}: <${iri}> `).join("");
  return (await openStore()).query(prefixes + text, { base_iri: asked.base, use_default_graph_as_union: true });
};

const short = (iri) => {
  const found = Object.entries(asked.prefixes).find(([, start]) => iri.startsWith(start) && /^[\w-]+$/.test(iri.slice(start.length)));
  return found === undefined ? iri : `${found[0]}:${iri.slice(found[1].length)}`;
};
const term = (value) => {
  if (value === undefined) return "";
  if (value.termType !== "NamedNode") return clean(value.value);
  const text = clean(short(value.value));
  const key = value.value.startsWith(asked.prefixes.c) ? decode(value.value.slice(asked.prefixes.c.length)) : "";
  if (!byKey.has(key)) return text;
  return make("button", { class: "link", onclick: () => { byId("ask-dialog").close(); act({ chosen: `n:${key}` }); show(byKey.get(key)); } }, byKey.get(key).text);
};
const answer = (result, host) => {
  if (typeof result === "boolean") { host.append(make("p", {}, result ? "yes" : "no")); return 1; }
  const found = Array.from(result);
  const isTriples = found.length > 0 && !(found[0] instanceof Map);
  const head = isTriples ? ["subject", "predicate", "object"] : [...new Set(found.flatMap((line) => [...line.keys()]))];
  const body = found.slice(0, MAX_ANSWERS).map((line) => make("tr", {}, head.map((name) => make("td", { dir: "auto" }, term(isTriples ? line[name] : line.get(name))))));
  host.append(make("table", {}, make("thead", {}, make("tr", {}, head.map((name) => make("th", { scope: "col" }, name)))), make("tbody", {}, body)));
  return found.length;
};

const startAsking = () => {
  const dialog = byId("ask-dialog");
  const text = make("textarea", { id: "ask-text", "aria-label": "SPARQL query", "aria-keyshortcuts": "Control+Enter", spellcheck: "false",
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } } });
  const host = make("div", { class: "answer", id: "answer", tabindex: "0", role: "region", "aria-label": "Answer" });
  const note = make("span", { id: "ask-note", role: "status" });
  const named_ = make("select", { id: "ask-named", "aria-label": "Named queries", onchange: () => { text.value = asked.queries[Number(named_.value)].sparql; note.textContent = asked.queries[Number(named_.value)].help; } },
    asked.queries.map((each, place) => make("option", { value: String(place) }, `${each.name}: ${each.help}`)));
  const run = async () => {
    note.textContent = store === null ? "Starting…" : "Asking…";
    host.replaceChildren();
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      const start = performance.now();
      const found = answer(await query(text.value), host);
      note.textContent = `${count(found, "answer", "answers")}${found > MAX_ANSWERS ? `, the first ${MAX_ANSWERS} shown` : ""}, ${Math.round(performance.now() - start)} ms.`;
    } catch (error) {
      note.textContent = clean(error.message || error);
    }
  };
  text.value = asked.queries.length > 0 ? asked.queries[0].sparql : "SELECT * WHERE { ?s ?p ?o } LIMIT 20";
  dialog.append(make("h2", {}, "Ask in SPARQL"), asked.queries.length > 0 ? named_ : "", text,
    make("div", { class: "row-of-buttons" }, make("button", { class: "main", id: "ask-run", onclick: run }, "Ask"), make("button", { onclick: () => dialog.close() }, "Close"), note), host);
  byId("ask").addEventListener("click", () => dialog.showModal());
};
