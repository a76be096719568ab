"use strict";
// The query editor: YASGUI over this server's endpoint, the named queries as examples. It asks no other host.
(function () {
  const endpoint = new URL("sparql", document.baseURI).href;
  const prefixes = JSON.parse(document.getElementById("prefixes").textContent);
  const examples = document.getElementById("examples");
  const help = document.getElementById("help");
  Yasgui.Yasqe.defaults.autocompleters = Yasgui.Yasqe.defaults.autocompleters.filter((name) => name === "prefixes" || name === "variables");
  const head = Object.entries(prefixes).map(([name, iri]) => `PREFIX ${name}: <${iri}>`).join("\n");
  const editor = new Yasgui(document.getElementById("editor"), {
    requestConfig: { endpoint, method: "POST" },
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    copyEndpointOnNewTab: true,
    persistenceId: null,
    yasqe: { value: `${head}\n\nSELECT ?type (COUNT(*) AS ?count) WHERE { ?thing a ?type } GROUP BY ?type ORDER BY DESC(?count)`, persistenceId: null },
    yasr: { prefixes },
  });
  window.editor = editor;
  fetch(new URL("queries", document.baseURI), { headers: { Accept: "application/json" } })
    .then((response) => response.json())
    .then((queries) => {
      for (const query of queries) {
        const option = document.createElement("option");
        option.value = query.name;
        option.textContent = query.name;
        examples.append(option);
      }
      examples.addEventListener("change", () => {
        const query = queries.find((one) => one.name === examples.value);
        if (query) {
          help.textContent = query.help;
          editor.getTab().setQuery(/^\s*PREFIX/im.test(query.sparql) ? query.sparql : `${head}\n\n${query.sparql}`);
        }
      });
      document.body.dataset.ready = "yes";
    });
})();
