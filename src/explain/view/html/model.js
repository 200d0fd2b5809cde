"use strict";
// What the page was told, and the questions to it that every part of the page asks.

const told = JSON.parse(document.getElementById("data").textContent);
const starts = told.starts;
const GENERAL = ["pod", "node", "outside"];

const VERDICTS = {
  allowed: { word: "reaches a pod", look: "good" },
  partial: { word: "reaches some pods", look: "partly" },
  blocked: { word: "is stopped", look: "bad" },
  "no-endpoints": { word: "finds nobody", look: "bad" },
  unknown: { word: "can't be told", look: "unknown" },
};

const LOOKS = { works: "good", doubtful: "partly", partly: "partly", broken: "bad", refused: "bad", unknown: "unknown" };
const SEVERITIES = ["error", "warning", "info"];
const STATES = { good: "works", partly: "works in part", bad: "does not work", unknown: "not known" };

const services = told.services.map(({ service, ways }, index) => {
  const it = { ...service, index, ways };
  it.full = service.namespace ? `${service.namespace}/${service.name}` : service.name;
  it.findings.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const from = (start) => ways.filter((way) => way.starts.some((index) => starts[index].from === start));
  it.inside = from("pod").length ? from("pod") : ways;
  it.outside = opened(it, from("outside"));
  it.answerers = answerers(service);
  it.look = look(it);
  it.callersOf = [...new Set(service.callers.map((caller) => caller.workload))];
  it.words = [it.full, service.type, service.headless ? "headless" : "", ...service.dns.map((name) => name.name), ...service.clusterIps.map((ip) => ip.address),
    ...service.ports.flatMap((port) => [port.name, port.port, port.targetPort, port.nodePort]), ...it.answerers.map((who) => who.name),
    ...service.fronts.flatMap((front) => [front.kind, front.name, ...front.hosts]), ...it.callersOf, ...service.findings.map((note) => note.rule)]
    .filter((word) => word !== null && word !== undefined).join(" ").toLowerCase();
  return it;
});

function answerers(service) {
  const found = new Map();
  for (const endpoint of service.endpointSlices.flatMap((slice) => slice.endpoints)) {
    const name = endpoint.address ?? `${endpoint.kind} ${endpoint.name}`;
    const count = endpoint.address ? "written by hand" : endpoint.replicas === null ? "one pod a node" : endpoint.replicas === 0 ? "no pod for long" : endpoint.replicas === 1 ? "1 pod" : `${endpoint.replicas} pods`;
    const key = endpoint.address ? `address ${name}` : `${endpoint.namespace ?? ""}/${name}`;
    if (!found.has(key)) found.set(key, { key, name, count, ready: endpoint.ready, none: endpoint.replicas === 0 || endpoint.ready === "not-ready", namespace: endpoint.namespace });
  }
  return [...found.values()];
}

// The ways from outside that lead somewhere, or may.
function opened(it, ways) {
  const own = ["NodePort", "LoadBalancer"].includes(it.type);
  const led = own || !it.fronts.length || it.fronts.some((front) => !front.broken);
  if (it.refused || !led || it.type === "ExternalName") return [];
  return ways.filter((way) => ["allowed", "partial", "unknown"].includes(way.verdict));
}

function look(it) {
  if (it.summary?.says) return LOOKS[it.summary.state] ?? "unknown";
  if (it.refused) return "bad";
  const looks = it.inside.map((way) => VERDICTS[way.verdict].look);
  if (it.type === "ExternalName" || !looks.length) return "unknown";
  if (looks.every((one) => one === "bad")) return "bad";
  if (looks.some((one) => one === "bad" || one === "partly")) return "partly";
  return looks.includes("unknown") ? "unknown" : "good";
}

const stateOf = (it) => (it.summary?.state === "doubtful" ? "works, with a doubt" : it.refused ? "refused by the API server" : it.type === "ExternalName" ? "an alias in DNS" : STATES[it.look]);
function openness(it) {
  if (it.refused) return "refused: nobody reaches it";
  if (it.outside.length) return "reachable from outside";
  return ["NodePort", "LoadBalancer"].includes(it.type) || it.fronts.length ? "not reached from outside" : "inside the cluster only";
}

const kind = (it) => (it.headless ? "headless" : it.type);
const inTrouble = (it) => it.look === "bad" || it.look === "partly" || it.findings.some((note) => note.severity !== "info");

function called(from) {
  if (from === "pod") return "any pod";
  if (from === "node") return "a node";
  if (from === "outside") return "outside";
  if (from.startsWith("outside/")) return `${from.slice(8)} outside`;
  const [namespace, workload, ...name] = from.split("/");
  return `${workload} ${name.join("/")} (${namespace})`;
}

// What a look at the map tells of a Service beside its name and type.
function inWords(it) {
  const behind = it.answerers.length ? it.answerers.map((who) => `${who.name} (${who.count})`).join(", ") : "nobody";
  const front = it.fronts.length ? ` through ${it.fronts.map((front) => `${front.kind} ${front.name}`).join(", ")}` : "";
  return `${stateOf(it)}; ${openness(it)}${front}; behind it ${behind}`;
}
