// Draws flowcharts with the real Mermaid in a document of jsdom, and says what can be seen.
// stdin: a JSON list of texts; the argument is the folder that holds node_modules. stdout: a JSON list, one entry each:
// {nodes: {id: text}, edges: [[source, target, text, stroke]], tags, attributes}, or {error}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { JSDOM } = createRequire(join(folder, "package.json"))("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
for (const name of ["document", "navigator", "Element", "SVGElement", "HTMLElement", "Node", "DOMParser", "XMLSerializer"]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
globalThis.window = window;
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 100, height: 20 }); // jsdom lays nothing out
window.SVGElement.prototype.getComputedTextLength = () => 100;

const { default: mermaid } = await import(pathToFileURL(join(folder, "node_modules/mermaid/dist/mermaid.core.mjs")));
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

async function drawn(text, number) {
  const { diagramType } = await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const { svg } = await mermaid.render(`drawing${number}`, text);
  const page = new window.DOMParser().parseFromString(`<body>${svg}</body>`, "text/html");
  const elements = [...page.body.querySelectorAll("*")];
  const nodes = [...page.querySelectorAll("g.node")].map((node) => [node.id.split("-").at(-2), node.textContent.trim()]);
  const labels = [...page.querySelectorAll(".edgeLabel .label")].map((each) => each.textContent.trim());
  return {
    type: diagramType,
    nodes: Object.fromEntries(nodes),
    classes: Object.fromEntries([...db.getVertices()].map(([id, vertex]) => [id, vertex.classes])),
    edges: db.getEdges().map((edge, index) => [edge.start, edge.end, labels[index], edge.stroke]),
    tags: [...new Set(elements.map((element) => element.localName))].sort(),
    attributes: [...new Set(elements.flatMap((element) => element.getAttributeNames()))].sort(),
  };
}

const answers = [];
for (const [number, text] of JSON.parse(readFileSync(0, "utf8")).entries()) {
  answers.push(await drawn(text, number).catch((error) => ({ error: String(error) })));
}
process.stdout.write(JSON.stringify(answers));
process.exit(0);
