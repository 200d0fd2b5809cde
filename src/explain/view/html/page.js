"use strict";
// The page: the list with its search, what is shown, what the address says, the theme, the printer.

const main = document.getElementById("main");
const list = document.getElementById("list");
const search = document.getElementById("search");
const state = { filter: "all", service: null, start: 0, port: 0, step: 0 };

const FILTERS = { all: ["all", () => true], outside: ["from outside", (it) => it.outside.length > 0], trouble: ["in trouble", inTrouble] };

function matching() {
  const words = search.value.toLowerCase().split(/\s+/).filter((word) => word);
  const [, takes] = FILTERS[state.filter];
  return services.filter((it) => takes(it) && words.every((word) => it.words.includes(word)));
}

function drawFilters() {
  const box = document.getElementById("filters");
  for (const [key, [word, takes]] of Object.entries(FILTERS)) {
    const id = `filter-${key}`;
    box.append(h("span", { class: "chip" }, h("input", { type: "radio", name: "filter", id, checked: key === state.filter, onchange: () => { state.filter = key; drawList(); if (state.service === null) drawMain(); } }), h("label", { for: id }, `${word} ${services.filter(takes).length}`)));
  }
}

function drawList() {
  const shown = matching();
  const links = shown.map((it) => {
    const bad = it.findings.filter((note) => note.severity !== "info").length;
    return h("a", { href: `#/${it.index}`, tabindex: "-1", class: it.look, "data-index": it.index },
      picture(it.look), h("span", { class: "two" }, h("b", {}, it.name), h("small", {}, [it.namespace, kind(it), it.outside.length ? "outside" : null].filter(Boolean).join(" · "))), bad ? h("span", { class: "count" }, bad, h("span", { class: "unseen" }, " findings")) : null, h("span", { class: "unseen" }, `; ${inWords(it)}`));
  });
  list.replaceChildren(...links.map((link) => h("li", {}, link)));
  document.getElementById("matches").textContent = shown.length === services.length ? `${services.length} ${services.length === 1 ? "Service" : "Services"}` : `${shown.length} of ${services.length} Services`;
  mark();
}

// Marks what is shown, and keeps one entry of the list in the tab order.
function mark() {
  const links = [...list.querySelectorAll("a")];
  const own = links.find((link) => Number(link.dataset.index) === state.service) ?? links[0];
  links.forEach((link) => {
    link.setAttribute("tabindex", link === own ? "0" : "-1");
    if (Number(link.dataset.index) === state.service) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  const home = document.getElementById("home");
  if (state.service === null) home.setAttribute("aria-current", "page");
  else home.removeAttribute("aria-current");
}

function tile(count, words, look) {
  return h("li", { class: `tile ${look}` }, h("b", {}, count), " ", words);
}

function drawOverview() {
  const shown = matching();
  const notes = [...new Map([...services.flatMap((it) => it.findings), ...told.findings].map((note) => [`${note.rule} ${note.path} ${note.line} ${note.column} ${note.message}`, note])).values()];
  notes.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const open = services.filter((it) => it.outside.length).length;
  const refused = services.filter((it) => it.refused).length;
  const count = (look) => services.filter((it) => it.look === look).length;
  const bad = notes.filter((note) => note.severity === "error").length;
  const warned = notes.filter((note) => note.severity === "warning").length;
  main.replaceChildren(
    h("h1", {}, services.length ? "How traffic reaches these Services" : "No Service is in the files named"),
    h("ul", { class: "tiles" }, tile(services.length, services.length === 1 ? "Service" : "Services", ""), tile(open, refused ? `reachable from outside; ${refused} refused` : "reachable from outside", "accent"), count("bad") ? tile(count("bad"), "not working", "bad") : null,
      count("partly") ? tile(count("partly"), "working in part", "partly") : null, bad + warned ? tile(bad + warned, bad ? `findings, ${bad} of them errors` : "findings", bad ? "bad" : "partly") : tile("no", "findings", "good")),
    h("section", { class: "panel" }, h("h2", {}, "Map"), h("p", { class: "hint" }, "Choose a Service to follow a packet to it. Arrow keys move from one to the next."), shown.length ? drawMap(shown) : h("p", { class: "none" }, "No Service fits the search."),
      h("ul", { class: "legend", "aria-hidden": "true" }, Object.entries({ good: "traffic arrives", partly: "in part", bad: "it stops", unknown: "the files don't say" }).map(([look, word]) => h("li", { class: look }, picture(look), word)))),
    notes.length ? h("section", { class: "panel" }, h("h2", {}, "Findings"), notes.map((note) => drawNote(note, true))) : "",
    shown.length ? h("section", { class: "panel" }, h("h2", {}, "The map as a table"), table("The map as a table", ["Service", "type", "works", "from outside", "who answers"], shown.map((it) => [h("a", { href: `#/${it.index}` }, it.full), kind(it), stateOf(it),
      it.outside.length ? it.fronts.map((front) => `${front.kind} ${front.name}`).join(", ") || "yes" : "no", it.answerers.map((who) => `${who.name} (${who.count})`).join(", ") || "nobody"]))) : "");
}

function drawService() {
  const it = services[state.service];
  const all = fromOf(it);
  if (!all.includes(state.start)) state.start = all[0] ?? 0;
  if (!wayOf(it, state.start, state.port)) state.port = it.ways.find((way) => way.starts.includes(state.start))?.port ?? 0;
  const way = drawPath(it, state, choose);
  main.replaceChildren(h("p", { class: "crumb" }, h("a", { href: "#/" }, "← Map of all Services")), drawTitle(it, "h1"), it.ways.length ? way : "",
    it.findings.length ? panel("Findings", it.findings.map((note) => drawNote(note, false))) : "", h("div", { class: "facts" }, drawFacts(it)));
}

function choose(change, focus) {
  Object.assign(state, change);
  const address = `#/${state.service}/${state.start}/${state.port}/${state.step}`;
  history.replaceState(null, "", address);
  if (!("step" in change && Object.keys(change).length === 1)) drawService();
  if (focus) document.getElementById(focus)?.focus();
}

function drawMain() {
  if (state.service === null) drawOverview();
  else drawService();
  const it = services[state.service];
  document.title = it ? `${it.full}: how traffic reaches it` : "How traffic reaches these Services";
  mark();
}

// #/service/start/port/step, each by its number.
function route(first) {
  if (location.hash === "#main") return main.focus();
  const [service, start, port, step] = location.hash.replace(/^#\/?/, "").split("/").map((part) => (/^\d+$/.test(part) ? Number(part) : null));
  const known = service !== null && service !== undefined && services[service];
  state.service = known ? service : first && services.length === 1 ? 0 : null;
  if (known) Object.assign(state, { start: start ?? state.start, port: port ?? 0, step: step ?? 0 });
  if (!starts[state.start]) state.start = 0;
  drawMain();
  if (!first) {
    main.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

const THEMES = ["auto", "light", "dark"];
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById("theme").textContent = `Theme: ${theme}`;
}

function keep(theme) {
  try {
    if (theme) localStorage.setItem("svclint-theme", theme);
    return localStorage.getItem("svclint-theme");
  } catch {
    return theme;
  }
}

document.getElementById("theme").addEventListener("click", () => {
  const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  setTheme(theme);
  keep(theme);
});
document.getElementById("print").addEventListener("click", () => window.print());
window.addEventListener("beforeprint", () => {
  const paper = document.getElementById("paper");
  paper.replaceChildren(...services.map(drawPaper));
  paper.hidden = false;
});
window.addEventListener("afterprint", () => {
  const paper = document.getElementById("paper");
  paper.replaceChildren();
  paper.hidden = true;
});
window.addEventListener("hashchange", () => route(false));
search.addEventListener("input", () => {
  drawList();
  if (state.service === null) drawOverview();
});
search.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") {
    event.preventDefault();
    list.querySelector("a")?.focus();
  }
  if (event.key === "Enter") list.querySelector("a")?.click();
});
list.addEventListener("keydown", (event) => rove([...list.querySelectorAll("a")], event, false));
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    search.focus();
  }
});

document.getElementById("told").textContent = `Kubernetes ${told.kubernetesVersion}, svclint ${told.version}. Addresses no file gives are made up.${told.leftOut ? ` ${told.leftOut} workloads are left out as starts: --from NS/KIND/NAME takes one.` : ""}`;
setTheme(THEMES.includes(keep()) ? keep() : "auto");
drawFilters();
drawList();
route(true);
document.documentElement.dataset.ready = "yes";
