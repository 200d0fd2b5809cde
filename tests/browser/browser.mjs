// Starts the machine's own Chromium with a profile of its own, cut off from every network. Knows no page.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Runs `then` with a function that opens a page of this size and colour scheme. */
export async function withBrowser(executablePath, then) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "svclint-browser-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: QUIET, offline: true });
  try {
    await then(async (width, height, colorScheme = "light") => {
      const page = await context.newPage();
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      return page;
    });
  } finally {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
}

/** Collects what does not hold; says it all at the end and fails then. */
export class Checks {
  #failed = [];
  #held = 0;

  holds(what, is) {
    if (is) this.#held += 1;
    else this.#failed.push(what);
  }

  same(what, is, should) {
    this.holds(`${what}: is ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`, JSON.stringify(is) === JSON.stringify(should));
  }

  end() {
    console.log(`${this.#held} checks hold`);
    this.#failed.forEach((what) => console.error(`does not hold: ${what}`));
    process.exit(this.#failed.length ? 1 : 0);
  }
}
