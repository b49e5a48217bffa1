// SPDX-License-Identifier: Apache-2.0
// The widget in a real browser, in a page of another origin, against an edge that says what each test wants.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { accessible, found, launch, open, PHONE, shot } from "./browser.mjs";
import { fakeEdge, pause } from "./fake-edge.mjs";

const skip = found() ? false : "there is no Chromium here (PROFFER_CHROMIUM names one)";
const LATER = Date.now() + 3 * 3_600_000;
const OFFER = {
  promotionId: "p-1", names: { en: "15 % off kitchen", zh: "厨房八五折" }, summaries: { en: "15 % off all kitchen items", zh: "厨房用品八五折" },
  savingMinorUnits: "2985", currency: "CNY", code: "WELCOME10", endsAtUnixMs: String(LATER), remainingUnits: "7",
};
const CARDS = [
  { item: { itemId: "knife", title: "Chef's knife", listPriceMinorUnits: "19900", priceMinorUnits: "16915", currency: "CNY", offer: OFFER, reason: "You looked at knives." } },
  { item: { itemId: "board", title: "Oak board", listPriceMinorUnits: "8900", priceMinorUnits: "8900", currency: "CNY", imageUrl: "https://elsewhere.example/x.png" } },
  { promotion: OFFER },
  { cart: { currency: "CNY", subtotalMinorUnits: "28800", totalMinorUnits: "26000", applied: [{ names: { en: "15 % off" }, savingMinorUnits: "2800" }] } },
];

describe("the chat widget", { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  async function visit(t, options = {}, how = {}) {
    const edge = await fakeEdge(options);
    const page = await open(browser, { origins: [edge.page, edge.address], ...how });
    t.after(async () => {
      await page.context().close();
      await edge.close();
    });
    await page.goto(edge.page);
    await page.locator("proffer-chat .launcher").waitFor();
    const end = async () => {
      assert.deepEqual(page.faults, []);
      assert.deepEqual(page.foreign, []);
    };
    return { edge, page, end, chat: page.locator("proffer-chat"), input: page.locator("proffer-chat textarea") };
  }
  const said = async (input, text) => {
    await input.fill(text);
    await input.press("Enter");
  };
  const bubble = (page, speaker, text) => page.locator(`proffer-chat .message.${speaker} .bubble`, { hasText: text });

  test("opens and closes by keyboard and gives the focus back", async (t) => {
    const { page, end, chat } = await visit(t);
    await page.locator("#elsewhere").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await chat.locator("[role=dialog]").waitFor();
    assert.equal(await chat.evaluate((each) => each.shadowRoot.activeElement.tagName), "TEXTAREA");
    await page.keyboard.press("Escape");
    await chat.locator("[role=dialog]").waitFor({ state: "hidden" });
    assert.equal(await chat.evaluate((each) => each.shadowRoot.activeElement.className), "launcher");
    assert.equal(await chat.locator(".launcher").getAttribute("aria-expanded"), "false");
    await end();
  });

  test("shows that an answer is being made, then writes it piece by piece", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    let go;
    const wait = new Promise((resolve) => (go = resolve));
    edge.pieceMs = 60;
    edge.answer = async () => {
      await wait;
      return { pieces: ["One ", "two ", "three"].map((text) => ({ text })), done: { text: "One two three", language: "en", quickReplies: ["More", "Thanks"] } };
    };
    await chat.locator(".launcher").click();
    await said(input, "Count");
    await chat.locator(".typing").waitFor();
    assert.equal(await chat.locator(".message.bot .feedback").count(), 0);
    go();
    await chat.locator(".message.bot .bubble", { hasText: /^One $/ }).waitFor();
    await bubble(page, "bot", "One two three").waitFor();
    await chat.locator(".typing").waitFor({ state: "detached" });
    await chat.locator(".replies button", { hasText: "Thanks" }).click();
    await bubble(page, "you", "Thanks").waitFor();
    assert.equal(edge.asked.length, 2);
    assert.equal(edge.asked[1].text, "Thanks");
    assert.equal(edge.asked[1].conversationId, "c-1");
    // The whole answer is said once to those who listen.
    await chat.locator("[role=status]", { hasText: "One two three" }).waitFor();
    await end();
  });

  test("an answer can be stopped", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    edge.pieceMs = 80;
    edge.answer = async () => ({ pieces: Array.from({ length: 200 }, (_, i) => ({ text: `${i} ` })), done: { text: "all", language: "en" } });
    await chat.locator(".launcher").click();
    await said(input, "Count to 200");
    await bubble(page, "bot", "2 ").waitFor();
    await chat.locator("button[aria-label='Stop the answer']").click();
    await chat.locator(".note", { hasText: "Stopped." }).waitFor();
    edge.answer = () => ({ done: { text: "Fine", language: "en" } });
    edge.pieceMs = 0;
    await said(input, "And now?");
    await bubble(page, "bot", "Fine").waitFor();
    await end();
  });

  test("shows items, promotions and carts as cards, with prices, codes and time", async (t) => {
    const { edge, page, end, chat, input } = await visit(t, {}, { permissions: ["clipboard-read", "clipboard-write"] });
    edge.answer = () => ({ pieces: CARDS.map((card) => ({ card })), done: { text: "Look:", language: "en", cards: CARDS } });
    await page.evaluate(() => {
      globalThis.heard = [];
      addEventListener("proffer:add-to-cart", (event) => globalThis.heard.push(event.detail));
    });
    await chat.locator(".launcher").click();
    await said(input, "Show me");
    await chat.locator(".card").nth(3).waitFor();
    assert.equal(await chat.locator(".card").count(), 4);
    const knife = chat.locator(".card").first();
    assert.equal(await knife.locator("strong").textContent(), "¥169.15");
    assert.equal(await knife.locator("s").textContent(), "¥199.00");
    assert.match(await knife.locator(".price").textContent(), /Now .*Before /);
    assert.match(await knife.locator("[role=timer]").textContent(), /^Ends in 0[23]:\d\d:\d\d$/);
    const first = await knife.locator("[role=timer]").textContent();
    await page.waitForFunction((text) => document.querySelector("proffer-chat").shadowRoot.querySelector("[role=timer]").textContent !== text, first);
    assert.equal(await chat.locator(".card").nth(1).locator("s").count(), 0);
    // A picture from somewhere else is not asked for.
    assert.equal(await chat.locator(".card img").count(), 0);
    await knife.locator(".act").click();
    const heard = await page.evaluate(() => globalThis.heard);
    assert.equal(heard.length, 1);
    assert.deepEqual(
      { itemId: heard[0].itemId, price: heard[0].priceMinorUnits, promotion: heard[0].promotionId, code: heard[0].code },
      { itemId: "knife", price: 16915, promotion: "p-1", code: "WELCOME10" },
    );
    await knife.locator(".act", { hasText: "Added" }).waitFor();
    await chat.locator(".promotion .code").click();
    await chat.locator("[role=status]", { hasText: "Code copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "WELCOME10");
    assert.match(await chat.locator(".card.cart").textContent(), /Subtotal¥288.00.*−¥28.00.*Total¥260.00/);
    await accessible(page, "a conversation with cards");
    await shot(page, "cards-desktop");
    await end();
  });

  test("a page can refuse what is added to the cart", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    edge.answer = () => ({ done: { text: "", language: "en", cards: [CARDS[0]] } });
    await page.evaluate(() => addEventListener("proffer:add-to-cart", (event) => event.preventDefault()));
    await chat.locator(".launcher").click();
    await said(input, "Show me");
    await chat.locator(".act").click();
    await pause(100);
    assert.equal(await chat.locator(".act").textContent(), "Add to cart");
    await end();
  });

  test("speaks the language of the page, and then that of the shopper", async (t) => {
    const { edge, page, end, chat, input } = await visit(t, { html: 'lang="zh-CN"' });
    assert.equal(await chat.locator(".launcher").getAttribute("aria-label"), "打开聊天");
    await chat.locator(".launcher").click();
    await chat.locator("h2", { hasText: "购物助手" }).waitFor();
    await page.evaluate(() => (document.documentElement.lang = "en"));
    await chat.locator("h2", { hasText: "Shopping assistant" }).waitFor();
    edge.answer = () => ({ done: { text: "有的。", language: "zh" } });
    await said(input, "今天有优惠吗");
    await chat.locator("h2", { hasText: "购物助手" }).waitFor();
    assert.equal(await chat.locator("[role=dialog]").getAttribute("lang"), "zh-CN");
    assert.equal(edge.asked[0].language, "en");
    await bubble(page, "bot", "有的。").waitFor();
    await said(input, "好");
    await bubble(page, "you", /^好$/).waitFor();
    assert.equal(edge.asked[1].language, "zh");
    await end();
  });

  test("Enter that ends a word of an input method does not send", async (t) => {
    const { edge, end, chat, input } = await visit(t);
    await chat.locator(".launcher").click();
    await input.fill("ni");
    await input.evaluate((area) => area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })));
    await pause(100);
    assert.equal(edge.asked.length, 0);
    assert.equal(await input.inputValue(), "ni");
    await end();
  });

  test("takes its looks from variables of the page, and darkness from the system or the page", async (t) => {
    const { page, end, chat } = await visit(t, {}, { colorScheme: "dark" });
    const colour = (of) => chat.locator(of).evaluate((each) => getComputedStyle(each).backgroundColor);
    await page.evaluate(() => document.querySelector("proffer-chat").style.setProperty("--proffer-accent", "rgb(120, 20, 60)"));
    assert.equal(await colour(".launcher"), "rgb(120, 20, 60)");
    await chat.locator(".launcher").click();
    assert.equal(await colour(".panel"), "rgb(21, 23, 30)");
    await accessible(page, "the dark panel");
    await page.evaluate(() => globalThis.ProfferChat.setTheme("light"));
    assert.equal(await colour(".panel"), "rgb(255, 255, 255)");
    await end();
  });

  test("keeps the conversation over a reload, and puts it right by what the server has", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    edge.answer = () => ({ done: { text: "We have tea.", language: "en", cards: [CARDS[0]], quickReplies: ["Green?"] } });
    await chat.locator(".launcher").click();
    await said(input, "Do you have tea? Call 13800138000");
    await bubble(page, "bot", "We have tea.").waitFor();
    edge.turns = [
      { sequence: "1", speaker: "SPEAKER_SHOPPER", text: "Do you have tea? Call [phone]" }, { sequence: "2", speaker: "SPEAKER_BOT", text: "We have tea." },
      { sequence: "3", speaker: "SPEAKER_BOT", text: "And coffee." },
    ];
    await page.reload();
    await bubble(page, "bot", "And coffee.").waitFor();
    assert.equal(await chat.locator(".message.you").count(), 1);
    assert.equal(await bubble(page, "bot", "We have tea.").count(), 1);
    assert.equal(await chat.locator(".card").count(), 1);
    assert.equal(await chat.locator(".replies button", { hasText: "Green?" }).count(), 1);
    await end();
  });

  test("each person has a conversation of their own", async (t) => {
    const { page, end, chat, input } = await visit(t, { attributes: 'data-user="ada"' });
    await chat.locator(".launcher").click();
    await said(input, "I am Ada");
    await bubble(page, "bot", "You said: I am Ada").waitFor();
    await page.evaluate(() => globalThis.ProfferChat.setUser("bob"));
    await bubble(page, "you", "I am Ada").waitFor({ state: "detached" });
    await page.evaluate(() => globalThis.ProfferChat.setUser("ada"));
    await bubble(page, "you", "I am Ada").waitFor();
    await page.evaluate(() => globalThis.ProfferChat.reset());
    await bubble(page, "you", "I am Ada").waitFor({ state: "detached" });
    await page.reload();
    await chat.locator(".panel").waitFor();
    assert.equal(await chat.locator(".message.you").count(), 0);
    await end();
  });

  test("counts what was not read", async (t) => {
    const { edge, page, end, chat } = await visit(t);
    edge.answer = () => ({ done: { text: "Here", language: "en" } });
    await page.evaluate(() => globalThis.ProfferChat.send("Anything new?"));
    await chat.locator(".badge", { hasText: "1" }).waitFor();
    assert.equal(await chat.locator(".launcher").getAttribute("aria-label"), "Open the chat, 1 unread");
    await page.reload();
    await chat.locator(".badge", { hasText: "1" }).waitFor();
    await shot(page, "badge-desktop");
    await chat.locator(".launcher").click();
    await chat.locator(".badge").waitFor({ state: "hidden" });
    await end();
  });

  test("what is written offline is sent when the network is back", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    await chat.locator(".launcher").click();
    await page.context().setOffline(true);
    await said(input, "Are you there?");
    await chat.locator(".banner", { hasText: "You are offline" }).waitFor();
    await chat.locator(".note", { hasText: "Will be sent" }).waitFor();
    await accessible(page, "the offline state");
    await shot(page, "offline-desktop");
    assert.equal(edge.asked.length, 0);
    await page.context().setOffline(false);
    await bubble(page, "bot", "You said: Are you there?").waitFor();
    assert.equal(await chat.locator(".banner").isVisible(), false);
    await end();
  });

  test("what was written offline survives a reload", async (t) => {
    const { page, end, chat, input } = await visit(t);
    await chat.locator(".launcher").click();
    await page.context().setOffline(true);
    await said(input, "Later");
    await chat.locator(".note", { hasText: "Will be sent" }).waitFor();
    await page.context().setOffline(false);
    await page.reload();
    await bubble(page, "bot", "You said: Later").waitFor();
    assert.equal(await chat.locator(".message.you").count(), 1);
    await end();
  });

  test("a server that is lost is tried again, and then left to the shopper, with the same turn", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    await chat.locator(".launcher").click();
    edge.down = true;
    await said(input, "Hello?");
    await chat.locator(".banner", { hasText: "cannot be reached" }).waitFor();
    await chat.locator(".note.bad", { hasText: "Not sent." }).waitFor({ timeout: 10_000 });
    await accessible(page, "the failed state");
    edge.down = false;
    let tries = 0;
    edge.answer = (turn) => (++tries === 1 ? { pieces: [{ text: "Hal" }], status: 14, message: "gone" } : { done: { text: `Hello (${turn.turnId})`, language: "en" } });
    await chat.locator("button", { hasText: "Try again" }).click();
    await bubble(page, "bot", "Hello (").waitFor();
    // The stream that broke off left nothing behind, and the second try was the same turn.
    assert.equal(await chat.locator(".message.bot .bubble").count(), 2);
    assert.equal(edge.asked.length, 2);
    assert.equal(edge.asked[0].turnId, edge.asked[1].turnId);
    await end();
  });

  test("bad input is not tried again", async (t) => {
    const { edge, end, chat, input } = await visit(t);
    edge.answer = () => ({ status: 3, message: "turn.text: no" });
    await chat.locator(".launcher").click();
    await said(input, "?");
    await chat.locator(".note.bad").waitFor();
    assert.equal(edge.asked.length, 1);
    await end();
  });

  test("a text that is too long is not sent and says so", async (t) => {
    const { edge, end, chat, input } = await visit(t);
    await chat.locator(".launcher").click();
    await input.fill("多".repeat(1_400));
    await chat.locator(".long", { hasText: "too long by" }).waitFor();
    await input.press("Enter");
    assert.equal(edge.asked.length, 0);
    assert.equal(await input.getAttribute("aria-invalid"), "true");
    await end();
  });

  test("says whom one waits for and talks to, and when the assistant is back", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    const handOff = { handOffId: "h-1", reason: "requested", queuePosition: 2, estimatedWaitSeconds: 180 };
    edge.answer = () => ({ done: { text: "I am calling somebody.", language: "en", handOff } });
    await page.evaluate(() => {
      globalThis.heard = [];
      globalThis.ProfferChat.on("hand-off", (detail) => globalThis.heard.push(detail));
    });
    await chat.locator(".launcher").click();
    await said(input, "A person, please");
    await chat.locator(".banner", { hasText: "Waiting for a person · place 2 · about 3 min" }).waitFor();
    while (edge.watchers.size === 0) {
      await pause(20);
    }
    edge.tell({ turn: { sequence: "1", speaker: "SPEAKER_SHOPPER", text: "A person, please" } });
    edge.tell({ turn: { sequence: "2", speaker: "SPEAKER_BOT", text: "I am calling somebody." } });
    edge.tell({ handOff: { handOffId: "h-1", agentName: "Mei" } });
    await chat.locator("h2", { hasText: "Mei" }).waitFor();
    edge.tell({ turn: { sequence: "3", speaker: "SPEAKER_AGENT", text: "Hello, I am Mei.", agentName: "Mei", sentAtUnixMs: "1" } });
    await bubble(page, "agent", "Hello, I am Mei.").waitFor();
    await chat.locator("[role=status]", { hasText: "Mei says: Hello, I am Mei." }).waitFor();
    await accessible(page, "the hand-off");
    await shot(page, "agent-desktop");
    assert.equal(await chat.locator(".message").count(), 4);
    edge.tell({ turn: { sequence: "4", speaker: "SPEAKER_BOT", text: "I am back." } });
    edge.tell({ handOffEnded: true });
    await bubble(page, "bot", "I am back.").waitFor();
    await chat.locator("h2", { hasText: "Shopping assistant" }).waitFor();
    assert.deepEqual((await page.evaluate(() => globalThis.heard)).map((each) => each.state), ["waiting", "talking", "ended"]);
    await end();
  });

  test("a stream of a hand-off that breaks off is taken up after what was heard", async (t) => {
    const { edge, page, end, chat, input } = await visit(t);
    edge.answer = () => ({ done: { text: "Wait.", language: "en", handOff: { handOffId: "h-1", agentName: "Mei" } } });
    await chat.locator(".launcher").click();
    await said(input, "A person");
    while (edge.watchers.size === 0) {
      await pause(20);
    }
    edge.tell({ turn: { sequence: "5", speaker: "SPEAKER_AGENT", text: "First", agentName: "Mei" } });
    await bubble(page, "agent", "First").waitFor();
    assert.equal(edge.watchedAfter, "0");
    edge.hangUp();
    while (edge.watchedAfter !== "5") {
      await pause(20);
    }
    edge.tell({ turn: { sequence: "6", speaker: "SPEAKER_AGENT", text: "Second", agentName: "Mei" } });
    await bubble(page, "agent", "Second").waitFor();
    assert.equal(await bubble(page, "agent", "First").count(), 1);
    await end();
  });

  test("votes are sent once", async (t) => {
    const { edge, end, chat, input } = await visit(t);
    await chat.locator(".launcher").click();
    await said(input, "Hi");
    await chat.locator("button[aria-label=Helpful]").click();
    await chat.locator(".note", { hasText: "Thank you" }).waitFor();
    await pause(50);
    assert.equal(edge.feedback.length, 1);
    assert.deepEqual({ ...edge.feedback[0], turnId: "" }, { conversationId: "c-1", turnId: "", helpful: true, userId: "" });
    await end();
  });

  test("calls that were made before the script was there are made when it is", async (t) => {
    const { end, chat } = await visit(t, { script: "window.ProfferChat = [['setLanguage', 'zh'], ['open']]" });
    await chat.locator("h2", { hasText: "购物助手" }).waitFor();
    await end();
  });

  test("fills a phone, and keeps the focus inside", async (t) => {
    const { page, end, chat, input } = await visit(t, {}, PHONE);
    await shot(page, "launcher-phone");
    await chat.locator(".launcher").click();
    const box = await chat.locator(".panel").boundingBox();
    assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 390, 844]);
    assert.equal(await chat.locator("[role=dialog]").getAttribute("aria-modal"), "true");
    await said(input, "Hi");
    await bubble(page, "bot", "You said: Hi").waitFor();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.tagName), "PROFFER-CHAT");
    }
    await accessible(page, "the phone");
    await end();
  });

  test("is accessible before anything was said", async (t) => {
    const { page, end, chat } = await visit(t);
    await accessible(page, "the launcher");
    await chat.locator(".launcher").click();
    await accessible(page, "the empty panel");
    await end();
  });
});
