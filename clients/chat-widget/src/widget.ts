// SPDX-License-Identifier: Apache-2.0
// <proffer-chat>: the launcher and the panel, in a shadow root.

import { card, tick, type AddToCart } from "./cards";
import { Conversation, TURN_BYTES_MAX, type HandOff, type Message } from "./conversation";
import { h, icon, ICONS, plain } from "./dom";
import type { Json } from "./edge";
import { STYLE } from "./style";
import { languageOf, say, type Language, type TextKey } from "./texts";

const SMALL = "(max-width: 480px)";
const DARK = "(prefers-color-scheme: dark)";
const NEAR_END_PX = 80;
const ANNOUNCED_MAX = 600;

export class ProfferChat extends HTMLElement {
  static readonly observedAttributes = ["user", "language", "theme", "server", "image-origins"];

  private readonly root = this.attachShadow({ mode: "open" });
  private conversation: Conversation | null = null;
  private token: (() => string | Promise<string>) | undefined;
  private cart: Json | undefined;
  private isOpen = false;
  private connected = false;
  private rendering = 0;
  private ticking = 0;
  private spoken: Language | null = null;
  private readonly shown = new Map<string, { element: HTMLElement; signature: string }>();
  private readonly disposals: (() => void)[] = [];

  private readonly live = h("div", { class: "sr", role: "status", "aria-live": "polite" });
  private readonly badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
  private readonly launcher = h("button", { class: "launcher", type: "button", part: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" });
  private panel: Panel | null = null;

  connectedCallback(): void {
    if (this.connected) {
      return;
    }
    this.connected = true;
    if (this.root.childNodes.length === 0) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.root.adoptedStyleSheets = [sheet];
      this.root.append(this.launcher, this.live);
      this.launcher.addEventListener("click", () => this.toggle());
      this.root.addEventListener("keydown", (event) => this.key(event as KeyboardEvent));
    }
    const dark = matchMedia(DARK);
    const scheme = () => this.scheme();
    dark.addEventListener("change", scheme);
    const page = new MutationObserver(() => this.languageChanged());
    page.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
    this.disposals.push(() => dark.removeEventListener("change", scheme), () => page.disconnect());
    this.scheme();
    this.begin();
    this.tell("ready", {});
  }

  disconnectedCallback(): void {
    this.connected = false;
    this.conversation?.close();
    this.conversation = null;
    window.clearInterval(this.ticking);
    this.ticking = 0;
    this.disposals.splice(0).forEach((dispose) => dispose());
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.connected || before === after) {
      return;
    }
    if (name === "theme") {
      this.scheme();
    } else if (name === "language") {
      this.spoken = null;
      this.languageChanged();
    } else if (name === "user" || name === "server") {
      this.begin();
    }
  }

  // --- what pages can do

  open(): void {
    if (this.isOpen) {
      return;
    }
    this.isOpen = true;
    if (!this.panel) {
      this.panel = new Panel(this);
      this.root.insertBefore(this.panel.element, this.launcher);
      matchMedia(SMALL).addEventListener("change", () => this.panel?.modal(matchMedia(SMALL).matches));
    }
    this.panel.modal(matchMedia(SMALL).matches);
    this.panel.element.hidden = false;
    this.setAttribute("data-open", "");
    this.launcher.setAttribute("aria-expanded", "true");
    this.remember(true);
    this.render(true);
    this.panel.input.focus({ preventScroll: true });
    this.panel.toEnd();
    this.tell("open", {});
  }

  close(): void {
    if (!this.isOpen) {
      return;
    }
    this.isOpen = false;
    this.panel!.element.hidden = true;
    this.removeAttribute("data-open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.remember(false);
    this.render(true);
    this.launcher.focus({ preventScroll: true });
    this.tell("close", {});
  }

  toggle(): void {
    this.isOpen ? this.close() : this.open();
  }

  get opened(): boolean {
    return this.isOpen;
  }

  /** Sends a text as if the shopper had written it; false when it is empty or too long. */
  send(text: string): boolean {
    return this.conversation !== null && this.conversation.send(text) !== null;
  }

  /** Who the shopper is; empty when nobody is signed in. Each person has a conversation of their own. */
  setUser(userId: string): void {
    this.setAttribute("user", userId);
  }

  setLanguage(language: string): void {
    this.setAttribute("language", language);
  }

  setTheme(theme: string): void {
    this.setAttribute("theme", theme);
  }

  /** What is in the cart, so that the shopper can ask about it: lines of itemId and quantity, and codes. */
  setCart(cart: Json | undefined): void {
    this.cart = cart;
  }

  /** Where bearer tokens come from; asked before each call. */
  setToken(token: (() => string | Promise<string>) | undefined): void {
    this.token = token;
  }

  /** Forgets the conversation and begins a new one. */
  reset(): void {
    this.conversation?.reset();
    this.announce(this.say("newConversation"));
  }

  get unread(): number {
    return this.conversation?.unread ?? 0;
  }

  get messages(): readonly Message[] {
    return this.conversation?.messages ?? [];
  }

  // --- inside

  get language(): Language {
    return this.spoken ?? this.ofPage;
  }

  private get ofPage(): Language {
    return (
      languageOf(this.getAttribute("language")) ?? languageOf(document.documentElement.lang) ?? languageOf(navigator.language) ?? "en"
    );
  }

  get talk(): Conversation {
    return this.conversation!;
  }

  get server(): string {
    return (this.getAttribute("server") ?? location.origin).replace(/\/+$/, "");
  }

  say(key: TextKey, values: Record<string, string | number> = {}): string {
    return say(this.language, key, values);
  }

  addToCart(item: AddToCart): boolean {
    return this.tell("add-to-cart", item, true);
  }

  copied(code: string): void {
    this.tell("copy-code", { code });
  }

  announce(text: string): void {
    // The same text again is still news.
    this.live.textContent = "";
    setTimeout(() => (this.live.textContent = plain(text, ANNOUNCED_MAX)), 50);
  }

  /** Pictures come from the page, from the server, and from where the page says: nothing that is said can call others. */
  mayLoad(url: string): boolean {
    try {
      const { origin, protocol } = new URL(url);
      const allowed = [location.origin, new URL(this.server, location.href).origin, ...(this.getAttribute("image-origins") ?? "").split(/[\s,]+/)];
      return /^https?:$/.test(protocol) && allowed.includes(origin);
    } catch {
      return false;
    }
  }

  private begin(): void {
    this.conversation?.close();
    this.shown.clear();
    this.panel?.clear();
    const widget = this;
    const conversation = new Conversation(
      {
        server: this.server,
        userId: this.getAttribute("user") ?? "",
        channel: this.getAttribute("channel") ?? "web",
        token: () => this.token?.() ?? "",
        language: () => this.ofPage,
        cart: () => this.cart,
      },
      {
        changed: () => widget.render(),
        message: (message) => widget.said(message),
        handOff: (handOff) => widget.handedOff(handOff),
        language: (language) => widget.speak(language),
        connection: (state) => {
          widget.render();
          if (widget.isOpen) {
            widget.announce(widget.say(state));
          }
          widget.tell("connection", { state });
        },
        failed: (error) => widget.tell("error", { code: error.code, message: error.message }),
      },
    );
    this.conversation = conversation;
    this.spoken = conversation.language;
    this.render(true);
    if (this.remembered() && !matchMedia(SMALL).matches) {
      const focused = document.activeElement;
      this.open();
      // A reload is not a reason to take the focus from the page.
      if (focused instanceof HTMLElement && focused !== document.body) {
        focused.focus();
      }
    }
    if (conversation.messages.length > 0) {
      // After the launcher is painted.
      setTimeout(() => void conversation.resume(), 0);
    }
  }

  private said(message: Message): void {
    if (message.speaker !== "you") {
      if (this.isOpen && document.visibilityState === "visible") {
        this.talk.read();
        this.announce(
          message.speaker === "agent"
            ? this.say("agentSays", { name: message.agent ?? this.say("agent"), text: message.text })
            : message.text,
        );
      } else {
        this.tell("unread", { unread: this.unread });
      }
    }
    this.tell("message", {
      speaker: message.speaker, text: message.text, agent: message.agent ?? "", cards: message.cards?.length ?? 0,
    });
    this.render();
  }

  private handedOff(handOff: HandOff | null): void {
    this.announce(handOff ? this.status(handOff) : this.say("handOffEnded"));
    this.tell("hand-off", handOff ? { state: handOff.agent ? "talking" : "waiting", agent: handOff.agent, place: handOff.place } : { state: "ended" });
    this.render();
  }

  status(handOff: HandOff): string {
    if (handOff.agent) {
      return this.say("withAgent", { name: handOff.agent });
    }
    if (handOff.opensAt > Date.now()) {
      const time = new Intl.DateTimeFormat(this.language === "zh" ? "zh-CN" : "en", { weekday: "short", hour: "numeric", minute: "2-digit" });
      return `${this.say("waiting")} · ${this.say("opens", { time: time.format(handOff.opensAt) })}`;
    }
    const place = handOff.place > 0 ? this.say("waitingPlace", { n: handOff.place }) : this.say("waiting");
    return handOff.waitSeconds > 0 ? `${place} · ${this.say("waitingMinutes", { n: Math.max(1, Math.round(handOff.waitSeconds / 60)) })}` : place;
  }

  private speak(language: Language): void {
    if (language !== this.language) {
      this.spoken = language;
      this.shown.clear();
      this.panel?.clear();
      this.render();
    } else {
      this.spoken = language;
    }
  }

  private languageChanged(): void {
    // The page speaks another language now; what the shopper writes next may change it again.
    this.spoken = null;
    if (this.conversation) {
      this.conversation.language = null;
    }
    this.shown.clear();
    this.panel?.clear();
    this.render();
  }

  private scheme(): void {
    const theme = this.getAttribute("theme") ?? "auto";
    const dark = theme === "dark" || (theme !== "light" && matchMedia(DARK).matches);
    this.setAttribute("data-scheme", dark ? "dark" : "light");
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.isOpen && !event.isComposing) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.isOpen && matchMedia(SMALL).matches) {
      // On a full screen there is nothing else to go to.
      this.panel!.keepFocus(event, this.root);
    }
  }

  private remember(open: boolean): void {
    try {
      sessionStorage.setItem("proffer-chat-open", open ? "1" : "");
    } catch {
      // Then it is closed after a reload.
    }
  }

  private remembered(): boolean {
    try {
      return sessionStorage.getItem("proffer-chat-open") === "1";
    } catch {
      return false;
    }
  }

  private tell(type: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(`proffer:${type}`, { detail, bubbles: true, composed: true, cancelable }));
  }

  private render(now = false): void {
    if (now) {
      cancelAnimationFrame(this.rendering);
      this.rendering = 0;
      this.draw();
    } else if (this.rendering === 0) {
      this.rendering = requestAnimationFrame(() => {
        this.rendering = 0;
        this.draw();
      });
    }
  }

  private draw(): void {
    const conversation = this.conversation;
    if (!conversation) {
      return;
    }
    if (this.isOpen && document.visibilityState === "visible") {
      conversation.read();
    }
    const { unread } = conversation;
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    const label = this.isOpen ? this.say("close") : unread > 0 ? this.say("openUnread", { n: unread }) : this.say("open");
    if (this.launcher.getAttribute("aria-label") !== label || this.launcher.childNodes.length === 0) {
      this.launcher.setAttribute("aria-label", label);
      this.launcher.setAttribute("lang", this.language === "zh" ? "zh-CN" : "en");
      this.launcher.replaceChildren(icon(...(this.isOpen ? ICONS.down : ICONS.chat)), this.badge);
    }
    this.live.setAttribute("lang", this.language === "zh" ? "zh-CN" : "en");
    if (this.isOpen && this.panel) {
      this.panel.draw(conversation, this.shown);
    }
    const counts = this.isOpen && this.root.querySelector("[data-ends]") !== null;
    if (counts && this.ticking === 0) {
      this.ticking = window.setInterval(() => {
        this.root.querySelectorAll<HTMLElement>("[data-ends]").forEach((each) => tick(each, this.language, Date.now()));
      }, 1_000);
    } else if (!counts && this.ticking !== 0) {
      window.clearInterval(this.ticking);
      this.ticking = 0;
    }
  }
}

/** What opens. */
class Panel {
  readonly element: HTMLElement;
  readonly input: HTMLTextAreaElement;
  private readonly title = h("h2", { id: "title" });
  private readonly status = h("p", { part: "status" });
  private readonly face = h("span", { class: "face", "aria-hidden": "true" });
  private readonly closer = h("button", { type: "button" }, icon(...ICONS.close));
  private readonly restarter = h("button", { type: "button" }, icon(...ICONS.refresh));
  private readonly banner = h("div", { class: "banner", hidden: true });
  private readonly log: HTMLElement;
  private readonly dots = h("div", { class: "typing" }, h("i"), h("i"), h("i"));
  private readonly replies = h("ul", { class: "replies", role: "list" });
  private readonly long = h("p", { class: "long", id: "long", hidden: true });
  private readonly button = h("button", { type: "submit" });
  private readonly greeting = h("div", { class: "bubble" });
  private chips = "";
  private anchor = -1;
  private drawnLanguage: Language | null = null;

  constructor(private readonly widget: ProfferChat) {
    this.input = h("textarea", { rows: 1, part: "input", enterkeyhint: "send", autocomplete: "off" });
    // A column that can be scrolled can be reached by keyboard.
    this.log = h("div", { class: "log", part: "log", role: "group", tabindex: 0 });
    const form = h("form", { class: "write" }, this.input, this.button);
    this.element = h(
      "div",
      { class: "panel", part: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      h("div", { class: "head", part: "header" }, this.face, h("div", { class: "who" }, this.title, this.status), this.restarter, this.closer),
      this.banner,
      this.log,
      this.replies,
      this.long,
      form,
    );
    this.closer.addEventListener("click", () => widget.close());
    this.restarter.addEventListener("click", () => {
      widget.reset();
      this.input.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("keydown", (event) => {
      // Enter that ends a word of an input method is not an end of the message.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.submit();
      }
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("compositionend", () => this.typed());
  }

  modal(modal: boolean): void {
    this.element.setAttribute("aria-modal", String(modal));
  }

  toEnd(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }

  clear(): void {
    this.log.replaceChildren();
    this.chips = "";
    this.drawnLanguage = null;
  }

  keepFocus(event: KeyboardEvent, root: ShadowRoot): void {
    const stops = Array.from(this.element.querySelectorAll<HTMLElement>("button, textarea, [tabindex='0']")).filter(
      (stop) => !(stop as HTMLButtonElement).disabled && stop.offsetParent !== null,
    );
    const first = stops[0];
    const last = stops.at(-1);
    const at = root.activeElement;
    if (event.shiftKey ? at === first : at === last) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  private submit(): void {
    if (this.widget.talk.typing || this.streaming()) {
      if (this.input.value.trim() === "") {
        this.widget.talk.stop();
        return;
      }
    }
    if (this.over() > 0) {
      return;
    }
    if (this.widget.send(this.input.value)) {
      this.input.value = "";
      this.typed();
      this.toEnd();
    }
  }

  private streaming(): boolean {
    return this.widget.talk.messages.some((message) => message.state === "streaming");
  }

  private over(): number {
    const bytes = new TextEncoder().encode(this.input.value.trim()).length - TURN_BYTES_MAX;
    // In characters of this text.
    return bytes <= 0 ? 0 : Math.max(1, Math.ceil((bytes * this.input.value.length) / (bytes + TURN_BYTES_MAX)));
  }

  private typed(): void {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(120, this.input.scrollHeight + 2)}px`;
    const over = this.over();
    this.long.hidden = over === 0;
    this.input.setAttribute("aria-invalid", String(over > 0));
    if (over > 0) {
      this.long.textContent = this.widget.say("tooLong", { n: over });
      this.input.setAttribute("aria-describedby", "long");
    } else {
      this.input.removeAttribute("aria-describedby");
    }
    this.sendButton();
  }

  private sendButton(): void {
    const stops = (this.widget.talk.typing || this.streaming()) && this.input.value.trim() === "";
    const label = this.widget.say(stops ? "stop" : "send");
    if (this.button.getAttribute("aria-label") !== label) {
      this.button.setAttribute("aria-label", label);
      this.button.replaceChildren(icon(...(stops ? ICONS.stop : ICONS.send)));
    }
    this.button.disabled = !stops && (this.input.value.trim() === "" || this.over() > 0);
  }

  draw(conversation: Conversation, shown: Map<string, { element: HTMLElement; signature: string }>): void {
    const { widget } = this;
    const { language } = widget;
    if (this.drawnLanguage !== language) {
      this.drawnLanguage = language;
      this.element.lang = language === "zh" ? "zh-CN" : "en";
      this.closer.setAttribute("aria-label", widget.say("close"));
      this.restarter.setAttribute("aria-label", widget.say("restart"));
      this.restarter.title = widget.say("restart");
      this.input.placeholder = widget.say("placeholder");
      this.input.setAttribute("aria-label", widget.say("input"));
      this.log.setAttribute("aria-label", widget.say("messages"));
      this.replies.setAttribute("aria-label", widget.say("replies"));
      this.dots.setAttribute("aria-label", widget.say("typing"));
      this.dots.setAttribute("role", "img");
      this.greeting.textContent = widget.getAttribute(`greeting-${language}`) ?? widget.say("greeting");
      this.typed();
    }
    const { handOff } = conversation;
    const agent = handOff?.agent ?? "";
    this.title.textContent = agent || (widget.getAttribute(`title-${language}`) ?? widget.say("title"));
    this.status.textContent = handOff ? widget.status(handOff) : widget.say("subtitle");
    if (this.face.dataset["of"] !== (agent || "bot")) {
      this.face.dataset["of"] = agent || "bot";
      this.face.replaceChildren(icon(...(agent ? ICONS.person : ICONS.chat)));
    }
    this.drawBanner(conversation);

    // Who reads further up is left there; who is at the end, or where we put them, follows.
    const stays = this.log.scrollTop === this.anchor || this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_PX;
    const wanted: HTMLElement[] = [h("div", { class: "message bot" }, this.greeting)];
    // One element stays the same, or the log would be drawn anew each time.
    if (this.greeting.parentElement?.parentElement === this.log) {
      wanted[0] = this.greeting.parentElement;
    } else {
      wanted[0]!.append(this.greeting);
    }
    let before: Message | null = null;
    for (const message of conversation.messages) {
      const first = before === null || before.speaker !== message.speaker || before.agent !== message.agent;
      const signature = JSON.stringify([message.state, message.text, message.cards?.length, message.judged, message.agent, first, language]);
      let kept = shown.get(message.id);
      if (!kept || kept.signature !== signature) {
        const made = this.message(message, first);
        kept?.element.replaceWith(made);
        kept = { element: made, signature };
        shown.set(message.id, kept);
      }
      wanted.push(kept.element);
      before = message;
    }
    if (conversation.typing) {
      wanted.push(this.dots);
    }
    wanted.forEach((element, i) => {
      if (this.log.children[i] !== element) {
        this.log.insertBefore(element, this.log.children[i] ?? null);
      }
    });
    while (this.log.children.length > wanted.length) {
      this.log.lastElementChild!.remove();
    }
    this.drawReplies(conversation);
    this.sendButton();
    if (stays) {
      this.toEnd();
      // Of an answer that does not fit, the beginning is read first.
      const last = conversation.messages.at(-1);
      const element = last && last.speaker !== "you" ? shown.get(last.id)?.element : undefined;
      if (element && element.offsetHeight > this.log.clientHeight) {
        this.log.scrollTop = element.offsetTop - this.log.offsetTop - 8;
        this.anchor = this.log.scrollTop;
      }
    }
  }

  private drawBanner(conversation: Conversation): void {
    const { handOff, connection } = conversation;
    const text =
      connection !== "online" ? this.widget.say(connection === "offline" ? "offline" : "unreachable") : handOff ? this.widget.status(handOff) : "";
    const style = `banner${connection === "online" ? " person" : ""}`;
    if (this.banner.textContent !== text || this.banner.className !== style) {
      this.banner.className = style;
      this.banner.hidden = text === "";
      this.banner.replaceChildren(icon(...(connection === "online" ? ICONS.person : ICONS.offline)), h("span", {}, text));
    }
  }

  private drawReplies(conversation: Conversation): void {
    const replies =
      conversation.messages.length === 0
        ? (["starter1", "starter2", "starter3"] as const).map((key) => this.widget.say(key))
        : conversation.typing
          ? []
          : conversation.replies;
    const signature = JSON.stringify(replies);
    if (signature === this.chips) {
      return;
    }
    this.chips = signature;
    this.replies.hidden = replies.length === 0;
    this.replies.replaceChildren(
      ...replies.map((reply) => {
        const button = h("button", { type: "button", part: "reply", dir: "auto" }, reply);
        button.addEventListener("click", () => {
          this.widget.send(reply);
          this.input.focus({ preventScroll: true });
          this.toEnd();
        });
        return h("li", {}, button);
      }),
    );
  }

  private message(message: Message, first: boolean): HTMLElement {
    const { widget } = this;
    const who = message.speaker === "you" ? widget.say("you") : message.speaker === "agent" ? (message.agent ?? widget.say("agent")) : widget.say("bot");
    const element = h("div", { class: `message ${message.speaker}`, part: `message ${message.speaker}` });
    element.append(h("span", { class: first && message.speaker !== "you" ? "by" : "sr", dir: "auto" }, who));
    if (message.text) {
      element.append(h("div", { class: "bubble", dir: "auto" }, message.text));
    }
    const cards = (message.cards ?? []).map((each) => card(each, widget)).filter((each) => each !== null);
    if (cards.length > 0) {
      element.append(h("ul", { class: cards.length === 1 ? "cards single" : "cards", role: "list" }, ...cards));
    }
    if (message.source) {
      element.append(h("span", { class: "note", dir: "auto" }, widget.say("source", { source: message.source })));
    }
    if (message.state === "failed") {
      const again = h("button", { type: "button" }, icon(...ICONS.retry), widget.say("tryAgain"));
      again.addEventListener("click", () => widget.talk.retry(message));
      element.append(h("div", { class: "note bad" }, widget.say("failed"), again));
    } else if (message.state === "queued") {
      element.append(h("div", { class: "note" }, widget.say("queued")));
    } else if (message.state === "stopped") {
      element.append(h("div", { class: "note" }, widget.say("stopped")));
    } else if (message.speaker === "bot" && message.state === "done" && message.turnId && message.text) {
      element.append(this.feedback(message));
    }
    return element;
  }

  private feedback(message: Message): HTMLElement {
    const { widget } = this;
    if (message.judged) {
      return h("div", { class: "note" }, widget.say("thanks"));
    }
    const vote = (helpful: boolean) => {
      const label = widget.say(helpful ? "helpful" : "unhelpful");
      const button = h("button", { type: "button", "aria-label": label, title: label }, icon(...(helpful ? ICONS.up : ICONS.thumbDown)));
      button.addEventListener("click", () => {
        void widget.talk.judge(message, helpful);
        widget.announce(widget.say("thanks"));
        this.input.focus({ preventScroll: true });
      });
      return button;
    };
    return h("div", { class: "feedback" }, vote(true), vote(false));
  }
}
