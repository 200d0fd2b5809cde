"use strict";
// The map: what stands before the Services, the Services, who answers behind them. Places are worked out, not measured.

const ROW = 46;
const HEAD = 30;

function drawMap(shown) {
  const groups = new Map();
  for (const it of shown) {
    const namespace = it.namespace ?? "";
    if (!groups.has(namespace)) groups.set(namespace, []);
    groups.get(namespace).push(it);
  }
  const map = h("div", { class: "map", id: "map" });
  const several = groups.size > 1 || (groups.size === 1 && !groups.has(""));
  for (const [namespace, members] of groups) map.append(drawGroup(namespace, members, several));
  map.addEventListener("keydown", (event) => rove([...map.querySelectorAll("a.service")], event, false));
  map.querySelectorAll("a.service").forEach((link, index) => link.setAttribute("tabindex", index ? "-1" : "0"));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Map of the Services" },
    h("div", { class: "columns", "aria-hidden": "true" }, h("span", {}, "from outside"), h("span", {}, "Service"), h("span", {}, "who answers")), map);
}

function drawGroup(namespace, members, several) {
  const left = new Map();
  const right = new Map();
  const edges = [];
  const join = (side, key, make, row, edge) => {
    if (!side.has(key)) side.set(key, { ...make(), rows: [] });
    side.get(key).rows.push(row);
    edges.push({ ...edge, key, row });
  };
  members.forEach((it, row) => {
    const open = it.outside.length ? "good" : "bad";
    it.fronts.forEach((front) =>
      join(left, `${front.kind}/${front.namespace ?? ""}/${front.name}`, () => ({ icon: "ingress", title: `${front.kind} ${front.name}`, more: front.hosts.join(", ") || front.through }),
        row, { side: "left", look: front.broken ? "bad" : open }));
    if (it.type === "LoadBalancer") join(left, `balancer/${row}`, () => ({ icon: "load-balancer", title: "load balancer", more: it.ports.map((port) => `:${port.port}`).join(" ") }), row, { side: "left", look: open });
    if (it.type === "NodePort") join(left, `node/${row}`, () => ({ icon: "node", title: "any node", more: it.ports.map((port) => (port.nodePort ? `:${port.nodePort}` : "a port the cluster allots")).join(" ") }), row, { side: "left", look: open });
    const live = it.answerers.filter((who) => !who.none);
    live.forEach((who) => join(right, who.key, () => ({ icon: "pod", title: who.name, more: who.count }), row, { side: "right", look: it.look }));
    if (it.type === "ExternalName") join(right, `name/${row}`, () => ({ icon: "outside", title: it.dns[0]?.answer ?? "another name", more: "another name" }), row, { side: "right", look: "unknown" });
    else if (!live.length) join(right, `nobody/${row}`, () => ({ icon: it.look === "bad" ? "bad" : "unknown", title: it.look === "bad" ? "nobody" : "not in these files", more: "", look: it.look }), row, { side: "right", look: it.look });
  });
  const depth = Math.max(settle(left), settle(right), members.length) * ROW;
  const lines = s("svg", { class: "lines", viewBox: `0 0 100 ${depth}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const edge of edges) {
    const other = (edge.side === "left" ? left : right).get(edge.key);
    const [from, to] = edge.side === "left" ? [other.row, edge.row] : [edge.row, other.row];
    const [x1, x2] = edge.side === "left" ? [28, 37] : [63, 72];
    const middle = (x1 + x2) / 2;
    const [y1, y2] = [from * ROW + ROW / 2, to * ROW + ROW / 2];
    lines.append(s("path", { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, class: `line ${edge.look}`, "data-row": edge.row }));
  }
  const stage = h("div", { class: "stage" }, lines);
  stage.style.height = `${depth}px`;
  const put = (element, row) => {
    element.style.top = `${row * ROW + 4}px`;
    stage.append(element);
  };
  for (const [side, name] of [[left, "left"], [right, "right"]]) {
    for (const it of side.values()) {
      put(h("div", { class: `spot ${name} ${it.look ?? ""}`, title: `${it.title} ${it.more}`, "aria-hidden": "true" }, picture(it.icon), h("span", { class: "two" }, h("b", {}, it.title), h("small", {}, it.more))), it.row);
    }
  }
  members.forEach((it, row) => {
    const errors = it.findings.filter((note) => note.severity !== "info").length;
    const light = (on) => () => lines.querySelectorAll(`[data-row="${row}"]`).forEach((line) => line.classList.toggle("lit", on));
    put(h("a", { class: `spot service ${it.look}`, href: `#/${it.index}`, title: it.full, onmouseenter: light(true), onmouseleave: light(false), onfocus: light(true), onblur: light(false) },
      picture(it.look), h("span", { class: "two" }, h("b", {}, it.name), h("small", {}, `${kind(it)} ${it.ports.map((port) => `:${port.port}`).join(" ")}`)),
      errors ? h("span", { class: "count" }, errors, h("span", { class: "unseen" }, " findings")) : null, h("span", { class: "unseen" }, `; ${inWords(it)}`)), row);
  });
  return h("section", { class: "group" }, several ? h("h3", { class: "namespace" }, namespace ? `namespace ${namespace}` : "no namespace written") : null, stage);
}

// Gives each a row near the middle of those it is joined to, none twice; answers how many rows that takes.
function settle(side) {
  const all = [...side.values()];
  for (const it of all) it.wish = it.rows.reduce((sum, row) => sum + row, 0) / it.rows.length;
  all.sort((a, b) => a.wish - b.wish);
  let free = 0;
  for (const it of all) {
    it.row = Math.max(free, Math.round(it.wish));
    free = it.row + 1;
  }
  return free;
}
