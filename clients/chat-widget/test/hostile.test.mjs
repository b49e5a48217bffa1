// SPDX-License-Identifier: Apache-2.0
// Two hundred hostile texts, from the shopper and from the server, in every place where the widget shows a text.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { found, launch, open, shot } from "./browser.mjs";
import { fakeEdge } from "./fake-edge.mjs";
import { PAYLOADS } from "./payloads.mjs";

const skip = found() ? false : "there is no Chromium here (PROFFER_CHROMIUM names one)";
// What may be in the shadow root: what the widget itself makes, and nothing that a text could add.
const OURS = "button, textarea, div, span, h2, h3, p, ul, li, form, s, strong, dl, dt, dd, i, svg, path";

describe("hostile texts", { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test("all of 200 stay text: no script runs, nobody else is asked", async (t) => {
    assert.equal(PAYLOADS.length, 200);
    assert.equal(new Set(PAYLOADS).size, 200);
    const edge = await fakeEdge();
    const page = await open(browser, { origins: [edge.page, edge.address] });
    t.after(async () => {
      await page.context().close();
      await edge.close();
    });
    await page.exposeFunction("ran", () => page.faults.push("a script ran"));
    // In every field that is shown or could be loaded; the first letters of the text say which one it is.
    edge.answer = ({ turnId }) => {
      const text = PAYLOADS[page.at];
      // A reply of more than a megabyte would be refused as a whole.
      const field = text.slice(0, 6_000);
      const names = { en: field, zh: field };
      const offer = { promotionId: field, names, summaries: names, code: field, currency: field, savingMinorUnits: "100", remainingUnits: field, endsAtUnixMs: field };
      const item = { itemId: field, title: field, listPriceMinorUnits: field, priceMinorUnits: "1", currency: field, offer, reason: field, imageUrl: field };
      const cards = [{ item }, { promotion: offer }, { cart: { currency: field, subtotalMinorUnits: field, applied: [{ names, savingMinorUnits: field }] } }, { [field]: field }];
      return {
        pieces: [{ text: text.slice(0, 50) }, { text: text.slice(50) }, { card: cards[0] }],
        done: { text, language: page.at % 2 ? "en" : text, cards, quickReplies: [field, field], knowledge: { source: field }, turnId },
      };
    };
    await page.goto(edge.page);
    const chat = page.locator("proffer-chat");
    await chat.locator(".launcher").click();
    const strange = [];
    for (page.at = 0; page.at < PAYLOADS.length; page.at++) {
      const text = PAYLOADS[page.at];
      const outcome = await page.evaluate(async ([text, ours]) => {
        const element = document.querySelector("proffer-chat");
        const before = element.messages.length;
        // Too long for a turn, it cannot be sent; the answer to another turn brings it all the same.
        const sent = element.send(text) || element.send("show it");
        for (let i = 0; i < 400; i++) {
          const last = element.messages.at(-1);
          if (last.speaker === "bot" && last.state === "done" && element.messages.length !== before) {
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
        const shown = Array.from(element.shadowRoot.querySelectorAll(".message")).at(-1);
        const foreign = Array.from(element.shadowRoot.querySelectorAll(`:not(${ours})`), (each) => each.outerHTML.slice(0, 100));
        const handlers = Array.from(element.shadowRoot.querySelectorAll("*")).flatMap((each) => each.getAttributeNames()).filter((name) => /^on|^(src|href|style|srcdoc|formaction|action)$/.test(name) && name !== "style");
        const end = element.shadowRoot.querySelector(".log").getBoundingClientRect().right;
        const wide = Array.from(element.shadowRoot.querySelectorAll(".message > *, .replies > *"), (each) => each.getBoundingClientRect().right).some((right) => right > end + 1);
        // Each round has its own conversation: two hundred of them would only measure how fast a browser lays out.
        const result = { sent, foreign, handlers, text: shown?.querySelector(".bubble")?.textContent ?? "", state: element.messages.at(-1).state, wide };
        if (element.messages.length > 3) {
          element.reset();
        }
        return result;
      }, [text, OURS]);
      if (!outcome.sent || outcome.foreign.length > 0 || outcome.handlers.length > 0 || outcome.state !== "done" || outcome.wide) {
        strange.push([text.slice(0, 80), { ...outcome, text: outcome.text.slice(0, 80) }]);
      }
      // It is there to be read, as it was written, without what deceives.
      if (/[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008]/.test(outcome.text) || (text.length < 300 && text.includes("<") && !outcome.text.includes("<"))) {
        strange.push([text.slice(0, 80), outcome.text.slice(0, 80)]);
      }
      if (page.at === 120) {
        await shot(page, "hostile-desktop");
      }
    }
    assert.deepEqual(strange, []);
    assert.deepEqual(page.faults, [], "scripts that ran");
    assert.deepEqual(page.foreign, [], "requests to others");
    // And what was kept of it, after a reload.
    page.at = 20;
    await page.evaluate(() => document.querySelector("proffer-chat").send("keep"));
    await chat.locator(".message.bot .card").first().waitFor();
    await page.reload();
    await chat.locator(".message").last().waitFor();
    assert.deepEqual(page.faults, []);
    assert.deepEqual(page.foreign, []);
    t.diagnostic(`${PAYLOADS.length} payloads, 0 script runs, 0 foreign requests`);
  });

  test("a storage that somebody else wrote is no way in", async (t) => {
    const edge = await fakeEdge();
    const page = await open(browser, { origins: [edge.page, edge.address] });
    t.after(async () => {
      await page.context().close();
      await edge.close();
    });
    await page.exposeFunction("ran", () => page.faults.push("a script ran"));
    await page.goto(edge.page);
    for (const kept of ["{", "null", "[]", "{\"messages\":7}", JSON.stringify({
      conversationId: {}, replies: [7, null, "<img src=x onerror=ran()>"], unread: "<b>", handOff: { agent: "<img src=x onerror=ran()>", place: "x" },
      messages: [null, 7, { id: "a", speaker: "<script>", text: "<img src=x onerror=ran()>", state: "done", cards: [null, 7, { item: null }, { item: { title: {} } }] }],
    })]) {
      await page.evaluate(([key, value]) => localStorage.setItem(key, value), [`proffer-chat ${edge.address} `, kept]);
      await page.evaluate(() => sessionStorage.setItem("proffer-chat-open", "1"));
      // What the page keeps when it goes must not replace it.
      await page.evaluate(() => document.querySelector("proffer-chat").remove());
      await page.evaluate(([key, value]) => localStorage.setItem(key, value), [`proffer-chat ${edge.address} `, kept]);
      await page.reload();
      await page.locator("proffer-chat .panel").waitFor();
    }
    assert.deepEqual(page.faults, []);
    assert.deepEqual(page.foreign, []);
  });
});
