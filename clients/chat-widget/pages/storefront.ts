// SPDX-License-Identifier: Apache-2.0
// The shop of the demo: shelves made for one person, at the prices of that person, with the reasons; and the chat.

import { h, icon, ICONS, inLanguage, money, plain, uuid } from "../src/dom";
import { unary, type Json } from "../src/edge";
import { languageOf, type Language } from "../src/texts";
import { art } from "./art";
import { remembered, remember, scheme, switchScheme } from "./page";

const RECOMMENDER = "proffer.ranker.v1.RecommenderService";
const PROMOTIONS = "proffer.promotion.v1.PromotionService";
const EVENTS = "proffer.featurestore.v1.FeatureStoreService/IngestEvents";
const PEOPLE = ["", "u-00017", "u-00042", "u-00108", "u-00256", "u-01024"];
const SHELF = 12;
const RECENT_MAX = 10;
const SHIPPING_MINOR_UNITS = 1200;

const en = {
  skip: "Skip to the shelves", search: "Search knives, tea, headphones …", find: "Search", as: "Shopping as", guest: "Guest",
  cart: "Cart", pieces: "items", theme: "Switch between light and dark", other: "中文", all: "For you",
  heroGuest: "Good things, at your price.", heroUser: "Chosen for you. Priced for you.",
  heroText: "Every shelf and every price on this page is made for one visitor, by the promotions that are legal for that visitor right now.",
  ask: "Ask the assistant", offersButton: "See your offers", ribbon: "Personal offer: {name}",
  forYou: "Picked for you", forYouText: "Hover or focus ⓘ to see why.",
  deals: "Cheaper for you today", dealsText: "Prices after the best promotion that you can use.",
  offers: "Your offers", offersText: "Everything that you may use now.",
  since: "Because you looked at {title}", found: "{n} found for “{query}”", department: "{name}", none: "Nothing here at the moment.",
  trouble: "This shelf could not be loaded.", again: "Try again", add: "Add to cart", addOf: "Add to cart: {title}", added: "{title} is in the cart",
  why: "Why {title}?", whyTitle: "Why you see this", was: "before", now: "now", save: "Save {amount}", code: "Copy code {code}", copied: "Code {code} copied",
  ends: "Ends in {time}", days: "{n} d", close: "Close", remove: "Less", more: "More", empty: "Your cart is empty. The assistant can help you fill it.",
  subtotal: "Subtotal", shipping: "Shipping", total: "Total", enter: "Promotion code", use: "Use", refused: "{code} does nothing here.",
  buy: "Place the order", bought: "Thank you! The order is in.", similar: "Similar items", from: "Served by Proffer: recommendations, promotions and chat over one API.",
  reasons: "Why it fits", nearly: "{name} is nearly yours",
  degraded: "Some parts are resting: {parts}",
};
const zh: typeof en = {
  skip: "跳到货架", search: "搜索刀具、茶叶、耳机……", find: "搜索", as: "身份", guest: "游客",
  cart: "购物车", pieces: "件", theme: "切换浅色和深色", other: "English", all: "为您推荐",
  heroGuest: "好东西，您的专属价。", heroUser: "为您挑选，为您定价。",
  heroText: "本页的每个货架、每个价格，都按您此刻可用的优惠单独生成。",
  ask: "问问助手", offersButton: "查看您的优惠", ribbon: "专属优惠：{name}",
  forYou: "为您挑选", forYouText: "悬停或聚焦 ⓘ 查看原因。",
  deals: "今天对您更便宜", dealsText: "已按您可用的最佳优惠计算。",
  offers: "您的优惠", offersText: "您现在可以使用的全部优惠。",
  since: "因为您看过 {title}", found: "“{query}”共 {n} 件", department: "{name}", none: "这里暂时没有商品。",
  trouble: "货架加载失败。", again: "重试", add: "加入购物车", addOf: "加入购物车：{title}", added: "{title} 已加入购物车",
  why: "为什么推荐 {title}？", whyTitle: "推荐理由", was: "原价", now: "现价", save: "省 {amount}", code: "复制优惠码 {code}", copied: "优惠码 {code} 已复制",
  ends: "还剩 {time}", days: "{n} 天", close: "关闭", remove: "减少", more: "增加", empty: "购物车是空的，可以请助手帮忙。",
  subtotal: "小计", shipping: "运费", total: "合计", enter: "优惠码", use: "使用", refused: "{code} 在这里不起作用。",
  buy: "提交订单", bought: "谢谢！订单已提交。", similar: "相似商品", from: "由 Proffer 提供：推荐、优惠和聊天共用一个接口。",
  reasons: "为什么适合您", nearly: "再差一点即可享受 {name}",
  degraded: "部分功能暂时休息：{parts}",
};
const DEPARTMENTS: Record<string, [string, string]> = {
  kitchen: ["Kitchen", "厨房"], food: ["Food", "食品"], drinks: ["Drinks", "饮品"], electronics: ["Electronics", "数码"], home: ["Home", "家居"],
  beauty: ["Beauty", "美妆"], sports: ["Sports", "运动"], fashion: ["Fashion", "服饰"], clothing: ["Clothing", "服饰"], baby: ["Baby", "母婴"],
  kids: ["Kids", "儿童"], pets: ["Pets", "宠物"], pet: ["Pets", "宠物"], office: ["Office", "办公"], stationery: ["Stationery", "文具"], outdoor: ["Outdoor", "户外"],
};

interface Chat {
  open(): void;
  setUser(userId: string): void;
  setCart(cart: Json | undefined): void;
  on(type: string, listener: (detail: any) => void): unknown;
}

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const parameters = new URLSearchParams(location.search);
let language: Language =
  languageOf(parameters.get("lang")) ?? languageOf(remembered("language")) ?? languageOf(navigator.language) ?? "en";
let userId = parameters.get("user") ?? remembered("user") ?? "u-00017";
let department = "";
let query = "";
const session = uuid();
const known = new Map<string, Json>();
let recent: string[] = JSON.parse(remembered("recent") ?? "[]");
let lines: Record<string, number> = JSON.parse(remembered("cart") ?? "{}");
let codes: string[] = JSON.parse(remembered("codes") ?? "[]");
let round = 0;

function t(key: keyof typeof en, values: Record<string, string | number> = {}): string {
  return (language === "zh" ? zh : en)[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

function chat(): Chat | undefined {
  const found = (window as unknown as { ProfferChat?: Chat }).ProfferChat;
  return found && !Array.isArray(found) ? found : undefined;
}

function announce(text: string): void {
  $("status").textContent = "";
  setTimeout(() => ($("status").textContent = text), 50);
}

function call(method: string, request: Json): Promise<Json> {
  return unary(location.origin, method, request);
}

function context(page: string): Json {
  return { channel: "web", language, page, cartItemIds: Object.keys(lines) };
}

// --- what happened, told to the server in small batches

const happened: Json[] = [];
let telling = 0;
function record(type: string, about: Json): void {
  happened.push({
    eventId: uuid(), type: `EVENT_TYPE_${type}`, eventTimeUnixMs: String(Date.now()), userId, sessionId: session, channel: "web", ...about,
  });
  if (telling === 0) {
    telling = window.setTimeout(tell, type === "IMPRESSION" ? 800 : 60);
  }
}
function tell(): void {
  window.clearTimeout(telling);
  telling = 0;
  const batch = happened.splice(0, 200);
  if (batch.length > 0) {
    // Lost events are lost learning, nothing that a shopper must hear of.
    call(EVENTS, { events: batch }).catch(() => {});
  }
}
addEventListener("pagehide", tell);

// --- items

const title = (item: Json) => plain(inLanguage(item["titles"], language) || item["itemId"], 160);

function prices(list: number, price: number, currency: string): HTMLElement {
  if (price >= list) {
    return h("span", { class: "price" }, h("strong", {}, money(list, currency, language)));
  }
  return h(
    "span", { class: "price sale" }, h("span", { class: "sr" }, t("now") + " "), h("strong", {}, money(price, currency, language)),
    h("span", { class: "sr" }, " " + t("was") + " "), h("s", {}, money(list, currency, language)),
  );
}

function clock(offer: Json): HTMLElement | null {
  const ends = Number(offer["endsAtUnixMs"] ?? 0);
  const rest = ends - Date.now();
  // Only what ends soon needs a clock.
  return rest > 0 && rest < 14 * 86_400_000 ? h("span", { class: "clock", "data-ends": ends }, icon(...ICONS.clock), left(rest)) : null;
}
function left(rest: number): string {
  const s = Math.max(0, Math.floor(rest / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const days = Math.floor(s / 86_400);
  return t("ends", { time: `${days > 0 ? t("days", { n: days }) + " " : ""}${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` });
}
setInterval(() => {
  document.querySelectorAll<HTMLElement>(".clock[data-ends]").forEach((each) => {
    each.lastChild!.nodeValue = left(Number(each.dataset["ends"]) - Date.now());
  });
}, 1000);

function card(item: Json, requestId: string, page: string, heading: "h2" | "h3" = "h3"): HTMLElement {
  const id = plain(item["itemId"], 256);
  known.set(id, item);
  const list = Number(item["listPriceMinorUnits"] ?? 0);
  const price = Number(item["priceMinorUnits"] ?? list);
  const offer = (item["offer"] ?? {}) as Json;
  const name = plain(inLanguage(offer["names"], language), 80);
  const about = { itemId: id, requestId, position: Number(item["position"] ?? 0) };
  const open = h("button", { type: "button", dir: "auto" }, title(item));
  open.addEventListener("click", () => {
    record("CLICK", about);
    looked(id);
    void showItem(id, requestId);
  });
  const add = h("button", { type: "button", class: "primary", "aria-label": t("addOf", { title: title(item) }) }, icon(...ICONS.cart), t("add"));
  add.addEventListener("click", () => {
    record("ADD_TO_CART", { ...about, quantity: 1, unitPriceMinorUnits: String(price), currency: item["currency"] });
    put(id, 1);
    announce(t("added", { title: title(item) }));
  });
  const reasons = ((item["reasons"] ?? []) as Json[]).map((reason) => plain(inLanguage(reason["texts"], language), 300)).filter((text) => text !== "");
  const element = h(
    "article",
    { class: "card", "data-item": id },
    art(id, plain(item["category"], 120)),
    h(
      "div", { class: "body" }, h("span", { class: "brand", dir: "auto" }, plain(item["brand"], 60)), h(heading, {}, open), prices(list, price, String(item["currency"])),
      name !== "" && h("span", { class: "chip", dir: "auto" }, icon(...ICONS.tag), name), clock(offer),
      h("div", { class: "foot" }, add, reasons.length > 0 && why(title(item), reasons)),
    ),
  );
  seen(element, { ...about, attributes: { page } });
  return element;
}

/** Says why on hover and focus; Escape closes it, and the pointer may rest on the card meanwhile. */
function why(of: string, reasons: string[]): HTMLElement {
  const id = `tip-${uuid().slice(0, 8)}`;
  const button = h("button", { type: "button", class: "why", "aria-label": t("why", { title: of }), "aria-describedby": id }, icon(...ICONS.info));
  const tip = h("div", { class: "tip", role: "tooltip", id, hidden: true }, h("b", {}, t("whyTitle")), h("ul", {}, ...reasons.slice(0, 4).map((reason) => h("li", { dir: "auto" }, reason))));
  const show = () => {
    document.body.append(tip);
    tip.hidden = false;
    const at = button.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(at.left + scrollX - 120, scrollX + innerWidth - tip.offsetWidth - 16))}px`;
    const above = at.top > tip.offsetHeight + 16;
    tip.style.top = `${above ? at.top + scrollY - tip.offsetHeight - 10 : at.bottom + scrollY + 10}px`;
  };
  const hide = () => {
    tip.hidden = true;
    button.after(tip);
  };
  button.addEventListener("mouseenter", show);
  button.addEventListener("focus", show);
  button.addEventListener("mouseleave", hide);
  button.addEventListener("blur", hide);
  button.addEventListener("click", () => (tip.hidden ? show() : hide()));
  button.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  const both = h("span", {}, button);
  both.append(tip);
  return both;
}

// An impression is what was really seen: half of the card for a moment.
const seenBy = new Map<Element, Json>();
const eyes = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const about = seenBy.get(target);
      if (isIntersecting && about) {
        seenBy.delete(target);
        eyes.unobserve(target);
        record("IMPRESSION", about);
      }
    }
  },
  { threshold: 0.5 },
);
function seen(element: HTMLElement, about: Json): void {
  seenBy.set(element, about);
  eyes.observe(element);
}

function looked(id: string): void {
  recent = [...recent.filter((each) => each !== id), id].slice(-RECENT_MAX);
  remember("recent", JSON.stringify(recent));
}

// --- shelves

interface Shelf {
  name: string;
  text: string;
  grid?: boolean;
  offers?: boolean;
  load: () => Promise<{ children: HTMLElement[]; name?: string }>;
}

function recommend(page: string, filter: Json = {}): Promise<Json> {
  return call(`${RECOMMENDER}/Recommend`, {
    userId, sessionId: session, k: SHELF, explain: true, context: context(page), filter, recentItemIds: recent,
  });
}

function shelves(): Shelf[] {
  const cards = (reply: Json, page: string) => ((reply["items"] ?? []) as Json[]).map((item) => card(item, String(reply["requestId"] ?? ""), page));
  if (query !== "") {
    return [{
      name: t("found", { n: "…", query }), text: "", grid: true,
      load: async () => {
        const reply = await call(`${RECOMMENDER}/SearchItems`, { query, k: 48, userId, context: context("search") });
        return { children: cards(reply, "search"), name: t("found", { n: Number(reply["totalMatches"] ?? 0), query }) };
      },
    }];
  }
  if (department !== "") {
    return [{
      name: name(department), text: t("forYouText"), grid: true,
      load: async () => ({ children: cards(await call(`${RECOMMENDER}/Recommend`, {
        userId, sessionId: session, k: 36, explain: true, context: context("department"), filter: { categories: [department], includeSeen: true },
      }), "department") }),
    }];
  }
  const list: Shelf[] = [
    { name: t("forYou"), text: t("forYouText"), load: async () => {
      const reply = await recommend("home");
      hero(reply);
      return { children: cards(reply, "home") };
    } },
    { name: t("offers"), text: t("offersText"), offers: true, load: async () => {
      const reply = await call(`${PROMOTIONS}/ListOffers`, { person: { userId }, pageSize: 12, channel: "web" });
      return { children: ((reply["offers"] ?? []) as Json[]).map(offer) };
    } },
    { name: t("deals"), text: t("dealsText"), load: async () => ({ children: cards(await recommend("deals", { onPromotion: true }), "deals") }) },
  ];
  const last = recent.at(-1);
  if (last) {
    const of = known.get(last);
    list.splice(1, 0, {
      name: t("since", { title: of ? title(of) : "…" }), text: "",
      load: async () => {
        const reply = await call(`${RECOMMENDER}/SimilarItems`, { itemId: last, k: SHELF, userId, context: context("home") });
        return { children: cards(reply, "similar"), name: t("since", { title: of ? title(of) : last }) };
      },
    });
  }
  return list;
}

function name(key: string): string {
  return DEPARTMENTS[key]?.[language === "zh" ? 1 : 0] ?? key;
}

function draw(): void {
  const current = ++round;
  eyes.disconnect();
  seenBy.clear();
  document.querySelectorAll(".tip").forEach((tip) => tip.remove());
  $("hero").hidden = query !== "" || department !== "";
  $("shelves").replaceChildren(...shelves().map((shelf) => drawShelf(shelf, current)));
}

function drawShelf(shelf: Shelf, current: number): HTMLElement {
  const heading = h("h2", {}, shelf.name);
  const row = h("div", { class: shelf.grid ? "grid-of" : `row-of${shelf.offers ? " offers" : ""}`, role: "group", "aria-label": shelf.name, "aria-busy": "true" });
  if (!shelf.grid) {
    row.tabIndex = 0;
  }
  const load = async () => {
    row.setAttribute("aria-busy", "true");
    row.replaceChildren(...Array.from({ length: 6 }, () => h("div", { class: "skeleton" })));
    try {
      const { children, name } = await shelf.load();
      if (current !== round) {
        return;
      }
      if (name) {
        heading.textContent = name;
        row.setAttribute("aria-label", name);
      }
      row.replaceChildren(...(children.length > 0 ? children : [h("p", { class: "empty" }, t("none"))]));
    } catch {
      const again = h("button", { type: "button", class: "plain" }, icon(...ICONS.retry), t("again"));
      again.addEventListener("click", () => void load());
      row.replaceChildren(h("div", { class: "trouble" }, t("trouble"), again));
    }
    row.setAttribute("aria-busy", "false");
  };
  void load();
  return h("section", { class: "shelf", ...(shelf.offers ? { id: "offers" } : {}) }, h("div", { class: "title" }, heading, shelf.text !== "" && h("p", {}, shelf.text)), row);
}

function offer(given: Json): HTMLElement {
  const code = plain(given["code"], 64);
  const kind = String(given["type"] ?? "").replace("PROMOTION_TYPE_", "").toLowerCase();
  const KINDS: Record<string, [string, string]> = {
    percent_off: ["Percent off", "打折"], amount_off: ["Amount off", "立减"], threshold: ["Spend and save", "满减"], buy_x_get_y: ["With a gift", "买赠"],
    coupon: ["Coupon", "优惠券"], flash_sale: ["Flash sale", "限时秒杀"], member_exclusive: ["Members", "会员专享"], points_redemption: ["Points", "积分兑换"],
    free_shipping: ["Free shipping", "包邮"], bundle_price: ["Bundle", "套餐价"],
  };
  const element = h(
    "article", { class: "offer" }, h("span", { class: "kind" }, KINDS[kind]?.[language === "zh" ? 1 : 0] ?? kind),
    h("h3", { dir: "auto" }, plain(inLanguage(given["names"], language), 120)), h("p", { dir: "auto" }, plain(inLanguage(given["summaries"], language), 300)), clock(given),
  );
  if (code !== "") {
    const button = h("button", { type: "button", class: "code", "aria-label": t("code", { code }) }, h("span", { dir: "ltr" }, code), icon(...ICONS.copy));
    button.addEventListener("click", () => {
      void navigator.clipboard?.writeText(code).catch(() => {});
      use(code);
      announce(t("copied", { code }));
      button.lastElementChild!.replaceWith(icon(...ICONS.check));
    });
    element.append(button);
  }
  seen(element, { promotionId: plain(given["promotionId"], 256) });
  return element;
}

function hero(reply: Json): void {
  const items = (reply["items"] ?? []) as Json[];
  const off = (item: Json) => 1 - Number(item["priceMinorUnits"]) / Math.max(1, Number(item["listPriceMinorUnits"]));
  const best = items.reduce<Json | null>((found, item) => (found === null || off(item) > off(found) ? item : found), null);
  const ask = h("button", { type: "button", class: "primary" }, icon(...ICONS.chat), t("ask"));
  ask.addEventListener("click", () => chat()?.open());
  const see = h("button", { type: "button", class: "plain" }, t("offersButton"));
  see.addEventListener("click", () => $("offers")?.scrollIntoView({ behavior: "smooth", block: "start" }));
  const personal = plain(inLanguage(reply["personalOffer"]?.["names"], language), 120);
  $("hero").replaceChildren(
    h(
      "div", { class: "words" }, personal !== "" && h("span", { class: "ribbon" }, icon(...ICONS.tag), t("ribbon", { name: personal })),
      h("h1", {}, userId === "" ? t("heroGuest") : t("heroUser")), h("p", {}, t("heroText")), h("div", { class: "row" }, ask, see),
    ),
    best ? h("div", { class: "best" }, card(best, String(reply["requestId"] ?? ""), "hero", "h2")) : h("div"),
  );
}

// --- one item

async function showItem(id: string, requestId: string): Promise<void> {
  const item = known.get(id);
  if (!item) {
    return;
  }
  const dialog = $<HTMLDialogElement>("item");
  const list = Number(item["listPriceMinorUnits"] ?? 0);
  const price = Number(item["priceMinorUnits"] ?? list);
  const close = h("button", { type: "button", class: "tool square", "aria-label": t("close") }, icon(...ICONS.close));
  close.addEventListener("click", () => dialog.close());
  const add = h("button", { type: "button", class: "primary" }, icon(...ICONS.cart), t("add"));
  add.addEventListener("click", () => {
    record("ADD_TO_CART", { itemId: id, requestId, quantity: 1, unitPriceMinorUnits: String(price), currency: item["currency"] });
    put(id, 1);
    announce(t("added", { title: title(item) }));
  });
  const offerName = plain(inLanguage(item["offer"]?.["names"], language), 120);
  const summary = plain(inLanguage(item["offer"]?.["summaries"], language), 300);
  const reasons = ((item["reasons"] ?? []) as Json[]).map((reason) => plain(inLanguage(reason["texts"], language), 300)).filter((text) => text !== "");
  const similar = h("div", { class: "row-of", role: "group", "aria-label": t("similar"), tabindex: 0 });
  dialog.replaceChildren(
    h("header", {}, h("h2", { id: "item-title", dir: "auto" }, title(item)), close),
    h(
      "div", { class: "split" }, art(id, plain(item["category"], 120)),
      h(
        "div", { class: "about" }, h("span", { class: "brand" }, `${plain(item["brand"], 60)} · ${name(plain(item["category"], 120).split("/")[0]!)}`),
        prices(list, price, String(item["currency"])), price < list && h("span", { class: "chip" }, icon(...ICONS.tag), t("save", { amount: money(list - price, item["currency"], language) })),
        offerName !== "" && h("p", { dir: "auto" }, `${offerName}. ${summary}`), clock((item["offer"] ?? {}) as Json),
        reasons.length > 0 && h("div", {}, h("h3", {}, t("reasons")), h("ul", {}, ...reasons.map((reason) => h("li", { dir: "auto" }, reason)))), add,
      ),
    ),
    h("section", { class: "shelf" }, h("div", { class: "title" }, h("h2", {}, t("similar"))), similar),
  );
  if (!dialog.open) {
    dialog.showModal();
  }
  dialog.scrollTop = 0;
  try {
    const reply = await call(`${RECOMMENDER}/SimilarItems`, { itemId: id, k: 8, userId, context: context("item") });
    similar.replaceChildren(...((reply["items"] ?? []) as Json[]).map((each) => card(each, "", "item")));
  } catch {
    similar.replaceChildren(h("p", { class: "trouble" }, t("trouble")));
  }
}

// --- the cart

function cartMessage(): Json {
  return {
    lines: Object.entries(lines).map(([itemId, quantity]) => ({ itemId, quantity })), codes, channel: "web", shippingMinorUnits: String(SHIPPING_MINOR_UNITS),
  };
}

function put(id: string, quantity: number): void {
  const next = (lines[id] ?? 0) + quantity;
  if (next > 0) {
    lines[id] = Math.min(99, next);
  } else {
    delete lines[id];
  }
  keepCart();
}

function use(code: string): void {
  if (!codes.includes(code)) {
    codes = [...codes, code].slice(-20);
    keepCart();
  }
}

function keepCart(): void {
  remember("cart", JSON.stringify(lines));
  remember("codes", JSON.stringify(codes));
  chat()?.setCart(Object.keys(lines).length > 0 ? cartMessage() : undefined);
  cartButton();
  if ($<HTMLDialogElement>("drawer").open) {
    void showCart();
  }
}

function cartButton(): void {
  const count = Object.values(lines).reduce((sum, each) => sum + each, 0);
  $("cart").replaceChildren(icon(...ICONS.cart), h("span", {}, t("cart")), h("b", {}, String(count)), h("i", { class: "sr" }, t("pieces")));
}

let cartRound = 0;
async function showCart(): Promise<void> {
  const current = ++cartRound;
  const dialog = $<HTMLDialogElement>("drawer");
  const close = h("button", { type: "button", class: "tool square", "aria-label": t("close") }, icon(...ICONS.close));
  close.addEventListener("click", () => dialog.close());
  const header = h("header", {}, h("h2", { id: "drawer-title" }, t("cart")), close);
  if (!dialog.open) {
    dialog.replaceChildren(h("div", {}, header));
    dialog.showModal();
  }
  if (Object.keys(lines).length === 0) {
    dialog.replaceChildren(h("div", {}, header, h("p", { class: "empty" }, t("empty"))));
    return;
  }
  let priced: Json;
  try {
    priced = await call(`${PROMOTIONS}/EvaluateCart`, { cart: cartMessage(), person: { userId }, explain: true });
    await titles(Object.keys(lines));
  } catch {
    const again = h("button", { type: "button", class: "plain" }, icon(...ICONS.retry), t("again"));
    again.addEventListener("click", () => void showCart());
    dialog.replaceChildren(h("div", {}, header, h("div", { class: "trouble" }, t("trouble"), again)));
    return;
  }
  if (current !== cartRound) {
    return;
  }
  const currency = String(priced["currency"]);
  const amount = (value: unknown) => money(value ?? 0, currency, language);
  const rows = ((priced["lines"] ?? []) as Json[]).map((line) => {
    const id = String(line["itemId"]);
    const item = known.get(id);
    const text = item ? title(item) : id;
    const less = h("button", { type: "button", "aria-label": `${t("remove")}: ${text}` }, "−");
    const more = h("button", { type: "button", "aria-label": `${t("more")}: ${text}` }, "+");
    less.addEventListener("click", () => put(id, -1));
    more.addEventListener("click", () => put(id, 1));
    const before = Number(line["beforeMinorUnits"] ?? 0);
    const after = Number(line["afterMinorUnits"] ?? 0);
    return h(
      "li", { class: "line" }, art(id, plain(item?.["category"], 120)), h("span", { class: "name", dir: "auto" }, text),
      h("span", { class: "sum" }, amount(after), after < before && h("s", {}, amount(before))), h("span", { class: "stepper" }, less, h("span", {}, String(line["quantity"])), more),
    );
  });
  const sums = h("dl");
  const sum = (key: Child, value: string, style = "") => sums.append(h("dt", { class: style, dir: "auto" }, key), h("dd", { class: style }, value));
  type Child = string | HTMLElement;
  sum(t("subtotal"), amount(priced["subtotalMinorUnits"]));
  for (const applied of (priced["applied"] ?? []) as Json[]) {
    const reason = plain(inLanguage(applied["reasons"], language), 200);
    sum(h("span", {}, plain(inLanguage(applied["names"], language), 100), reason !== "" && h("small", {}, reason)), `−${amount(applied["savingMinorUnits"])}`, "off");
  }
  sum(t("shipping"), amount(priced["shippingMinorUnits"]));
  sum(t("total"), amount(priced["totalMinorUnits"]), "total");
  const field = h("input", { type: "text", maxlength: 64, placeholder: t("enter"), "aria-label": t("enter"), autocomplete: "off" });
  const form = h("form", { class: "codes" }, field, h("button", { type: "submit", class: "plain" }, t("use")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim() !== "") {
      use(field.value.trim());
    }
  });
  const buy = h("button", { type: "button", class: "primary" }, t("buy"));
  buy.addEventListener("click", () => {
    const orderId = uuid();
    for (const line of priced["lines"] as Json[]) {
      const quantity = Number(line["quantity"]);
      record("PURCHASE", {
        itemId: line["itemId"], quantity, unitPriceMinorUnits: String(Math.round(Number(line["afterMinorUnits"]) / quantity)), currency, orderId,
      });
    }
    lines = {};
    codes = [];
    keepCart();
    dialog.close();
    announce(t("bought"));
    draw();
  });
  const refused = ((priced["refusedCodes"] ?? []) as string[]).map((code) => h("p", { class: "near" }, t("refused", { code: plain(code, 64) })));
  const near = ((priced["notApplied"] ?? []) as Json[])
    .filter((each) => Number(each["missingAmountMinorUnits"] ?? 0) > 0 || Number(each["missingQuantity"] ?? 0) > 0)
    .map((each) => `${plain(inLanguage(each["names"], language), 80)}: ${plain(inLanguage(each["explanations"], language), 200)}`).slice(0, 1)
    .map((text) => h("p", { class: "near", dir: "auto" }, text));
  dialog.replaceChildren(h("div", {}, header, h("ul", { class: "lines" }, ...rows), form, h("div", { class: "sums" }, ...near, ...refused, sums, buy)));
}

/** Fetches what is not known of items that came from elsewhere, such as the chat. */
async function titles(ids: string[]): Promise<void> {
  await Promise.all(
    ids.filter((id) => !known.has(id)).map(async (id) => {
      const reply = await call("proffer.ranker.v1.CatalogueService/GetItem", { itemId: id }).catch(() => null);
      const item = reply?.["item"];
      if (item) {
        known.set(id, { ...item, listPriceMinorUnits: item["priceMinorUnits"] });
      }
    }),
  );
}

// --- the page around

function frame(): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  $("skip").textContent = t("skip");
  $<HTMLInputElement>("query").placeholder = t("search");
  $("query").setAttribute("aria-label", t("find"));
  $("find").setAttribute("aria-label", t("find"));
  $("find").replaceChildren(icon(...ICONS.search));
  $("person-label").textContent = t("as");
  $("person").setAttribute("aria-label", t("as"));
  $("person").replaceChildren(
    ...(PEOPLE.includes(userId) ? PEOPLE : [...PEOPLE, userId]).map((id) => {
      const option = h("option", { value: id }, id === "" ? t("guest") : plain(id, 40));
      option.selected = id === userId;
      return option;
    }),
  );
  $("language").textContent = t("other");
  $("language").lang = language === "zh" ? "en" : "zh-CN";
  $("theme").setAttribute("aria-label", t("theme"));
  $("theme").replaceChildren(icon(...(scheme() === "dark" ? ICONS.sun : ICONS.moon)));
  $("departments").setAttribute("aria-label", t("forYou"));
  $("departments").replaceChildren(
    ...["", ...departments].map((key) => {
      const button = h("button", { type: "button", "aria-pressed": String(department === key && query === "") }, key === "" ? t("all") : name(key));
      button.addEventListener("click", () => {
        department = key;
        query = "";
        $<HTMLInputElement>("query").value = "";
        frame();
        draw();
      });
      return button;
    }),
  );
  $("foot").textContent = t("from");
  cartButton();
}

let departments: string[] = ["kitchen", "food", "electronics", "home", "beauty"];
async function findDepartments(): Promise<void> {
  // Those that this catalogue really has.
  const reply = await call(`${RECOMMENDER}/SearchItems`, { query: "", k: 400, userId: "" }).catch(() => null);
  const found = new Set(((reply?.["items"] ?? []) as Json[]).map((item) => plain(item["category"], 120).split("/")[0]!).filter((each) => each !== ""));
  if (found.size > 0) {
    departments = Object.keys(DEPARTMENTS).filter((key) => found.has(key)).concat([...found].filter((key) => !(key in DEPARTMENTS)).slice(0, 6));
    frame();
  }
}

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  query = $<HTMLInputElement>("query").value.trim();
  department = "";
  if (query !== "") {
    record("SEARCH", { query });
  }
  frame();
  draw();
});
$("person").addEventListener("change", () => {
  userId = $<HTMLSelectElement>("person").value;
  remember("user", userId);
  recent = [];
  remember("recent", "[]");
  chat()?.setUser(userId);
  draw();
});
$("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  remember("language", language);
  frame();
  draw();
});
$("theme").addEventListener("click", () => {
  switchScheme();
  frame();
});
$("cart").addEventListener("click", () => void showCart());
for (const id of ["drawer", "item"]) {
  // A click beside a dialog closes it.
  $<HTMLDialogElement>(id).addEventListener("click", (event) => event.target === event.currentTarget && (event.currentTarget as HTMLDialogElement).close());
}
frame();
// The page and the chat are painted before the shelves are made, and what is nice to know comes last.
requestAnimationFrame(() => setTimeout(draw, 0));
setTimeout(() => void findDepartments(), 1_500);
addEventListener("load", () => {
  const found = chat();
  found?.setUser(userId);
  found?.setCart(Object.keys(lines).length > 0 ? cartMessage() : undefined);
  found?.on("add-to-cart", (item: Json) => {
    const id = String(item["itemId"]);
    known.set(id, known.get(id) ?? { ...item, titles: { [language]: item["title"] } });
    record("ADD_TO_CART", { itemId: id, quantity: 1, unitPriceMinorUnits: String(item["priceMinorUnits"]), currency: item["currency"], attributes: { page: "chat" } });
    if (item["code"]) {
      use(String(item["code"]));
    }
    put(id, 1);
  });
  found?.on("copy-code", (detail: Json) => use(String(detail["code"])));
});
