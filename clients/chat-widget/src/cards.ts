// SPDX-License-Identifier: Apache-2.0
// Items, promotions and carts as cards.

import { h, icon, ICONS, inLanguage, money, plain } from "./dom";
import type { Json } from "./edge";
import { say, type Language } from "./texts";

export interface AddToCart {
  itemId: string;
  title: string;
  listPriceMinorUnits: number;
  priceMinorUnits: number;
  currency: string;
  promotionId: string;
  code: string;
}

export interface CardHost {
  readonly language: Language;
  readonly server: string;
  /** Tells the page; false when the page says that it did not take it. */
  addToCart(item: AddToCart): boolean;
  announce(text: string): void;
  copied(code: string): void;
  mayLoad(url: string): boolean;
}

const TITLE_MAX = 160;
const TEXT_MAX = 400;
const CODE_MAX = 64;
const DAY_MS = 86_400_000;
// setTimeout and dates end somewhere; no promotion runs for a hundred years.
const END_MAX_MS = 100 * 366 * DAY_MS;

export function card(given: Json, host: CardHost): HTMLElement | null {
  if (given["item"]) {
    return item(given["item"], host);
  }
  if (given["promotion"]) {
    return promotion(given["promotion"], host);
  }
  return given["cart"] ? cart(given["cart"], host) : null;
}

function item(given: Json, host: CardHost): HTMLElement {
  const { language } = host;
  const title = plain(given["title"], TITLE_MAX) || plain(given["itemId"], TITLE_MAX);
  const list = Number(given["listPriceMinorUnits"] ?? 0);
  const price = Number(given["priceMinorUnits"] ?? list);
  const currency = plain(given["currency"], 3);
  const offer = (given["offer"] ?? {}) as Json;
  const name = plain(inLanguage(offer["names"], language), TITLE_MAX);
  const reason = plain(given["reason"], TEXT_MAX);
  const code = plain(offer["code"], CODE_MAX);
  const add = h("button", { class: "act", type: "button", part: "add-to-cart", "aria-label": say(language, "addToCartOf", { title }) });
  add.append(icon(...ICONS.cart), say(language, "addToCart"));
  add.addEventListener("click", () => {
    const taken = host.addToCart({
      itemId: plain(given["itemId"], 256), title, listPriceMinorUnits: list, priceMinorUnits: price, currency,
      promotionId: plain(offer["promotionId"], 256), code,
    });
    if (taken) {
      add.replaceChildren(icon(...ICONS.check), say(language, "added"));
      add.setAttribute("aria-label", say(language, "addedOf", { title }));
      host.announce(say(language, "addedOf", { title }));
      // It can be put in again, but not by a double click.
      add.disabled = true;
      setTimeout(() => {
        add.disabled = false;
        add.replaceChildren(icon(...ICONS.cart), say(language, "addToCart"));
        add.setAttribute("aria-label", say(language, "addToCartOf", { title }));
      }, 2_500);
    }
  });
  return h(
    "li",
    { class: "card item", part: "card" },
    picture(address(plain(given["imageUrl"], 2_048), host), title, plain(given["itemId"], 256)),
    h("h3", { dir: "auto" }, title),
    prices(list, price, currency, language),
    name !== "" && h("span", { class: "chip", dir: "auto" }, icon(...ICONS.tag), name),
    countdown(offer, host),
    left(offer, language),
    reason !== "" && h("span", { class: "why", dir: "auto" }, reason),
    code !== "" && copy(code, host),
    add,
  );
}

function promotion(offer: Json, host: CardHost): HTMLElement {
  const { language } = host;
  const saving = Number(offer["savingMinorUnits"] ?? 0);
  const code = plain(offer["code"], CODE_MAX);
  const summary = plain(inLanguage(offer["summaries"], language), TEXT_MAX);
  return h(
    "li",
    { class: "card promotion", part: "card" },
    h("h3", { dir: "auto" }, plain(inLanguage(offer["names"], language) || offer["promotionId"], TITLE_MAX)),
    summary !== "" && h("span", { class: "why", dir: "auto" }, summary),
    saving > 0 && h("span", { class: "chip" }, icon(...ICONS.tag), say(language, "save", { amount: money(saving, offer["currency"], language) })),
    countdown(offer, host),
    left(offer, language),
    code !== "" && copy(code, host),
  );
}

function cart(given: Json, host: CardHost): HTMLElement {
  const { language } = host;
  const currency = given["currency"];
  const amount = (field: string) => money(given[field] ?? 0, currency, language);
  const list = h("dl");
  const row = (key: string, value: string, style = "") =>
    list.append(h("dt", { class: style, dir: "auto" }, key), h("dd", { class: style }, value));
  row(say(language, "subtotal"), amount("subtotalMinorUnits"));
  for (const applied of ((given["applied"] ?? []) as Json[]).slice(0, 8)) {
    const name = plain(inLanguage(applied["names"], language) || applied["promotionId"], TITLE_MAX);
    row(name, `−${money(applied["savingMinorUnits"] ?? 0, currency, language)}`, "off");
  }
  if (Number(given["shippingMinorUnits"] ?? 0) > 0) {
    row(say(language, "shipping"), amount("shippingMinorUnits"));
  }
  row(say(language, "total"), amount("totalMinorUnits"), "sum");
  return h("li", { class: "card cart", part: "card" }, h("h3", {}, say(language, "cart")), list);
}

/** The price before, struck, and the price now; both are said to those who do not see the stroke. */
function prices(list: number, price: number, currency: string, language: Language): HTMLElement {
  if (price >= list) {
    return h("span", { class: "price" }, h("strong", {}, money(price, currency, language)));
  }
  return h(
    "span",
    { class: "price sale" },
    h("span", { class: "sr" }, say(language, "now") + " "),
    h("strong", {}, money(price, currency, language)),
    h("span", { class: "sr" }, " " + say(language, "was") + " "),
    h("s", {}, money(list, currency, language)),
  );
}

function left(offer: Json, language: Language): HTMLElement | null {
  const units = Number(offer["remainingUnits"] ?? -1);
  // Only when it is nearly gone: an honest count, not a way to hurry people.
  return units > 0 && units <= 20 ? h("span", { class: "countdown" }, say(language, "left", { n: units })) : null;
}

function copy(code: string, host: CardHost): HTMLElement {
  const sign = h("span", {}, icon(...ICONS.copy));
  const button = h(
    "button",
    { class: "code", type: "button", part: "code", "aria-label": say(host.language, "copy", { code }) },
    h("span", { dir: "ltr" }, code),
    sign,
  );
  button.addEventListener("click", async () => {
    if (await toClipboard(code, button)) {
      sign.replaceChildren(icon(...ICONS.check));
      host.announce(say(host.language, "copied"));
      host.copied(code);
      setTimeout(() => sign.replaceChildren(icon(...ICONS.copy)), 2_500);
    }
  });
  return button;
}

async function toClipboard(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages without https have no clipboard; what is selected can still be copied.
    const area = h("textarea", { class: "sr", readonly: true, "aria-hidden": "true", tabindex: -1 });
    area.value = text;
    near.after(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    near.focus();
    return copied;
  }
}

function countdown(offer: Json, host: CardHost): HTMLElement | null {
  const now = Date.now();
  const starts = Number(offer["startsAtUnixMs"] ?? 0);
  const ends = Number(offer["endsAtUnixMs"] ?? 0);
  const { language } = host;
  if (starts > now && starts < now + END_MAX_MS) {
    const time = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", { dateStyle: "medium", timeStyle: "short" });
    return h("span", { class: "countdown" }, icon(...ICONS.clock), say(language, "startsAt", { time: time.format(starts) }));
  }
  if (!(ends > 0) || ends > now + END_MAX_MS) {
    return null;
  }
  const text = document.createTextNode("");
  // Not announced each second: who wants to know reads it.
  const shown = h("span", { class: "countdown", role: "timer", "aria-live": "off", "data-ends": ends }, icon(...ICONS.clock), text);
  tick(shown, language, now);
  return shown;
}

/** Moves a countdown on; false when it has nothing left to count. */
export function tick(shown: HTMLElement, language: Language, now: number): boolean {
  const rest = Number(shown.dataset["ends"]) - now;
  const text = rest <= 0 ? say(language, "ended") : say(language, "endsIn", { time: duration(rest, language) });
  if (shown.lastChild && shown.lastChild.nodeValue !== text) {
    shown.lastChild.nodeValue = text;
    shown.classList.toggle("soon", rest > 0 && rest < DAY_MS);
  }
  return rest > 0;
}

function duration(ms: number, language: Language): string {
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${say(language, "days", { n: days })} ${clock}` : clock;
}

/** Where a picture is, when it may be asked for: a path is one of the server of the chat. */
function address(url: string, host: CardHost): string {
  const whole = /^\/[\w-]/.test(url) ? host.server + url : url;
  return host.mayLoad(whole) ? whole : "";
}

function picture(url: string, title: string, id: string): HTMLElement {
  const frame = h("div", { class: "picture", "aria-hidden": "true" });
  let hue = 0;
  for (const letter of id) {
    hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  }
  frame.style.background = `linear-gradient(135deg, hsl(${hue} 45% 42%), hsl(${(hue + 40) % 360} 50% 30%))`;
  if (url !== "") {
    const image = h("img", { alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
    image.src = url;
    image.addEventListener("error", () => image.remove());
    frame.append(image);
  } else {
    frame.textContent = Array.from(title)[0]?.toUpperCase() ?? "";
  }
  return frame;
}
