// SPDX-License-Identifier: Apache-2.0
// How soon the launcher is painted and the first words of an answer are shown, in the Chromium of this machine, on the shop of
// a server. Times hold for a machine that has nothing else to do; the load is printed beside them. Arguments: web address, runs.
// Prints one line for people and one JSON object.
import { loadavg } from "node:os";
import { found, launch, open } from "./test/browser.mjs";

const [web, count = "20"] = process.argv.slice(2);
if (!web || !found()) {
  console.error(web ? "there is no Chromium here (PROFFER_CHROMIUM names one)" : "usage: node bench.mjs WEB_ADDRESS [RUNS]");
  process.exit(2);
}
const runs = Number(count);
const QUESTIONS = ["Are there any deals for me today?", "Hello", "Show me headphones", "What can you do?"];
const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
const browser = await launch();
const paints = [];
const tokens = [];
const sizes = [];
const works = [];
const waits = [];
const load = loadavg()[0];
for (let i = 0; i < runs; i++) {
  // A new context each time: nothing is in its cache.
  const page = await open(browser, { origins: [web] });
  // What the main thread of the page itself worked, whoever else wanted the processor meanwhile.
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  // Each visitor is somebody else: one person may only ask so much a minute.
  await page.goto(`${web}/shop?user=u-${String(17 + i).padStart(5, "0")}&lang=en`);
  await page.waitForFunction(() => performance.getEntriesByName("proffer-chat:painted").length > 0);
  const { painted, sinceBytes, size } = await page.evaluate(() => {
    const at = (name) => performance.getEntriesByName(name)[0].startTime;
    const script = performance.getEntriesByType("resource").find((each) => each.name.endsWith("/proffer-chat.js"));
    const runs = at("proffer-chat:script");
    // The script puts the launcher into the page before it ends. The first paint after it began shows it; when the page was painted
    // before, our own mark stands in, which also waits for what other scripts do after the next frame.
    const paint = at("first-paint") >= runs ? at("first-paint") : at("proffer-chat:painted");
    return { painted: paint - runs, sinceBytes: paint - script.responseEnd, size: script.encodedBodySize };
  });
  waits.push(sinceBytes);
  const { metrics } = await session.send("Performance.getMetrics");
  works.push(1000 * metrics.find((each) => each.name === "TaskDuration").value);
  paints.push(painted);
  sizes.push(size);
  // The shelves are loaded before: idle is when nobody else asks.
  await page.waitForFunction(() => document.querySelector(".shelf .card") && document.querySelectorAll("[aria-busy=true]").length === 0);
  await page.waitForTimeout(1_200);
  tokens.push(await page.evaluate((text) => new Promise((resolve, reject) => {
    const chat = globalThis.ProfferChat;
    chat.open();
    chat.reset();
    const root = chat.element.shadowRoot;
    requestAnimationFrame(() => setTimeout(() => {
      const begun = performance.now();
      const look = new MutationObserver(() => {
        if (Array.from(root.querySelectorAll(".message.bot .bubble")).slice(1).some((each) => each.textContent !== "")) {
          look.disconnect();
          resolve(performance.now() - begun);
        }
      });
      look.observe(root, { subtree: true, childList: true, characterData: true });
      chat.send(text);
      setTimeout(() => reject(new Error("no answer in 30 s")), 30_000);
    }, 50));
  }), QUESTIONS[i % QUESTIONS.length]));
  await page.context().close();
}
await browser.close();
const round = (value) => Math.round(value * 10) / 10;
const result = {
  runs, load_average: round(load), script_bytes: sizes[0], launcher_paint_ms_p50: round(quantile(paints, 0.5)), launcher_paint_ms_p95: round(quantile(paints, 0.95)),
  since_last_byte_ms_p50: round(quantile(waits, 0.5)), since_last_byte_ms_p95: round(quantile(waits, 0.95)), page_cpu_ms_p50: round(quantile(works, 0.5)), page_cpu_ms_p95: round(quantile(works, 0.95)), first_token_ms_p50: round(quantile(tokens, 0.5)), first_token_ms_p95: round(quantile(tokens, 0.95)),
};
console.log(`launcher painted after the script began to run: p50 ${result.launcher_paint_ms_p50} ms, p95 ${result.launcher_paint_ms_p95} ms (aim: 100 ms), after its last byte, with all else that the page loads: p50 ${result.since_last_byte_ms_p50} ms; `
  + `first words shown after sending: p50 ${result.first_token_ms_p50} ms, p95 ${result.first_token_ms_p95} ms (aim: 150 ms); main thread of the whole page until then: p50 ${result.page_cpu_ms_p50} ms of CPU; ${runs} runs at a load of ${result.load_average}; script ${result.script_bytes} bytes`);
console.log(JSON.stringify(result));
