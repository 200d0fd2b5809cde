// Uses the page as readers do: page.mjs CHROMIUM FOLDER, which holds sample.html, shop.html, hostile.html with hostile.json, and many.html.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { Checks, withBrowser } from "./browser.mjs";

const [executable, folder] = process.argv.slice(2);
const checks = new Checks();
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const READY = "html[data-ready]";

/** Opens a file and watches it: any request but that for the file, any error and any dialog is a fault. */
async function visit(open, name, width, height, scheme) {
  const page = await open(width, height, scheme);
  const url = pathToFileURL(path.join(folder, name)).href;
  page.on("request", (request) => checks.same("a request", request.url().split("#")[0], url));
  page.on("pageerror", (error) => checks.holds(`an error of the page: ${error.message}`, false));
  page.on("console", (message) => checks.holds(`the console says ${message.text()}`, message.type() !== "error"));
  page.on("dialog", (dialog) => checks.holds(`a dialog: ${dialog.message()}`, false));
  await page.goto(url);
  await page.waitForSelector(READY);
  return page;
}

const text = (page, selector) => page.locator(selector).first().innerText();
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute("class") || document.activeElement.tagName);

async function clicks(open) {
  const page = await visit(open, "sample.html", 1280, 900);
  checks.same("Services on the map", await page.locator("#map a.service").count(), 2);
  await page.locator("#map a.service", { hasText: "web" }).click();
  checks.same("the title is the Service's", await text(page, "h1 .name"), "web");
  const starts = await page.locator("#workload option").evaluateAll((options) => options.map((option) => option.textContent));
  const [cart, other] = ["Deployment cart", "Deployment other"].map((name) => starts.find((start) => start.startsWith(name)));
  checks.holds(`workloads are starts, those that call it first: ${starts}`, cart && other && starts.indexOf(cart) < starts.indexOf(other));
  await page.locator("#workload").selectOption({ label: cart });
  checks.holds("a NetworkPolicy lets it pass", (await text(page, "#verdict")).includes("reaches a pod"));
  const steps = await page.locator(".hops .hop").count();
  const seen = new Set([await text(page, "#detail")]);
  for (let step = 1; step < steps; step += 1) {
    await page.getByRole("button", { name: "Next step" }).click();
    seen.add(await text(page, "#detail"));
    checks.same("the step that is shown", await page.locator(".hops [aria-current=step]").count(), 1);
  }
  checks.holds(`a path has at least start, name, pod and end: ${steps}`, steps >= 4);
  checks.same("every step says something of its own", seen.size, steps);
  checks.holds("the last step is the end", (await text(page, "#detail")).includes("answered"));
  checks.holds("the last step is the last", await page.getByRole("button", { name: "Next step" }).isDisabled());
  await page.locator("#workload").selectOption({ label: other });
  checks.holds("the verdict is that start's", (await text(page, "#verdict")).includes("is stopped"));
  await page.locator(".hops .hop").last().click();
  checks.holds("the last step says what the client sees", (await text(page, "#detail")).includes("time-out"));
  await page.reload();
  checks.holds("a link keeps Service and start", (await text(page, "#verdict")).includes("Deployment other"));
  await page.getByRole("link", { name: /Map of all Services/ }).click();
  checks.same("and back", await page.locator("#map a.service").count(), 2);
  await page.close();
}

async function searches(open) {
  const page = await visit(open, "shop.html", 1280, 900);
  await page.locator("#search").fill("statefulset");
  checks.same("found by its workload", await page.locator("#list a").evaluateAll((links) => links.map((link) => link.querySelector("b").textContent)), ["orders"]);
  checks.same("the map shows the same", await page.locator("#map a.service").count(), 1);
  checks.same("the count is said", await text(page, "#matches"), "1 of 9 Services");
  await page.locator("#search").fill("no such thing");
  checks.same("nothing found", await page.locator("#list a").count(), 0);
  await page.locator("#search").fill("");
  await page.getByRole("radio", { name: /in trouble/ }).check({ force: true });
  const names = await page.locator("#list b").allTextContents();
  checks.holds(`those in trouble: ${names}`, names.includes("web") && names.length < 9);
  await page.close();
}

async function keys(open) {
  const page = await visit(open, "shop.html", 1280, 900);
  const visible = () => page.evaluate(() => {
    const element = document.activeElement.matches(".chip input") ? document.activeElement.nextElementSibling : document.activeElement;
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  await page.keyboard.press("Tab");
  checks.same("the first stop", await focused(page), "skip");
  await page.keyboard.press("/");
  checks.same("/ goes to the search", await focused(page), "search");
  await page.keyboard.type("checkout");
  await page.keyboard.press("ArrowDown");
  checks.holds("the focus is seen in the list", await visible());
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1 .name");
  checks.same("Enter opens the Service", await text(page, "h1 .name"), "checkout");
  checks.same("the focus follows", await focused(page), "main");
  const stops = [];
  let hop = null;
  for (let press = 0; press < 30 && !hop; press += 1) {
    await page.keyboard.press("Tab");
    stops.push(await focused(page));
    checks.holds(`the focus is seen on ${stops.at(-1)}`, await visible());
    hop = stops.at(-1).startsWith("hop");
    if (stops.at(-1).startsWith("start-")) {
      await page.keyboard.press("ArrowRight");
      checks.holds("arrows choose the next start", (await text(page, "#verdict")).includes("a node"));
      checks.holds("the focus stays with the choice", (await focused(page)).startsWith("start-"));
      await page.keyboard.press("ArrowLeft");
    }
  }
  checks.holds(`the way can be reached: ${stops}`, hop);
  const first = await text(page, "#detail");
  await page.keyboard.press("ArrowRight");
  const second = await text(page, "#detail");
  checks.holds("arrows walk the way", first !== second && second.startsWith("Step 2"));
  await page.keyboard.press("End");
  checks.holds("End goes to its end", (await text(page, "#detail h3")).includes("answered"));
  checks.same("what is told is announced", await page.locator("#detail").getAttribute("aria-live"), "polite");
  await page.keyboard.press("Tab");
  checks.same("one stop for the whole way", await page.evaluate(() => document.activeElement.textContent), "Back");
  await page.close();
}

async function themes(open) {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [light, dark] = [await visit(open, "shop.html", 1280, 900, "light"), await visit(open, "shop.html", 1280, 900, "dark")];
  const [bright, dim] = [await ground(light), await ground(dark)];
  checks.holds("the reader's scheme is taken", bright !== dim);
  await light.getByRole("button", { name: /Theme/ }).click();
  await light.getByRole("button", { name: /Theme/ }).click();
  checks.same("the button goes against it", await ground(light), dim);
  await light.getByRole("button", { name: /Theme/ }).click();
  await light.close();
  await dark.close();
}

async function prints(open) {
  const page = await visit(open, "shop.html", 1280, 900);
  await page.evaluate(() => addEventListener("afterprint", () => {}, { once: true }));
  await page.evaluate(() => addEventListener("beforeprint", () => { window.onPaper = document.getElementById("paper").innerText; }));
  const pdf = await page.pdf({ format: "A4" });
  const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  checks.holds(`a sheet and more for each Service: ${sheets}`, sheets >= 10);
  const paper = await page.evaluate(() => window.onPaper);
  for (const word of ["cart", "orders", "kube-proxy", "From outside", "What only you can know", "CART_SERVICE_HOST"]) checks.holds(`paper says ${word}`, paper.includes(word));
  checks.same("the screen is as before", await page.locator("#paper > *").count(), 0);
  await page.close();
}

async function isSafe(open) {
  const names = JSON.parse(fs.readFileSync(path.join(folder, "hostile.json"), "utf8"));
  const page = await visit(open, "hostile.html", 1280, 900);
  const shown = await page.locator("#list b").evaluateAll((all) => all.map((name) => name.textContent));
  for (const name of names) checks.holds(`${JSON.stringify(name)} is shown as it is: ${JSON.stringify(shown)}`, shown.includes(name));
  for (let index = 0; index < names.length; index += 1) {
    await page.locator("#list a").nth(index).click();
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    const strange = await page.evaluate(() => ({ owned: window.owned, title: document.title === "owned", images: document.images.length, scripts: document.scripts.length, styles: document.querySelectorAll("style,link,iframe,object,embed").length }));
    checks.same(`nothing of ${JSON.stringify(names[index])} ran`, strange, { title: false, images: 0, scripts: 2, styles: 1 });
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  }
  await page.close();
  const other = await open(800, 600);
  await other.goto(pathToFileURL(path.join(folder, "hostile.html")).href);
  await other.waitForSelector(READY);
  const stopped = await other.evaluate(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.owned = 1" }));
    document.body.append(Object.assign(document.createElement("img"), { src: "https://192.0.2.1/x.png" }));
    await fetch("https://192.0.2.1/").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { seen: seen.sort(), owned: window.owned };
  });
  checks.same("the policy of the page stops what gets in", stopped, { seen: ["connect-src", "img-src", "script-src-elem"] });
  await other.close();
}

async function accessible(open) {
  for (const [width, height] of [[1280, 900], [390, 800]]) {
    for (const scheme of ["light", "dark"]) {
      const page = await visit(open, "shop.html", width, height, scheme);
      for (const place of ["#/", "#/5/0/0/1", "#/6/2/0/2"]) {
        await page.evaluate((place) => { location.hash = place; }, place);
        await page.waitForTimeout(300);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        for (const it of violations) checks.holds(`${width} ${scheme} ${place}: ${it.impact}: ${it.help}: ${it.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`, !["serious", "critical"].includes(it.impact));
        checks.holds("nothing is wider than the window", await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      }
      await page.close();
    }
  }
}

async function many(open) {
  const page = await open(1280, 900);
  const begin = Date.now();
  await page.goto(pathToFileURL(path.join(folder, "many.html")).href);
  await page.waitForSelector(READY);
  const ready = Date.now() - begin;
  checks.holds(`300 Services are ready after ${ready} ms`, ready < 8000);
  checks.same("all on the map", await page.locator("#map a.service").count(), 300);
  const search = await page.evaluate(() => {
    const begin = performance.now();
    const field = document.getElementById("search");
    field.value = "svc-299";
    field.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    return performance.now() - begin;
  });
  checks.holds(`a search takes ${Math.round(search)} ms`, search < 1000);
  checks.same("found", await page.locator("#list b").allTextContents(), ["svc-299"]);
  await page.locator("#list a").first().click();
  checks.holds("opened", (await text(page, "h1")).includes("svc-299"));
  console.log(`300 Services: ready after ${ready} ms, a search takes ${Math.round(search)} ms`);
  await page.close();
}

await withBrowser(executable, async (open) => {
  for (const part of [clicks, searches, keys, themes, prints, isSafe, accessible, many]) {
    try {
      await part(open);
    } catch (error) {
      checks.holds(`${part.name}: ${error.message}`, false);
    }
  }
});
checks.end();
