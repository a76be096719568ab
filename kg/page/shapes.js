// One outline a type, in a square from -1 to 1: the canvas, the legend and the SVG draw the same.
const SHAPES = {
  dot: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  square: "M-.86-.86H.86V.86H-.86Z",
  diamond: "M0-1.15L1.05 0L0 1.15L-1.05 0Z",
  triangle: "M0-1.1L1.08.82H-1.08Z",
  triangleDown: "M0 1.1L1.08-.82H-1.08Z",
  hexagon: "M1.05 0L.52.92H-.52L-1.05 0L-.52-.92H.52Z",
  ellipse: "M1.3 0A1.3.82 0 1 1-1.3 0A1.3.82 0 1 1 1.3 0Z",
  star: "M0-1.2L.34-.4L1.16-.36L.52.16L.74.98L0 .52L-.74.98L-.52.16L-1.16-.36L-.34-.4Z",
  box: "M-1.15-.7H1.15A.18.18 0 0 1 1.33-.52V.52A.18.18 0 0 1 1.15.7H-1.15A.18.18 0 0 1-1.33.52V-.52A.18.18 0 0 1-1.15-.7Z",
  circle: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0ZM.5 0A.5.5 0 1 0-.5 0A.5.5 0 1 0 .5 0Z",
  database: "M-.85-.7A.85.38 0 0 1 .85-.7V.7A.85.38 0 0 1-.85.7Z",
  text: "M-.36-1.05H.36V-.36H1.05V.36H.36V1.05H-.36V.36H-1.05V-.36H-.36Z",
};
const outline = (type) => SHAPES[type.shape] || SHAPES.dot;
const PATHS = Object.fromEntries(Object.entries(SHAPES).map(([name, path]) => [name, new Path2D(path)]));
// Communities take these in turn; their number stands in the panel, because colour alone says nothing.
const GROUPS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#4D7C0F", "#8C564B", "#7F7F7F"];
const SVG = "http://www.w3.org/2000/svg";

const theme = () => document.documentElement.dataset.theme;
const INKS = {
  light: { ground: "#fbfaf8", ink: "#1d2329", halo: "#fbfaf8", line: "#98a1ab", strong: "#3d4852", no: "#b4232c", split: "#8a3ffc", lacking: "#9a6700", rim: "#ffffff" },
  dark: { ground: "#14181d", ink: "#e8ebee", halo: "#14181d", line: "#5d6874", strong: "#b9c2cb", no: "#ff7b7b", split: "#c4a1ff", lacking: "#e3b341", rim: "#14181d" },
};
const inks = () => INKS[theme()];

// A dark colour on a dark ground is mixed with white until it stands out.
const lift = (colour) => {
  if (theme() === "light") return colour;
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const light = (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]) / 255;
  const mix = Math.max(0, 0.5 - light) * 0.9;
  return `#${parts.map((part) => Math.round(part + (255 - part) * mix).toString(16).padStart(2, "0")).join("")}`;
};
const isColour = (text) => /^#[0-9a-fA-F]{6}$/.test(text);
const typeColour = (type) => lift(isColour(type.colour) ? type.colour : "#7F7F7F");
const nodeColour = (node) => (state.colour === "group" ? lift(GROUPS[node.group % GROUPS.length]) : typeColour(types[node.type]));

const most = { degree: Math.max(1, ...nodes.map((n) => n.degree)), claims: Math.max(1, ...nodes.map((n) => n.claims)) };
const radius = (node) => {
  if (state.size === "same") return 9;
  const part = state.size === "rank" ? node.rank : node[state.size] / most[state.size];
  return 5 + 17 * part ** 0.75;
};

const icon = (type, pixels = 14) => {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({ viewBox: "-1.4 -1.4 2.8 2.8", width: pixels, height: pixels, "aria-hidden": "true", class: "icon" }))
    svg.setAttribute(name, value);
  path.setAttribute("d", outline(type));
  path.setAttribute("fill", typeColour(type));
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
};

// A long label is set in two lines; what does not fit ends in an ellipsis.
const LINE = 18;
const wrapped = new Map();
const wrap = (text) => {
  if (wrapped.has(text)) return wrapped.get(text);
  let lines = [text];
  if (size(text) > LINE) {
    const letters = Array.from(text);
    let at = letters.slice(0, LINE + 1).lastIndexOf(" ");
    if (at < 5) at = letters.slice(0, LINE).lastIndexOf("-") + 1;
    if (at < 5 && !text.includes(" ") && letters.length <= 24) at = letters.length;
    if (at < 5) at = LINE;
    const tail = letters.slice(at).join("").trim();
    if (tail === "") lines = [text];
    else lines = [letters.slice(0, at).join(""), size(tail) > LINE + 2 ? `${Array.from(tail).slice(0, LINE).join("")}…` : tail];
  }
  wrapped.set(text, lines);
  return lines;
};
