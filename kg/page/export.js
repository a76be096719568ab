// Taking the view away: picture, drawing, claims, address.
const download = (name, blob) => {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 2000);
};
const footnote = () => `${document.title}: ${byId("shown").textContent} ${document.querySelector(".disclaimer").firstChild.textContent}`;

const asPicture = () => {
  const source = byId("canvas").querySelector("canvas");
  const ratio = source.width / source.clientWidth;
  const copy_ = document.createElement("canvas");
  const foot = Math.round(34 * ratio);
  copy_.width = source.width;
  copy_.height = source.height + foot;
  const ctx = copy_.getContext("2d");
  ctx.fillStyle = inks().ground;
  ctx.fillRect(0, 0, copy_.width, copy_.height);
  ctx.drawImage(source, 0, 0);
  ctx.fillStyle = inks().ink;
  ctx.font = `${11 * ratio}px ${FONT}`;
  ctx.fillText(footnote(), 12 * ratio, source.height + 20 * ratio, copy_.width - 24 * ratio);
  copy_.toBlob((blob) => download("graph.png", blob), "image/png");
};

const escapeXml = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
const asDrawing = () => {
  const ink = inks();
  const spots = new Map(view.nodes.map((node) => [node, network.getPosition(node.id)]));
  const xs = [...spots.values()].map((spot) => spot.x), ys = [...spots.values()].map((spot) => spot.y);
  const left = Math.min(...xs) - 90, top = Math.min(...ys) - 60, width = Math.max(...xs) - left + 90, height = Math.max(...ys) - top + 90;
  const parts = [];
  const put = (number) => number.toFixed(1);
  for (const edge of view.edges) {
    const a = spots.get(nodes[edge.from]), b = spots.get(nodes[edge.to]);
    const look = edgeLook(edge);
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1, stop = (radius(nodes[edge.to]) + 5) / length;
    const title = `${nodes[edge.from].text} ${preds[edge.p].label} ${nodes[edge.to].text}: ${summary(edge.now, preds[edge.p])}`;
    parts.push(`<line x1="${put(a.x)}" y1="${put(a.y)}" x2="${put(b.x - (b.x - a.x) * stop)}" y2="${put(b.y - (b.y - a.y) * stop)}" stroke="${look.color.color}" stroke-width="${put(look.width)}" stroke-opacity="${look.color.opacity}"${look.dashes ? ` stroke-dasharray="${look.dashes.join(" ")}"` : ""} marker-end="url(#arrow)"><title>${escapeXml(title)}</title></line>`);
    if (edge.now.mark !== "")
      parts.push(`<g fill="${look.color.color}"><circle cx="${put((a.x + b.x) / 2)}" cy="${put((a.y + b.y) / 2)}" r="7" fill="${ink.ground}" stroke="${look.color.color}"/><text x="${put((a.x + b.x) / 2)}" y="${put((a.y + b.y) / 2 + 4)}" text-anchor="middle" font-size="11">${SIGNS[edge.now.mark]}</text></g>`);
  }
  for (const [node, { x, y }] of spots) {
    const far = radius(node);
    parts.push(`<path d="${outline(types[node.type])}" fill-rule="evenodd" fill="${nodeColour(node)}" transform="translate(${put(x)} ${put(y)}) scale(${put(far)})"/>`);
    wrap(node.text).forEach((line, index) => parts.push(`<text x="${put(x)}" y="${put(y + far + 14 + 14 * index)}" text-anchor="middle" stroke="${ink.halo}" stroke-width="3" paint-order="stroke" fill="${ink.ink}">${escapeXml(line)}</text>`));
  }
  const svg = `<svg xmlns="${SVG}" viewBox="${put(left)} ${put(top)} ${put(width)} ${put(height + 20)}" font-family="sans-serif" font-size="12"><title>${escapeXml(footnote())}</title><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8Z" fill="${ink.line}"/></marker></defs><rect x="${put(left)}" y="${put(top)}" width="${put(width)}" height="${put(height + 20)}" fill="${ink.ground}"/>${parts.join("")}<text x="${put(left + 12)}" y="${put(top + height + 8)}" fill="${ink.ink}" font-size="10">${escapeXml(footnote())}</text></svg>\n`;
  download("graph.svg", new Blob([svg], { type: "image/svg+xml" }));
};

// A cell that a spreadsheet would take for a formula begins with an apostrophe.
const cell = (value) => {
  const text = String(value);
  const safe = /^[\s\u200b\ufeff]*[=+\-@\t\r]/.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text;
  return /[",\n\r;]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const asCells = () => {
  const head = ["claim", "document", "start", "subject_id", "subject", "predicate", "object_id", "object", "stance", "polarity", "certainty", "basis", "attribution", "sentence"];
  const lines = (table.open ? tabled() : inView()).map((claim) => [claim.id, docs[claim.doc].id, claim.start, nodes[claim.edge.from].key, nodes[claim.edge.from].label, preds[claim.edge.p].id,
    nodes[claim.edge.to].key, nodes[claim.edge.to].label, claim.stance, claim.polarity, claim.certainty, claim.basis, claim.speaker || "", claim.text]);
  const text = [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
  download("claims.csv", new Blob([`\ufeff${text}\r\n`], { type: "text/csv;charset=utf-8" }));
};

const EXPORTS = {
  png: asPicture, svg: asDrawing, csv: asCells, print: () => window.print(),
  link: () => { remember(); copy(location.href, byId("export")); },
};
