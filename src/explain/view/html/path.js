"use strict";
// The way of one packet: steps to click through, and what each does to the packet.

const PLACES = { dns: "DNS", proxy: "kube-proxy", node: "node", policy: "NetworkPolicy", pod: "pod", "load-balancer": "load balancer", ingress: "Ingress", gateway: "Gateway" };

const fromOf = (it) => [...new Set(it.ways.flatMap((way) => way.starts))];
const wayOf = (it, start, port) => it.ways.find((way) => way.port === port && way.starts.includes(start));

function steps(way, start) {
  const { from, address } = starts[start];
  const icon = from.startsWith("outside") ? "outside" : from === "node" ? "node" : "pod";
  let source = address;
  let destination = null;
  const all = [{ at: "start", icon, title: called(from), what: ["The packet starts here", address ? [", with the source address ", h("code", {}, address)] : "", "."].flat(), source: address, destination: null, changed: [] }];
  for (const hop of way.hops) {
    const next = hop.fromClient ? address : hop.source ?? source;
    const changed = [];
    if (hop.destination && destination && hop.destination !== destination) changed.push("destination");
    if (next && source && next !== source) changed.push("source");
    source = next;
    destination = hop.destination ?? destination;
    all.push({ at: hop.at, icon: hop.at, title: PLACES[hop.at] ?? hop.at, what: prose(hop.what), source: hop.destination ? source : null, destination: hop.destination, changed });
  }
  const last = all[all.length - 1];
  if (way.verdict === "blocked" && last.at === "policy") last.look = "bad";
  if (way.verdict === "partial" && way.hops.some((hop) => hop.at === "policy")) all.filter((step) => step.at === "policy").forEach((step) => (step.look = "partly"));
  all.push({ at: "end", icon: VERDICTS[way.verdict].look, look: VERDICTS[way.verdict].look, title: way.clientSees === "answered" ? "answered" : "client sees", what: outcome(way), source: null, destination: null, changed: [] });
  return all;
}

function outcome(way) {
  const words = way.clientSees === "answered" ? ["The client is answered"] : ["The client sees ", ...prose(way.clientSees)];
  if (way.verdict === "allowed" || way.clientSees === "answered") {
    const kept = { true: "; the pod sees the client's own address", false: "; the pod does not see the client's address", null: "; whether the client's own address is seen depends on what stands between" };
    words.push(kept[String(way.clientAddressKept)]);
  }
  words.push(".");
  if (way.why) words.push(" ", ...prose(way.why), ".");
  return words;
}

// The drawing with its controls; `chosen` is { start, port, step } and `choose` is told what changes.
function drawPath(it, chosen, choose) {
  const all = fromOf(it);
  const way = wayOf(it, chosen.start, chosen.port);
  const box = h("section", { class: "panel way", "aria-labelledby": "way-title" }, h("h2", { id: "way-title" }, "Follow the packet"));
  box.append(startChoice(it, all, chosen, choose));
  if (!way) return box;
  const verdict = it.refused ? { word: `is never made: the API server refuses the Service (else it ${VERDICTS[way.verdict].word})`, look: "bad" } : VERDICTS[way.verdict];
  const port = it.ports[way.port];
  box.append(h("p", { class: `verdict ${verdict.look}`, role: "status", id: "verdict" }, picture(verdict.look), h("span", {}, `A connection from ${called(starts[chosen.start].from)}`, port ? ` to port ${port.port}/${port.protocol} ` : " ", h("b", {}, verdict.word))));
  const list = steps(way, chosen.start);
  const at = Math.min(chosen.step, list.length - 1);
  const detail = h("div", { class: "detail", id: "detail", "aria-live": "polite", "aria-atomic": "true" });
  const ways = h("ol", { class: "hops", "aria-label": "Steps of the way" });
  const buttons = list.map((step, index) => {
    const button = h("button", { type: "button", class: `hop ${step.look ?? ""}`, tabindex: "-1", onclick: () => show(index, false) },
      picture(step.icon), h("span", { class: "two" }, h("b", {}, step.title), h("small", { class: "mono" }, step.at === "start" ? step.source ?? "" : step.destination ?? "")));
    ways.append(h("li", { class: step.at }, button));
    return button;
  });
  const back = h("button", { type: "button", onclick: () => show(chosen.step - 1, false) }, "Back");
  const next = h("button", { type: "button", class: "primary", onclick: () => show(chosen.step + 1, false) }, "Next step");
  const show = (index, quiet) => {
    chosen.step = Math.max(0, Math.min(list.length - 1, index));
    buttons.forEach((button, place) => {
      button.setAttribute("tabindex", place === chosen.step ? "0" : "-1");
      button.classList.toggle("passed", place < chosen.step);
      if (place === chosen.step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    back.disabled = chosen.step === 0;
    next.disabled = chosen.step === list.length - 1;
    detail.replaceChildren(...describe(list, chosen.step));
    if (!quiet) choose({ step: chosen.step });
  };
  ways.addEventListener("keydown", (event) => {
    const to = rove(buttons, event, true);
    if (to) show(buttons.indexOf(to), false);
  });
  box.append(ways, h("div", { class: "walk" }, back, next, h("span", { class: "hint" }, "or the arrow keys along the drawing")), detail);
  show(at, true);
  return box;
}

function describe(list, index) {
  const step = list[index];
  const packet = step.destination ? h("p", { class: "packet" },
    h("span", { class: step.changed.includes("source") ? "address changed" : "address" }, h("small", {}, step.changed.includes("source") ? "source, rewritten" : "source"), h("code", {}, step.source ?? "?")),
    h("span", { class: "to", "aria-label": "to" }, "→"),
    h("span", { class: step.changed.includes("destination") ? "address changed" : "address" }, h("small", {}, step.changed.includes("destination") ? "destination, rewritten" : "destination"), h("code", {}, step.destination))) : null;
  return [h("h3", {}, `Step ${index + 1} of ${list.length}: ${step.title}`), h("p", {}, step.what), packet].filter(Boolean);
}

function startChoice(it, all, chosen, choose) {
  const general = all.filter((start) => GENERAL.includes(starts[start].from) || starts[start].from.startsWith("outside/"));
  const workloads = all.filter((start) => !general.includes(start));
  const radios = general.map((start) => {
    const id = `start-${start}`;
    return h("span", { class: "chip" }, h("input", { type: "radio", name: "start", id, checked: start === chosen.start, onchange: () => choose({ start, step: 0 }, id) }), h("label", { for: id }, called(starts[start].from)));
  });
  const callers = new Set(it.callersOf);
  const sorted = workloads.sort((a, b) => callers.has(starts[b].from) - callers.has(starts[a].from) || (starts[a].from < starts[b].from ? -1 : 1));
  const select = workloads.length ? h("label", { class: "pick" }, h("span", {}, "or a workload"), h("select", { id: "workload", onchange: (event) => event.target.value !== "" && choose({ start: Number(event.target.value), step: 0 }, "workload") },
    h("option", { value: "" }, "choose…"), sorted.map((start) => h("option", { value: start, selected: start === chosen.start }, called(starts[start].from) + (callers.has(starts[start].from) ? ", calls this" : ""))))) : null;
  const ports = it.ports.length > 1 ? h("label", { class: "pick" }, h("span", {}, "to port"), h("select", { id: "port", onchange: (event) => choose({ port: Number(event.target.value), step: 0 }, "port") },
    it.ports.map((port, index) => h("option", { value: index, selected: index === chosen.port }, `${port.port}/${port.protocol}${port.name ? ` ${port.name}` : ""}`)))) : null;
  return h("div", { class: "choice" }, h("fieldset", { class: "chips" }, h("legend", {}, "From"), radios), select, ports);
}
