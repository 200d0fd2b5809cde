"use strict";
// All that is told of one Service beside its ways, and the whole of it for paper.

const panel = (title, ...children) => (children.flat(Infinity).some((child) => child) ? h("section", { class: "panel" }, h("h2", {}, title), children) : null);
const table = (caption, heads, rows) => (rows.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", {}, h("caption", { class: "unseen" }, caption), h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, index) => h(index ? "td" : "th", index ? {} : { scope: "row" }, cell))))))) : null);
const bullets = (items, make) => (items.length ? h("ul", {}, items.map((item) => h("li", {}, make(item)))) : null);
const SIGNS = { error: "bad", warning: "partly", info: "unknown" };
const READY = { probe: "while its readiness probe answers", running: "as soon as its containers run", always: "even when not ready", ready: "ready", "not-ready": "not ready", never: "never: its probe asks for a port that is not there" };

const facts = (pairs) => h("dl", {}, pairs.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, prose(value))]));

function drawNote(note, folded) {
  const line = [picture(SIGNS[note.severity] ?? "unknown"), h("span", {}, h("b", { class: "severity" }, note.severity), " ", prose(note.message))];
  const more = [
    h("p", { class: "where" }, h("code", {}, `${note.path}:${note.line}:${note.column}`), note.object ? ` ${note.object.replace("/", " ")}` : ""),
    note.why.length ? bullets(note.why, prose) : null,
    note.help ? h("p", { class: "help" }, h("b", {}, "Way out: "), prose(note.help)) : null,
    h("p", { class: "rule" }, "More: ", h("code", {}, `svclint rule ${note.rule}`)),
  ];
  if (folded) return h("details", { class: `note ${note.severity}` }, h("summary", {}, line), more);
  return h("article", { class: `note ${note.severity}` }, h("h3", {}, line), more);
}

function drawFacts(it) {
  const endpoints = it.endpointSlices.flatMap((slice) => slice.endpoints.map((endpoint) => [
    endpoint.address ?? `${endpoint.kind} ${endpoint.hostname ?? endpoint.name}`,
    endpoint.address ? "1" : endpoint.replicas === null ? "one a node" : String(endpoint.replicas),
    slice.ports.map((port) => `${port.name ? `${port.name} ` : ""}${port.port ?? "all"}/${port.protocol}`).join(", ") || "none of this Service's",
    READY[endpoint.ready] ?? endpoint.ready,
    `${slice.addressType}, ${slice.managedBy === "files" ? "written by hand" : slice.managedBy}`,
  ]));
  const selector = it.selector ? Object.entries(it.selector).map(([key, value]) => h("code", {}, `${key}=${value}`)) : null;
  return [
    it.type === "ExternalName" ? null : panel("Who answers",
      h("p", {}, selector ? ["Pods with ", selector.flatMap((code, index) => (index ? [", ", code] : [code])), "."] : "It has no selector: its endpoints are what you write."),
      endpoints.length ? table("Who answers", ["who", "pods", "port there", "gets traffic", "slice"], endpoints) : h("p", { class: "none" }, "Nobody of these files.")),
    panel("In front of it", bullets(it.fronts, (front) => [h("b", {}, `${front.kind} ${front.namespace ? `${front.namespace}/` : ""}${front.name}`), front.hosts.length ? [" for ", h("code", {}, front.hosts.join(", "))] : "",
      front.paths.length ? [" at ", h("code", {}, front.paths.join(", "))] : "", front.through ? [", through ", prose(front.through)] : "", front.broken ? h("strong", { class: "bad" }, " Nothing comes this way: ", prose(front.broken)) : ""])),
    panel("Who calls it", bullets(it.callers, (caller) => [h("b", {}, called(caller.workload)), ` is told port ${caller.port}`, caller.portFits ? "" : h("strong", { class: "bad" }, ", which it does not have"), h("small", { class: "mono block" }, caller.field)])),
    it.balancer ? panel("What the load balancer becomes", h("p", {}, prose(it.balancer.becomes)), facts([["EXTERNAL-IP", it.balancer.address], ["pending", it.balancer.pending], ["sends to", it.balancer.targets], ["health checks", it.balancer.health], ["the pod sees", it.balancer.source], ["known by", it.balancer.knownBy]])) : null,
    it.spread ? panel("How connections spread", h("p", {}, prose(it.spread.says)), table("How connections spread", ["node", "pods", "share", "each pod", "load balancers send to it"], it.spread.nodes.map((node, index) => [String(index + 1), String(node.pods), node.share, node.eachPod, node.healthy ? "yes" : "no"]))) : null,
    panel("Ports", table("Ports", ["port", "name", "sends to", "on every node"], it.ports.map((port) => [`${port.port}/${port.protocol}`, port.name ?? "–", port.targetPort, port.nodePort ?? (["NodePort", "LoadBalancer"].includes(it.type) ? "allotted by the cluster" : "–")]))),
    panel("Names", table("Names", ["name", "type", "answer"], it.dns.map((name) => [h("span", { class: "mono" }, name.name), name.type, name.answer])),
      it.asked.length ? h("details", {}, h("summary", {}, "Who may ask for it by which name"), table("Who may ask", ["name", "asked by", "answer"], it.asked.map((one) => [h("span", { class: "mono" }, one.name), one.by, prose(one.answer)]))) : null),
    panel("What the files don't say", bullets(it.unknowns, prose)),
    panel("What only you can know", it.ask.length ? h("ol", { class: "asks" }, it.ask.map((ask) => h("li", {}, prose(ask.question), h("pre", { tabindex: "0" }, h("code", {}, ask.command))))) : null),
    panel("Prove it in the cluster", it.checks.length ? h("ol", { class: "asks" }, it.checks.map((check) => h("li", {}, prose(check.proves), h("pre", { tabindex: "0" }, h("code", {}, check.command)), check.otherwise ? h("p", {}, "Else: ", prose(check.otherwise)) : null))) : null),
    panel("After apply", it.afterApply.length ? h("ol", { class: "asks" }, it.afterApply.map((step) => h("li", {}, h("b", {}, step.who), " ", prose(step.does), step.look ? h("pre", { tabindex: "0" }, h("code", {}, step.look)) : null))) : null),
    panel("kube-proxy's chains", it.chains.length ? h("details", {}, h("summary", {}, `${it.chains.length} of iptables mode`), it.chains.map((chain) => table(`Chains of ${chain.port}`, [`${chain.name}, ${chain.port}`, "chance", "to"], chain.endpoints.map((link) => [h("span", { class: "mono" }, link.name), link.probability ?? "the rest", link.to])))) : null),
    panel("Environment of its neighbours", it.env.length ? h("details", {}, h("summary", {}, `${it.env.length} variables that containers started after it get`), h("pre", { tabindex: "0" }, h("code", {}, ...it.env.flatMap((one) => [`${one.name}=${one.value}`, document.createTextNode("\n")])))) : null),
    panel("Filled in by the API server", it.defaults.length ? h("details", {}, h("summary", {}, `${it.defaults.length} fields`), table("Fields filled in", ["field", "value"], it.defaults.map((one) => [h("span", { class: "mono" }, one.field), one.value]))) : null),
  ];
}

function drawTitle(it, level) {
  return h("div", { class: "title" }, h(level, {}, h("span", { class: "name" }, it.name), " ", h("span", { class: `state ${it.look}` }, picture(it.look), stateOf(it))),
    h("p", { class: "tags" }, it.namespace ? h("span", { class: "tag" }, `namespace ${it.namespace}`) : null, h("span", { class: "tag" }, kind(it)), h("span", { class: "tag" }, openness(it)), h("span", { class: "tag mono" }, it.path)),
    it.summary?.says ? h("p", { class: "lead" }, prose(it.summary.says)) : null,
    it.refused ? h("p", { class: "refused" }, h("b", {}, "The API server refuses it: "), it.refused) : null);
}

// Everything of a Service at once, nothing folded, for the printer.
function drawPaper(it) {
  const ways = it.ways.map((way) => {
    const froms = way.starts.map((start) => called(starts[start].from));
    const few = froms.slice(0, 8).join(", ") + (froms.length > 8 ? ` and ${froms.length - 8} more` : "");
    const port = it.ports[way.port];
    return h("section", { class: "panel" }, h("h3", {}, `From ${few}${port ? ` to port ${port.port}/${port.protocol}` : ""}: ${VERDICTS[way.verdict].word}`),
      h("ol", {}, way.hops.map((hop) => h("li", {}, h("b", {}, PLACES[hop.at] ?? hop.at), " ", prose(hop.what), hop.destination ? h("small", { class: "mono block" }, `${hop.fromClient ? starts[way.starts[0]].address ?? "?" : hop.source ?? "?"} → ${hop.destination}`) : null))), h("p", {}, outcome(way)));
  });
  const whole = h("article", { class: "sheet" }, drawTitle(it, "h2"), it.findings.length ? panel("Findings", it.findings.map((note) => drawNote(note, false))) : null, ways, drawFacts(it));
  whole.querySelectorAll("details").forEach((details) => (details.open = true));
  return whole;
}
