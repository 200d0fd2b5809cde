// Renders flowcharts with mermaid itself: mermaid.mjs CHROMIUM FILE… Each FILE.json lists texts that nodes must show, letter for letter.
import fs from "node:fs";
import { createRequire } from "node:module";
import { Checks, withBrowser } from "./browser.mjs";

const [executable, ...files] = process.argv.slice(2);
const checks = new Checks();
const library = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");

await withBrowser(executable, async (open) => {
  const page = await open(1200, 800);
  await page.setContent("<!doctype html><title>before</title><div id=drawing></div>");
  await page.addScriptTag({ path: library });
  await page.evaluate(() => window.mermaid.initialize({ startOnLoad: false, securityLevel: "strict", maxEdges: 100000, maxTextSize: 10000000 }));
  for (const file of files) {
    const text = fs.readFileSync(file, "utf8");
    const shown = await page.evaluate(async (text) => {
      try {
        const { svg } = await window.mermaid.render("drawn", text);
        document.getElementById("drawing").innerHTML = svg;
        const all = (selector) => [...document.querySelectorAll(`#drawing ${selector}`)];
        return { nodes: all(".node").map((node) => node.textContent), clusters: all(".cluster").map((node) => node.textContent), edges: all("path.flowchart-link").length };
      } catch (error) {
        return { error: String(error) };
      }
    }, text);
    checks.same(`${file}: mermaid's error`, shown.error, undefined);
    if (shown.error) continue;
    checks.same(`${file}: nodes`, shown.nodes.length, new Set(text.match(/^ +n\d+(?=[[({])/gm)).size);
    checks.same(`${file}: edges`, shown.edges, text.match(/^ {2}n\d+ .* n\d+$/gm)?.length ?? 0);
    const wanted = fs.existsSync(`${file}.json`) ? JSON.parse(fs.readFileSync(`${file}.json`, "utf8")) : [];
    for (const name of wanted) {
      checks.holds(`${file}: no node shows ${JSON.stringify(name)} in ${JSON.stringify(shown.nodes)}`, shown.nodes.some((node) => node.includes(name)));
      checks.holds(`${file}: no subgraph shows ${JSON.stringify(name)} in ${JSON.stringify(shown.clusters)}`, shown.clusters.some((title) => title.includes(name)));
    }
  }
  checks.same("the page's title", await page.title(), "before");
});
checks.end();
