// SPDX-License-Identifier: Apache-2.0
// The shop, its chat and the desk in a real browser against a real server, whose web address is PROFFER_WEB.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { accessible, found, launch, open, PHONE, shot } from "./browser.mjs";

const web = process.env.PROFFER_WEB;
const user = process.env.PROFFER_USER ?? "ada";
const languages = (process.env.PROFFER_LANGUAGES ?? "en").split(",");
const skip = !found() ? "there is no Chromium here (PROFFER_CHROMIUM names one)" : !web ? "PROFFER_WEB names no server" : false;
// A busy machine answers late, and a test is no place to measure it.
const PATIENCE_MS = 60_000;

describe("the shop and the desk", { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  async function visit(t, path, how = {}) {
    const page = await open(browser, { origins: [web], ...how });
    page.setDefaultTimeout(PATIENCE_MS);
    t.after(() => page.context().close());
    await page.goto(`${web}${path}`);
    return page;
  }
  const well = (...pages) => pages.forEach((page) => {
    assert.deepEqual(page.faults, []);
    assert.deepEqual(page.foreign, []);
  });
  const shelvesAreThere = async (page) => {
    await page.locator(".shelf .card h3").first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[aria-busy=true]").length === 0);
  };
  async function say(page, text) {
    const answers = page.locator("proffer-chat .message.bot");
    const before = await answers.count();
    await page.locator("proffer-chat textarea").fill(text);
    await page.locator("proffer-chat textarea").press("Enter");
    await answers.nth(before).waitFor();
    await page.locator("proffer-chat .typing").waitFor({ state: "detached" });
    // Done is what can be judged or has been handed over.
    await page.waitForFunction(() => document.querySelector("proffer-chat").messages.every((message) => message.state === "done"));
    return answers.last();
  }

  test("shelves are made for a person, with prices after promotions and the reasons", async (t) => {
    const page = await visit(t, `/shop?user=${user}&lang=en`);
    await shelvesAreThere(page);
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    const sale = page.locator("#shelves .price.sale").first();
    const amount = async (of) => Number((await sale.locator(of).textContent()).replace(/[^\d.]/g, ""));
    assert.ok((await amount("strong")) < (await amount("s")), "a price after promotion is lower than before");
    assert.ok((await page.locator(".offer h3").count()) > 0, "there are offers");
    const why = page.locator("#shelves .why").first();
    await why.hover();
    await page.locator("[role=tooltip]:visible li").first().waitFor();
    assert.ok((await page.locator("[role=tooltip]:visible").textContent()).length > 10);
    await shot(page, "shop-why-desktop");
    assert.ok((await page.locator(".tip:visible").boundingBox()).y >= 0);
    await page.mouse.move(0, 0);
    await why.focus();
    await page.locator("[role=tooltip]:visible").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("[role=tooltip]:visible").waitFor({ state: "detached" });
    await accessible(page, "the shop");
    await page.evaluate(() => {
      document.activeElement?.blur();
      scrollTo(0, 0);
    });
    await shot(page, "shop-desktop");
    well(page);
  });

  test("the cart shows what each promotion takes off, and keeps over a reload", async (t) => {
    const page = await visit(t, `/shop?user=${user}&lang=en`);
    await shelvesAreThere(page);
    await page.locator("#shelves .card .foot .primary").first().click();
    await page.locator("#shelves .card .foot .primary").first().click();
    await page.locator("#cart b", { hasText: "2" }).waitFor();
    await page.reload();
    await page.locator("#cart b", { hasText: "2" }).waitFor();
    await page.locator("#cart").click();
    await page.locator("#drawer .total").first().waitFor();
    await page.locator("#drawer .stepper button").nth(1).click();
    await page.locator("#drawer .stepper span", { hasText: "3" }).waitFor();
    await accessible(page, "the cart");
    await shot(page, "cart-desktop");
    await page.locator("#drawer .primary").click();
    await page.locator("#cart b", { hasText: "0" }).waitFor();
    well(page);
  });

  test("an item opens with its reasons and what is like it", async (t) => {
    const page = await visit(t, `/shop?user=${user}&lang=en`);
    await shelvesAreThere(page);
    await page.locator("#shelves .card h3 button").first().click();
    await page.locator("#item .card").first().waitFor();
    await accessible(page, "an item");
    await page.keyboard.press("Escape");
    await page.locator("#item").waitFor({ state: "hidden" });
    await page.locator("#query").fill("tea");
    await page.keyboard.press("Enter");
    await page.locator("h2", { hasText: "found for" }).waitFor();
    await shelvesAreThere(page);
    well(page);
  });

  for (const [language, hello, deals, items] of [
    ["en", "Hello", "Are there any deals for me today?", "Show me a knife"],
    ["zh", "你好", "今天有什么优惠？", "我想买刀"],
  ]) {
    test(`a whole conversation in ${language}`, { skip: languages.includes(language) ? false : `the server does not speak ${language} (./proffer models)` }, async (t) => {
      const page = await visit(t, `/shop?user=${user}&lang=${language}`, { permissions: ["clipboard-read", "clipboard-write"] });
      await shelvesAreThere(page);
      const chat = page.locator("proffer-chat");
      await chat.locator(".launcher").click();
      await page.evaluate(() => globalThis.ProfferChat.reset());
      const chinese = /\p{Script=Han}/u;
      const right = async (answer) => assert.equal(chinese.test(await answer.locator(".bubble").textContent()), language === "zh");
      await right(await say(page, hello));
      await right(await say(page, deals));
      await chat.locator(".card").first().waitFor();
      const found = await say(page, items);
      await right(found);
      const card = found.locator(".card.item").first();
      await card.waitFor();
      const before = Number(await page.locator("#cart b").textContent());
      await card.locator(".act").click();
      await page.locator("#cart b", { hasText: String(before + 1) }).waitFor();
      await accessible(page, `a conversation in ${language}`);
      await shot(page, `chat-${language}-desktop`);
      const count = await chat.locator(".message").count();
      await page.reload();
      await chat.locator(".panel").waitFor();
      await page.waitForFunction((n) => document.querySelector("proffer-chat").shadowRoot.querySelectorAll(".message").length === n, count);
      assert.ok((await chat.locator(".card.item").count()) > 0, "cards are there after the reload");
      await page.context().setOffline(true);
      await chat.locator("textarea").fill(deals);
      await chat.locator("textarea").press("Enter");
      await chat.locator(".banner", { hasText: language === "zh" ? "离线" : "offline" }).waitFor();
      await page.context().setOffline(false);
      await page.waitForFunction((n) => document.querySelector("proffer-chat").shadowRoot.querySelectorAll(".message").length >= n + 2, count);
      well(page);
    });
  }

  test("the language of the chat follows the page", { skip: languages.includes("zh") ? false : "the server does not speak zh (./proffer models)" }, async (t) => {
    const page = await visit(t, `/shop?user=${user}&lang=en`);
    await shelvesAreThere(page);
    await page.locator("#language").click();
    await page.locator("h2", { hasText: "为您挑选" }).waitFor();
    assert.equal(await page.locator("proffer-chat .launcher").getAttribute("aria-label"), "打开聊天");
    await shelvesAreThere(page);
    await accessible(page, "the shop in Chinese");
    await shot(page, "shop-zh-desktop");
    well(page);
  });

  test("a conversation goes to a person at the desk and back to the assistant", async (t) => {
    const shopper = await visit(t, `/shop?user=${user}&lang=en`);
    const agent = await visit(t, "/desk?agent=Mei&lang=en");
    await agent.locator("#presence").click();
    await agent.locator("#presence[aria-checked=true]").waitFor();
    await accessible(agent, "the empty desk");
    const chat = shopper.locator("proffer-chat");
    await chat.locator(".launcher").click();
    await shopper.evaluate(() => globalThis.ProfferChat.reset());
    await say(shopper, "Where is my order? I want to talk to a person");
    await chat.locator(".banner.person", { hasText: "Waiting for a person" }).waitFor();
    await agent.locator(".case", { hasText: "waiting" }).first().click();
    await agent.locator(".turn.shopper", { hasText: "I want to talk to a person" }).waitFor();
    await agent.locator("#claim").click();
    await chat.locator("h2", { hasText: "Mei" }).waitFor();
    await agent.locator("#answer").fill("Hello, this is Mei. I am looking at your order.");
    await agent.locator("#answer").press("Enter");
    await chat.locator(".message.agent", { hasText: "this is Mei" }).waitFor();
    await chat.locator("textarea").fill("Thank you! Do you have a promotion on tea?");
    await chat.locator("textarea").press("Enter");
    await agent.locator(".turn.shopper", { hasText: "promotion on tea" }).waitFor();
    // The bot is silent now.
    assert.equal(await chat.locator(".message").last().getAttribute("class"), "message you");
    await agent.waitForFunction(() => document.querySelector("#suggestions")?.childElementCount > 0);
    const suggestion = agent.locator("#suggestions button").first();
    if ((await suggestion.count()) > 0) {
      await suggestion.click();
      assert.notEqual(await agent.locator("#answer").inputValue(), "");
    } else {
      await agent.locator("#answer").fill("Yes, we do.");
    }
    await accessible(agent, "the desk with a conversation");
    await accessible(shopper, "the chat with a person");
    await shot(agent, "desk-desktop");
    await shot(shopper, "hand-off-desktop");
    const reply = (await agent.locator("#answer").inputValue()).slice(0, 20);
    await agent.locator("#send").click();
    await chat.locator(".message.agent", { hasText: reply }).last().waitFor();
    // A reload in the middle loses nothing.
    await shopper.reload();
    await chat.locator("h2", { hasText: "Mei" }).waitFor();
    await chat.locator(".message.agent", { hasText: "this is Mei" }).waitFor();
    await agent.locator("#answer").fill("Is there anything else?");
    await agent.locator("#answer").press("Enter");
    await chat.locator(".message.agent", { hasText: "anything else" }).waitFor();
    assert.equal(await chat.locator(".message.agent", { hasText: "this is Mei" }).count(), 1);
    await agent.locator("#return").click();
    await chat.locator("h2", { hasText: "Shopping assistant" }).waitFor();
    await say(shopper, "What can you do?");
    // Once more, and this time the agent closes it.
    await say(shopper, "I want to talk to a person");
    await chat.locator(".banner.person").waitFor();
    await agent.locator(".case", { hasText: "waiting" }).first().click();
    await agent.locator("#claim").click();
    await agent.locator("#close").click();
    await chat.locator(".banner").waitFor({ state: "hidden" });
    await agent.locator("#tabs button").nth(1).click();
    await agent.locator(".case").nth(1).waitFor();
    await agent.locator("#language").click();
    await agent.locator("h1", { hasText: "客服工作台" }).waitFor();
    await accessible(agent, "the desk in Chinese");
    await agent.locator("#presence").click();
    await agent.locator("#presence[aria-checked=false]").waitFor();
    well(shopper, agent);
  });

  test("all of it fits a phone, in the dark too", async (t) => {
    const page = await visit(t, `/shop?user=${user}&lang=en`, PHONE);
    await shelvesAreThere(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the shop does not scroll sideways");
    await accessible(page, "the shop on a phone");
    await shot(page, "shop-phone");
    await page.locator("proffer-chat .launcher").click();
    await page.evaluate(() => globalThis.ProfferChat.reset());
    await say(page, "Are there any deals for me today?");
    await shot(page, "chat-phone");
    await page.keyboard.press("Escape");
    await page.locator("#theme").click();
    await page.locator("html[data-scheme=dark]").waitFor();
    await accessible(page, "the shop in the dark");
    await shot(page, "shop-dark-phone");
    await page.locator("proffer-chat .launcher").click();
    await accessible(page, "the chat in the dark on a phone");
    await shot(page, "chat-dark-phone");
    const desk = await visit(t, "/desk?agent=Mei&lang=en", PHONE);
    await accessible(desk, "the desk on a phone");
    assert.ok(await desk.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the desk does not scroll sideways");
    await shot(desk, "desk-phone");
    well(page, desk);
  });
});
