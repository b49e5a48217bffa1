// SPDX-License-Identifier: Apache-2.0
// A conversation with the server, without anything to look at: what was said, what is on its way, who talks.
//
// It is kept in the browser, so that a reload shows it at once, and put right by what the server has. A turn carries an id
// of its own from the moment it is written: sending it again gives the first answer, never a second one.

import { EdgeError, stream, unary, type Json } from "./edge";
import { plain, tame, uuid } from "./dom";
import type { Language } from "./texts";

const CHAT = "proffer.chatbot.v1.ChatService";
const MESSAGES_MAX = 200;
const TEXT_MAX = 8_000;
const CARDS_MAX = 20;
const REPLIES_MAX = 6;
const RETRIES_MAX = 3;
const RETRY_MS = [400, 1_200, 3_000];
const WATCH_RETRY_MS_MAX = 15_000;
const STREAM_TIMEOUT_MS = 60_000;
export const TURN_BYTES_MAX = 4_096;

export type Speaker = "you" | "bot" | "agent";
export type MessageState = "sending" | "queued" | "failed" | "streaming" | "done" | "stopped";

export interface Message {
  id: string;
  speaker: Speaker;
  text: string;
  at: number;
  state: MessageState;
  turnId?: string | undefined;
  sequence?: number | undefined;
  cards?: Json[] | undefined;
  agent?: string | undefined;
  source?: string | undefined;
  judged?: boolean | undefined;
  language?: string | undefined;
}

export interface HandOff {
  id: string;
  place: number;
  agent: string;
  waitSeconds: number;
  opensAt: number;
}

interface Kept {
  conversationId: string;
  messages: Message[];
  replies: string[];
  handOff: HandOff | null;
  language: Language | null;
  unread: number;
}

export interface Options {
  server: string;
  userId: string;
  channel: string;
  token?: (() => string | Promise<string>) | undefined;
  /** The language of the page, a hint for texts without letters. */
  language: () => Language;
  cart: () => Json | undefined;
}

/** What a listener is told: that something changed, which message is new or grew, and what is worth announcing. */
export interface Listener {
  changed(): void;
  message(message: Message): void;
  handOff(handOff: HandOff | null): void;
  language(language: Language): void;
  connection(state: "online" | "offline" | "unreachable"): void;
  failed(error: EdgeError): void;
}

export class Conversation {
  messages: Message[] = [];
  replies: string[] = [];
  handOff: HandOff | null = null;
  language: Language | null = null;
  unread = 0;
  connection: "online" | "offline" | "unreachable" = navigator.onLine ? "online" : "offline";
  typing = false;

  private id = "";
  private readonly session: string;
  private readonly key: string;
  private answering: AbortController | null = null;
  private watching: AbortController | null = null;
  private sending = Promise.resolve();
  private closed = false;
  private saveTimer = 0;
  private readonly disposals: (() => void)[] = [];

  constructor(
    private readonly options: Options,
    private readonly listener: Listener,
  ) {
    this.key = `proffer-chat ${options.server} ${options.userId}`;
    this.session = visit();
    this.restore();
    this.on(window, "online", () => this.backOnline());
    this.on(window, "offline", () => this.connected("offline"));
    this.on(window, "pagehide", () => this.save());
    this.on(window, "storage", (event) => {
      // Another tab of the same person wrote on.
      if ((event as StorageEvent).key === this.key && !this.answering) {
        this.restore();
        this.listener.changed();
        this.watchIfHandedOff();
      }
    });
  }

  /** Puts what the browser kept right by what the server has, and sends what was left over. */
  async resume(): Promise<void> {
    if (this.id) {
      try {
        const reply = await this.call("GetConversation", { conversationId: this.id, userId: this.options.userId });
        for (const turn of reply["turns"] ?? []) {
          this.reconcile(turn, false);
        }
        this.listener.changed();
      } catch (error) {
        if (error instanceof EdgeError && error.code === "not_found") {
          // It is over for the server; what was said stays to be read, the next turn begins a new one.
          this.id = "";
          this.handOff = null;
          this.save();
          this.listener.changed();
        }
      }
    }
    this.watchIfHandedOff();
    for (const message of this.messages) {
      if (message.speaker === "you" && (message.state === "sending" || message.state === "queued")) {
        this.enqueue(message);
      }
    }
  }

  send(text: string): Message | null {
    const said = plain(text.trim(), TEXT_MAX);
    if (!said || new TextEncoder().encode(said).length > TURN_BYTES_MAX) {
      return null;
    }
    const message: Message = { id: uuid(), speaker: "you", text: said, at: Date.now(), state: "sending", turnId: uuid() };
    this.add(message);
    this.replies = [];
    this.listener.message(message);
    this.enqueue(message);
    return message;
  }

  retry(message: Message): void {
    if (message.state === "failed") {
      message.state = "sending";
      this.listener.changed();
      this.enqueue(message);
    }
  }

  /** Stops the answer that is being written. */
  stop(): void {
    this.answering?.abort();
  }

  async judge(message: Message, helpful: boolean): Promise<void> {
    message.judged = true;
    this.save();
    this.listener.changed();
    await this.call("SendFeedback", {
      conversationId: this.id, turnId: message.turnId ?? "", helpful, userId: this.options.userId,
    }).catch(() => {});
  }

  read(): void {
    if (this.unread > 0) {
      this.unread = 0;
      this.save();
    }
  }

  reset(): void {
    this.answering?.abort();
    this.watching?.abort();
    this.watching = null;
    this.id = "";
    this.messages = [];
    this.replies = [];
    this.handOff = null;
    this.unread = 0;
    this.save();
    this.listener.handOff(null);
    this.listener.changed();
  }

  close(): void {
    this.closed = true;
    this.answering?.abort();
    this.watching?.abort();
    this.save();
    this.disposals.forEach((dispose) => dispose());
  }

  private on(target: EventTarget, type: string, listener: EventListener): void {
    target.addEventListener(type, listener);
    this.disposals.push(() => target.removeEventListener(type, listener));
  }

  private call(method: string, request: Json): Promise<Json> {
    return unary(this.options.server, `${CHAT}/${method}`, request, { token: this.options.token });
  }

  private add(message: Message): void {
    this.messages.push(message);
    if (this.messages.length > MESSAGES_MAX) {
      this.messages.splice(0, this.messages.length - MESSAGES_MAX);
    }
    this.saveSoon();
  }

  // One turn after the other: a conversation is a sequence.
  private enqueue(message: Message): void {
    if (!navigator.onLine) {
      message.state = "queued";
      this.connected("offline");
      this.listener.changed();
      return;
    }
    this.sending = this.sending.then(() => this.deliver(message)).catch(() => {});
  }

  private async deliver(message: Message): Promise<void> {
    for (let attempt = 0; !this.closed && this.messages.includes(message); attempt++) {
      try {
        message.state = "sending";
        await this.ask(message);
        return;
      } catch (error) {
        const failure = error instanceof EdgeError ? error : new EdgeError("internal", String(error), false);
        this.typing = false;
        if (this.closed || failure.code === "canceled") {
          return;
        }
        if (failure.code === "not_found" && this.id) {
          // The server has forgotten the conversation; the turn begins a new one.
          this.id = "";
          continue;
        }
        if (!navigator.onLine) {
          message.state = "queued";
          this.connected("offline");
          this.saveSoon();
          this.listener.changed();
          return;
        }
        if (!failure.retryable || attempt >= RETRIES_MAX - 1) {
          message.state = "failed";
          this.connected("online");
          this.saveSoon();
          this.listener.failed(failure);
          this.listener.changed();
          return;
        }
        this.connected("unreachable");
        this.listener.changed();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[attempt]!));
      }
    }
  }

  private async ask(message: Message): Promise<void> {
    const controller = new AbortController();
    this.answering = controller;
    let answer: Message | null = null;
    const written = (): Message => {
      if (!answer) {
        answer = { id: uuid(), speaker: "bot", text: "", at: Date.now(), state: "streaming", turnId: message.turnId, cards: [] };
        this.add(answer);
      }
      return answer;
    };
    try {
      const cart = this.options.cart();
      const replies = stream(
        this.options.server,
        `${CHAT}/StreamChat`,
        {
          turn: {
            conversationId: this.id, turnId: message.turnId, userId: this.options.userId, sessionId: this.session, text: message.text,
            language: this.language ?? this.options.language(), channel: this.options.channel, ...(cart ? { cart } : {}),
          },
        },
        { signal: controller.signal, timeoutMs: STREAM_TIMEOUT_MS, token: this.options.token },
      );
      for await (const piece of replies) {
        this.connected("online");
        if (message.state === "sending") {
          message.state = "done";
        }
        if (piece["typing"]) {
          this.typing = this.handOff === null || this.handOff.agent === "";
        } else if (typeof piece["text"] === "string") {
          this.typing = false;
          const growing = written();
          growing.text = plain(growing.text + piece["text"], TEXT_MAX);
          this.listener.changed();
          continue;
        } else if (piece["card"]) {
          this.typing = false;
          const growing = written();
          if (growing.cards!.length < CARDS_MAX) {
            growing.cards!.push(tame(piece["card"]));
          }
        } else if (piece["done"]) {
          this.finish(message, answer, piece["done"], written);
          answer = null;
        }
        this.listener.changed();
      }
      if (message.state === "sending") {
        throw new EdgeError("unavailable", "no answer", true);
      }
    } catch (error) {
      const growing = answer as Message | null;
      if (growing) {
        if (controller.signal.aborted) {
          growing.state = "stopped";
          message.state = "done";
          this.listener.message(growing);
        } else {
          // It begins anew: the server gives the same answer for the same turn.
          this.messages.splice(this.messages.indexOf(growing), 1);
        }
      } else if (controller.signal.aborted) {
        message.state = "done";
      }
      throw error;
    } finally {
      this.typing = false;
      this.answering = null;
      this.saveSoon();
      this.listener.changed();
    }
  }

  private finish(message: Message, growing: Message | null, done: Json, written: () => Message): void {
    this.id = plain(done["conversationId"], 128);
    message.state = "done";
    const language = done["language"];
    if ((language === "en" || language === "zh") && language !== this.language) {
      this.language = language;
      this.listener.language(language);
    }
    const text = plain(done["text"], TEXT_MAX);
    const cards = tamed(done["cards"]);
    if (text || cards.length > 0 || growing) {
      const answer = written();
      answer.text = text;
      answer.cards = cards;
      answer.state = "done";
      answer.language = language;
      answer.source = plain(done["knowledge"]?.["source"], 120) || undefined;
      this.arrived(answer);
    }
    this.replies = (Array.isArray(done["quickReplies"]) ? done["quickReplies"] : [])
      .slice(0, REPLIES_MAX)
      .map((reply: unknown) => plain(reply, 120))
      .filter((reply: string) => reply !== "");
    this.handed(done["handOff"] ? notice(done["handOff"]) : null);
  }

  private arrived(message: Message): void {
    this.unread++;
    this.saveSoon();
    this.listener.message(message);
  }

  private handed(next: HandOff | null): void {
    const before = JSON.stringify(this.handOff);
    this.handOff = next;
    if (before !== JSON.stringify(next)) {
      this.saveSoon();
      this.listener.handOff(next);
    }
    this.watchIfHandedOff();
  }

  /** While a person talks or is waited for, what is said comes from the server as it is said. */
  private watchIfHandedOff(): void {
    if (this.handOff && this.id && !this.watching && !this.closed) {
      void this.watch();
    }
  }

  private async watch(): Promise<void> {
    const controller = new AbortController();
    this.watching = controller;
    let pause = 250;
    try {
      while (!controller.signal.aborted && this.handOff && this.id) {
        try {
          const events = stream(
            this.options.server,
            `${CHAT}/WatchConversation`,
            { conversationId: this.id, userId: this.options.userId, afterSequence: String(this.lastSequence()) },
            { signal: controller.signal, token: this.options.token },
          );
          for await (const event of events) {
            pause = 250;
            this.connected("online");
            if (event["turn"]) {
              this.reconcile(event["turn"], true);
              this.listener.changed();
            } else if (event["handOff"]) {
              this.handed(notice(event["handOff"]));
              this.listener.changed();
            } else if (event["handOffEnded"]) {
              this.handed(null);
              this.listener.changed();
              return;
            }
          }
        } catch (error) {
          if (controller.signal.aborted) {
            return;
          }
          if (error instanceof EdgeError && error.code === "not_found") {
            this.handed(null);
            return;
          }
          this.connected(navigator.onLine ? "unreachable" : "offline");
          this.listener.changed();
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(WATCH_RETRY_MS_MAX, 2 * pause);
        if (this.closed) {
          return;
        }
      }
    } finally {
      if (this.watching === controller) {
        this.watching = null;
      }
    }
  }

  private lastSequence(): number {
    return this.messages.reduce((last, message) => Math.max(last, message.sequence ?? 0), 0);
  }

  /** Finds a turn of the server among what is shown, or shows it. */
  private reconcile(turn: Json, live: boolean): void {
    const sequence = Number(turn["sequence"] ?? 0);
    const speaker: Speaker =
      turn["speaker"] === "SPEAKER_SHOPPER" ? "you" : turn["speaker"] === "SPEAKER_AGENT" ? "agent" : "bot";
    if (this.messages.some((message) => message.sequence === sequence)) {
      return;
    }
    const text = plain(turn["text"], TEXT_MAX);
    const same = this.messages.find(
      (message) =>
        message.sequence === undefined &&
        message.speaker === speaker &&
        // Personal data of the shopper is masked on the server, so that the texts may differ.
        (message.text === text || (speaker === "you" && masked(text, message.text))),
    );
    if (same) {
      same.sequence = sequence;
      if (same.state !== "done") {
        same.state = "done";
      }
      return;
    }
    const message: Message = {
      id: uuid(), speaker, text, sequence, at: Number(turn["sentAtUnixMs"] ?? Date.now()), state: "done",
      agent: plain(turn["agentName"], 80) || undefined,
      cards: tamed(turn["cards"]),
    };
    // In its place among those that have one.
    const after = this.messages.findIndex((other) => (other.sequence ?? 0) > sequence);
    if (after >= 0) {
      this.messages.splice(after, 0, message);
    } else {
      this.messages.push(message);
    }
    this.saveSoon();
    if (live && speaker !== "you") {
      this.arrived(message);
    } else if (speaker === "agent") {
      this.unread++;
    }
  }

  private connected(state: "online" | "offline" | "unreachable"): void {
    if (state !== this.connection) {
      this.connection = state;
      this.listener.connection(state);
    }
  }

  private backOnline(): void {
    this.connected("online");
    for (const message of this.messages) {
      if (message.state === "queued") {
        message.state = "sending";
        this.enqueue(message);
      }
    }
    this.watchIfHandedOff();
    this.listener.changed();
  }

  // --- what the browser keeps

  private restore(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "null") as Kept | null;
      if (kept && Array.isArray(kept.messages)) {
        this.id = plain(kept.conversationId, 128);
        this.messages = kept.messages
          .filter((message) => typeof message?.text === "string" && message.state !== "streaming")
          .slice(-MESSAGES_MAX)
          .map((message) => ({
            ...message,
            speaker: message.speaker === "you" || message.speaker === "agent" ? message.speaker : "bot",
            text: plain(message.text, TEXT_MAX),
            agent: plain(message.agent, 80) || undefined,
            source: plain(message.source, 120) || undefined,
            cards: tamed(message.cards),
          }));
        this.replies = Array.isArray(kept.replies) ? kept.replies.map((reply) => plain(reply, 120)) : [];
        this.handOff = kept.handOff ? notice(forNotice(kept.handOff)) : null;
        this.language = kept.language === "en" || kept.language === "zh" ? kept.language : null;
        this.unread = Number(kept.unread) || 0;
      }
    } catch {
      // Storage is switched off or holds something else: the conversation begins anew.
    }
  }

  private saveSoon(): void {
    if (this.saveTimer === 0) {
      this.saveTimer = window.setTimeout(() => this.save(), 50);
    }
  }

  private save(): void {
    window.clearTimeout(this.saveTimer);
    this.saveTimer = 0;
    const kept: Kept = {
      conversationId: this.id, messages: this.messages, replies: this.replies, handOff: this.handOff,
      language: this.language, unread: this.unread,
    };
    try {
      if (this.messages.length === 0 && !this.id) {
        localStorage.removeItem(this.key);
      } else {
        localStorage.setItem(this.key, JSON.stringify(kept));
      }
    } catch {
      // Full or switched off: it lives as long as the page.
    }
  }
}

function tamed(cards: unknown): Json[] {
  return (Array.isArray(cards) ? cards : []).slice(0, CARDS_MAX).map((card) => tame(card)).filter((card) => typeof card === "object" && card !== null);
}

function forNotice(kept: HandOff): Json {
  return { handOffId: kept.id, queuePosition: kept.place, agentName: kept.agent, estimatedWaitSeconds: kept.waitSeconds, opensAtUnixMs: kept.opensAt };
}

function notice(handOff: Json): HandOff {
  return {
    id: plain(handOff["handOffId"], 128),
    place: Number(handOff["queuePosition"] ?? 0),
    agent: plain(handOff["agentName"], 80),
    waitSeconds: Number(handOff["estimatedWaitSeconds"] ?? 0),
    opensAt: Number(handOff["opensAtUnixMs"] ?? 0),
  };
}

/** Whether a text of the server is ours with something masked: it begins and ends the same, or is the same but for digits. */
function masked(theirs: string, ours: string): boolean {
  let same = 0;
  while (same < theirs.length && theirs[same] === ours[same]) {
    same++;
  }
  return same === theirs.length || (same < ours.length && /^[[<*({【]/.test(theirs.slice(same)));
}

function visit(): string {
  try {
    const found = sessionStorage.getItem("proffer-visit") ?? uuid();
    sessionStorage.setItem("proffer-visit", found);
    return found;
  } catch {
    return uuid();
  }
}
