"use strict";
// Elements, text and pictures. Everything from a manifest becomes a text node: no markup is ever made of a string.

const SVG = "http://www.w3.org/2000/svg";

// What would reverse, hide or break text is shown as its number.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
const say = (text) => String(text ?? "").replace(UNSEEN, (c) => `\\u{${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}}`);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : say(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(say(child)));
  }
  return element;
}

const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// A sentence of svclint: what it has between backticks is code.
function prose(text) {
  const parts = String(text ?? "").split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

const PICTURES = {
  pod: "M12 2l9 5v10l-9 5-9-5V7zM3 7l9 5 9-5M12 12v10",
  dns: "M4 5h16v14H4zM4 10h16M8 5v14",
  proxy: "M4 12h5l4-6h7M9 12l4 6h7M17 3l3 3-3 3M17 15l3 3-3 3",
  node: "M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01",
  "load-balancer": "M12 3v5M12 8L5 15M12 8l7 7M12 8v7M3 15h4v5H3zM10 15h4v5h-4zM17 15h4v5h-4z",
  ingress: "M3 12h12M11 7l5 5-5 5M20 3v18",
  gateway: "M3 12h12M11 7l5 5-5 5M20 3v18",
  policy: "M12 2l8 3v6c0 5-3.5 9-8 11-4.5-2-8-6-8-11V5z",
  start: "M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  outside: "M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  good: "M4 12l5 6L20 6",
  bad: "M5 5l14 14M19 5L5 19",
  partly: "M12 3v12M12 20v.01",
  unknown: "M8 8a4 4 0 118 0c0 3-4 3-4 6M12 20v.01",
};

const picture = (name) => s("svg", { viewBox: "0 0 24 24", class: "picture", "aria-hidden": "true" }, s("path", { d: PICTURES[name] ?? PICTURES.node }));

// Arrow keys, Home and End among elements of which one is in the tab order.
function rove(elements, event, horizontal) {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  const at = elements.indexOf(document.activeElement);
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return null;
  let to = at;
  if (event.key in steps && (horizontal || event.key === "ArrowDown" || event.key === "ArrowUp")) to = at + steps[event.key];
  else if (event.key === "Home") to = 0;
  else if (event.key === "End") to = elements.length - 1;
  else return null;
  event.preventDefault();
  const next = elements[Math.max(0, Math.min(elements.length - 1, to))];
  elements.forEach((element) => element.setAttribute("tabindex", element === next ? "0" : "-1"));
  next.focus();
  return next;
}
