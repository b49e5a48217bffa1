// SPDX-License-Identifier: Apache-2.0
// What the script tag runs: puts <proffer-chat> into the page and gives the page its handle, window.ProfferChat.

import { ProfferChat } from "./widget";

performance.mark("proffer-chat:script");

type Call = [string, ...unknown[]];
const global = window as unknown as { ProfferChat?: { push(...calls: Call[]): unknown } | Call[] };

if (!customElements.get("proffer-chat")) {
  customElements.define("proffer-chat", ProfferChat);
  const script = document.currentScript as HTMLScriptElement | null;
  const waiting = Array.isArray(global.ProfferChat) ? global.ProfferChat : [];
  const place = () => {
    let element = document.querySelector<ProfferChat>("proffer-chat");
    if (!element) {
      element = document.createElement("proffer-chat") as ProfferChat;
      for (const [name, value] of Object.entries(script?.dataset ?? {})) {
        element.setAttribute(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value ?? "");
      }
      if (!element.hasAttribute("server") && script?.src) {
        element.setAttribute("server", new URL(script.src).origin);
      }
      document.body.append(element);
    }
    requestAnimationFrame(() => {
      // Not a timer: those of the page that were set before would come first.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => performance.mark("proffer-chat:painted");
      port2.postMessage(null);
    });
    return element;
  };
  const start = () => {
    const element = place();
    const call = ([name, ...values]: Call): unknown => {
      const method = api[name as keyof typeof api];
      return typeof method === "function" ? (method as (...all: unknown[]) => unknown)(...values) : undefined;
    };
    const api = {
      element,
      open: () => element.open(),
      close: () => element.close(),
      toggle: () => element.toggle(),
      send: (text: string) => element.send(text),
      setUser: (userId: string) => element.setUser(userId),
      setLanguage: (language: string) => element.setLanguage(language),
      setTheme: (theme: string) => element.setTheme(theme),
      setCart: (cart: Record<string, unknown> | undefined) => element.setCart(cart),
      setToken: (token: (() => string | Promise<string>) | undefined) => element.setToken(token),
      reset: () => element.reset(),
      unread: () => element.unread,
      /** Listens to what happens, such as "add-to-cart"; returns how to stop. */
      on: (type: string, listener: (detail: unknown, event: Event) => void) => {
        const heard = (event: Event) => listener((event as CustomEvent).detail, event);
        element.addEventListener(`proffer:${type}`, heard);
        return () => element.removeEventListener(`proffer:${type}`, heard);
      },
      push: (...calls: Call[]) => calls.map(call),
    };
    global.ProfferChat = api;
    waiting.forEach(call);
  };
  if (document.body) {
    start();
  } else {
    document.addEventListener("DOMContentLoaded", start, { once: true });
  }
}
