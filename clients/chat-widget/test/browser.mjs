// SPDX-License-Identifier: Apache-2.0
// The browser of the tests: the Chromium that this machine has, driven by playwright-core, which downloads none.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"];
const PLACES = [
  ...FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)), "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The program, or nothing. */
export function found() {
  return [process.env.PROFFER_CHROMIUM, ...PLACES].find((place) => place && existsSync(place));
}

export function launch() {
  return chromium.launch({
    executablePath: found(),
    // As root, as in a container, Chromium runs without its sandbox or not at all.
    args: ["--disable-dev-shm-usage", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
}

export const DESKTOP = { viewport: { width: 1360, height: 860 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const shots = process.env.PROFFER_SHOTS ?? fileURLToPath(new URL("../target/screenshots/", import.meta.url));

/** Keeps what is seen now, small enough for a repository. */
export async function shot(page, name) {
  mkdirSync(shots, { recursive: true });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  await session.detach();
  writeFileSync(`${shots}/${name}.webp`, Buffer.from(data, "base64"));
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** No violation of WCAG 2.2 AA, nor of axe's best practices, in what is shown now. */
export async function accessible(page, where) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  const told = violations.map((each) => `${each.id}: ${each.help}\n${each.nodes.map((node) => `  ${node.target.join(" ")}: ${node.failureSummary}`).join("\n")}`);
  assert.equal(violations.length, 0, `${where} has ${violations.length} violations\n${told.join("\n")}`);
}

/** A page that notes what goes wrong in it and what it asks other origins for. Without motion: what moves has no place yet. */
export async function open(browser, { origins = [], ...options } = {}) {
  const context = await browser.newContext({ ...DESKTOP, locale: "en-US", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.faults = [];
  page.foreign = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("dialog", (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (!origins.includes(origin) && protocol !== "data:") {
      page.foreign.push(request.url());
    }
  });
  return page;
}
