// SPDX-License-Identifier: Apache-2.0
// What the pages share: what they remember, and light and dark.

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`proffer-demo ${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`proffer-demo ${key}`, value);
  } catch {
    // It lives as long as the page.
  }
}

export function scheme(): "light" | "dark" {
  return document.documentElement.dataset["scheme"] === "dark" ? "dark" : "light";
}

export function switchScheme(to: "light" | "dark" = scheme() === "dark" ? "light" : "dark"): void {
  document.documentElement.dataset["scheme"] = to;
  document.querySelector("proffer-chat")?.setAttribute("theme", to);
  remember("scheme", to);
}

const asked = new URLSearchParams(location.search).get("theme") ?? remembered("scheme");
const dark = asked === "dark" || (asked !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset["scheme"] = dark ? "dark" : "light";
addEventListener("load", () => document.querySelector("proffer-chat")?.setAttribute("theme", scheme()));
