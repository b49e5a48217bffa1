// SPDX-License-Identifier: Apache-2.0
// The only place that makes elements. Text enters the page as text nodes and attributes of a fixed set, never as markup.

type Attributes = Record<string, string | number | boolean | EventListener | undefined>;
export type Child = Node | string | null | undefined | false;

const SVG = "http://www.w3.org/2000/svg";

/** An element: attributes whose value is a function are listeners; undefined and false leave an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of 24 by 24, decoration only. */
export function icon(...paths: string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 24 24", width: "24", height: "24", fill: "none", stroke: "currentColor",
    "stroke-width": "1.8", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false",
  })) {
    svg.setAttribute(name, value);
  }
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  chat: ["M21 11.5a8.5 8.5 0 0 1-12.3 7.6L3 21l1.9-5.7A8.5 8.5 0 1 1 21 11.5z", "M8.5 11.5h.01M12.5 11.5h.01M16.5 11.5h.01"],
  close: ["M18 6 6 18M6 6l12 12"],
  down: ["m6 9 6 6 6-6"],
  send: ["M12 19V5", "m5.5 11.5 6.5-6.5 6.5 6.5"],
  stop: ["M7 7h10v10H7z"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  check: ["m5 12.5 4.5 4.5L19 7.5"],
  cart: ["M3 4h2.2l2.2 11h10.4l2-8H6.2", "M9 20h.01M17 20h.01"],
  tag: ["M3 12V4h8l10 10-8 8z", "M7.5 8.5h.01"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 7.5V12l3 2"],
  retry: ["M20 11a8 8 0 1 0-2.3 6.3", "M20 4v7h-7"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
  up: ["M7 11v9H4v-9zM7 11l4-7a2 2 0 0 1 2 2v4h5.5a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6H7"],
  thumbDown: ["M17 13V4h3v9zM17 13l-4 7a2 2 0 0 1-2-2v-4H5.5a2 2 0 0 1-2-2.4l1.2-6a2 2 0 0 1 2-1.6H17"],
  offline: ["m3 3 18 18", "M8.5 16.5a5 5 0 0 1 7 0M5 13a10 10 0 0 1 5-2.7M19 13a10 10 0 0 0-3.2-2.1M12 20h.01"],
  refresh: ["M4 4v6h6", "M4.6 15a8 8 0 1 0 1-8.5L4 10"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "m20 20-4-4"],
  moon: ["M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"],
  sun: ["M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19"],
  back: ["m15 6-6 6 6 6"],
  info: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 11v5M12 8h.01"],
};

// Characters that turn the direction of what follows, and controls: they let a text look like another one.
const DECEIVING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** A text of somebody else, without what deceives, cut to a length. */
export function plain(text: unknown, max: number): string {
  const clean = (typeof text === "string" ? text : text === undefined || text === null ? "" : String(text)).slice(0, 4 * max).replace(DECEIVING, "");
  const points = Array.from(clean);
  return points.length > max ? points.slice(0, max - 1).join("") + "…" : clean;
}

/** Something of somebody else with an end to each text, list and depth, so that it can be kept and drawn. */
export function tame(value: unknown, depth = 8): any {
  if (typeof value === "string") {
    return value.slice(0, 2_100);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (depth === 0) {
    return null;
  }
  return Array.isArray(value)
    ? value.slice(0, 50).map((each) => tame(each, depth - 1))
    : Object.fromEntries(Object.entries(value).slice(0, 50).map(([key, each]) => [key.slice(0, 64), tame(each, depth - 1)]));
}

/** An amount of money in the language of the page. */
export function money(minorUnits: unknown, currency: unknown, language: string): string {
  const code = /^[A-Z]{3}$/.test(String(currency)) ? String(currency) : "CNY";
  const format = new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en", { style: "currency", currency: code, currencyDisplay: "narrowSymbol" });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const amount = Number(minorUnits);
  return format.format((Number.isFinite(amount) ? amount : 0) / 10 ** digits);
}

/** The text of a map of languages: in the language, in English, or whatever there is. */
export function inLanguage(texts: unknown, language: string): string {
  const map = (texts ?? {}) as Record<string, unknown>;
  const found = map[language] ?? map["en"] ?? Object.values(map)[0];
  return typeof found === "string" ? found : "";
}

export function uuid(): string {
  return typeof crypto.randomUUID === "function"
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
