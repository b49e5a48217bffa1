// SPDX-License-Identifier: Apache-2.0
// The desk of the people of the shop: who waits, what was said, what could be answered; reply, give back, close.

import { h, icon, ICONS, plain, uuid } from "../src/dom";
import { EdgeError, unary, type Json } from "../src/edge";
import { languageOf, type Language } from "../src/texts";
import { remember, remembered, scheme, switchScheme } from "./page";

const DESK = "proffer.chatbot.v1.HandOffService";
const POLL_MS = 1_500;
const PRESENCE_MS = 10_000;
const LONG_WAIT_MS = 120_000;
const TEXT_MAX = 8_000;
const HIGH = 60;

const en = {
  title: "Service desk", agent: "Your name", here: "At the desk", away: "Away", other: "中文", theme: "Switch between light and dark",
  queue: "Conversations", open: "Open", ended: "Ended", none: "Nobody is waiting.", noneEnded: "Nothing here yet.",
  choose: "Choose a conversation to read it.", claim: "Take over", takeBack: "Take over from {name}", giveBack: "Return to the assistant", close: "Close", back: "Back to the list",
  shopper: "Shopper", guest: "Guest", bot: "Assistant", waiting: "waiting {time}", withYou: "with you", with: "with {name}", returned: "returned to the assistant", closed: "closed",
  summary: "What happened", details: "Details", reason: "Reason", language: "Language", person: "Person", waited: "Waited", suggestions: "Suggested answers", noSuggestions: "No suggestion fits.",
  write: "Write to the shopper …", writeLabel: "Your answer", send: "Send", transcript: "Transcript", urgent: "urgent", needName: "Write your name first.",
  unreachable: "The server cannot be reached. Trying again …", failed: "That did not work: {why}", arrived: "{n} new in the queue", s: "{n} s", min: "{n} min", said: "{name} wrote: {text}",
  notYours: "Take it over to answer.", english: "English", chinese: "Chinese", use: "Use this answer",
};
const zh: typeof en = {
  title: "客服工作台", agent: "您的姓名", here: "在线", away: "离开", other: "English", theme: "切换浅色和深色",
  queue: "会话", open: "进行中", ended: "已结束", none: "没有人在等待。", noneEnded: "这里还没有内容。",
  choose: "选择一个会话查看。", claim: "接入", takeBack: "从 {name} 接手", giveBack: "交还助手", close: "结束", back: "返回列表",
  shopper: "顾客", guest: "游客", bot: "助手", waiting: "已等待 {time}", withYou: "由您接待", with: "{name} 接待中", returned: "已交还助手", closed: "已结束",
  summary: "经过", details: "详情", reason: "原因", language: "语言", person: "顾客", waited: "等待", suggestions: "建议回复", noSuggestions: "没有合适的建议。",
  write: "写给顾客……", writeLabel: "您的回复", send: "发送", transcript: "对话记录", urgent: "紧急", needName: "请先填写姓名。",
  unreachable: "暂时无法连接服务器，正在重试……", failed: "操作失败：{why}", arrived: "新增 {n} 个等待", s: "{n} 秒", min: "{n} 分钟", said: "{name}：{text}",
  notYours: "接入后才能回复。", english: "英文", chinese: "中文", use: "使用这个回复",
};
const REASONS: Record<string, [string, string]> = {
  requested: ["asked for a person", "要求人工"], risky_topic: ["delicate topic", "敏感话题"], anger: ["unhappy", "情绪不满"],
  repeated_failure: ["not understood", "多次未能理解"], low_confidence: ["not sure", "不够确定"],
};

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const parameters = new URLSearchParams(location.search);
let language: Language = languageOf(parameters.get("lang")) ?? languageOf(remembered("language")) ?? languageOf(navigator.language) ?? "en";
let agent = parameters.get("agent") ?? remembered("agent") ?? "";
let present = remembered("present") === "1";
let ended = false;
let cases: Json[] = [];
let current: Json | null = null;
let turns: Json[] = [];
let suggestions: string[] | null = null;
let suggestedFor = 0;
let draft = "";
let waitingBefore = 0;

function t(key: keyof typeof en, values: Record<string, string | number> = {}): string {
  return (language === "zh" ? zh : en)[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

function announce(text: string): void {
  $("status").textContent = "";
  setTimeout(() => ($("status").textContent = text), 50);
}

function call(method: string, request: Json): Promise<Json> {
  return unary(location.origin, `${DESK}/${method}`, request);
}

function trouble(text: string): void {
  $("trouble").hidden = text === "";
  if ($("trouble").textContent !== text) {
    $("trouble").textContent = text;
  }
}

/** Does something that an agent asked for; what goes wrong is said. */
async function act(what: () => Promise<void>): Promise<void> {
  try {
    await what();
    trouble("");
  } catch (error) {
    trouble(t("failed", { why: error instanceof EdgeError ? plain(error.message, 200) : String(error) }));
  }
  await look();
}

const id = (given: Json) => String(given["handOffId"]);
const state = (given: Json) => String(given["state"]).replace("HAND_OFF_STATE_", "");
const isMine = (given: Json) => state(given) === "CLAIMED" && given["agentName"] === agent && agent !== "";
const isActive = (given: Json) => state(given) === "WAITING" || state(given) === "CLAIMED";

function span(ms: number): string {
  return ms < 90_000 ? t("s", { n: Math.max(0, Math.round(ms / 1000)) }) : t("min", { n: Math.round(ms / 60_000) });
}

function waitedMs(given: Json): number {
  return state(given) === "WAITING" ? Date.now() - Number(given["createdAtUnixMs"] ?? Date.now()) : Number(given["waitedMs"] ?? 0);
}

function who(given: Json): string {
  return plain(given["userId"], 60) || t("guest");
}

function where(given: Json): string {
  switch (state(given)) {
    case "WAITING": return t("waiting", { time: span(waitedMs(given)) });
    case "CLAIMED": return isMine(given) ? t("withYou") : t("with", { name: plain(given["agentName"], 60) });
    case "RETURNED": return t("returned");
    default: return t("closed");
  }
}

function reason(given: Json): string {
  const key = plain(given["reason"], 60);
  return REASONS[key]?.[language === "zh" ? 1 : 0] ?? key.replaceAll("_", " ");
}

function tongue(given: Json): string {
  return given["language"] === "zh" ? t("chinese") : t("english");
}

function avatar(given: Json): HTMLElement {
  const name = who(given);
  let hash = 0;
  for (const letter of String(given["conversationId"])) {
    hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  }
  const face = h("span", { class: "avatar", "aria-hidden": "true" }, name.replace(/^u-0*/, "").slice(-2).toUpperCase());
  face.style.background = `hsl(${hash} 42% 31%)`;
  return face;
}

// --- looking again and again

let looking = false;
async function look(): Promise<void> {
  if (looking) {
    return;
  }
  looking = true;
  try {
    const reply = await call("ListHandOffs", ended ? { states: ["HAND_OFF_STATE_RETURNED", "HAND_OFF_STATE_CLOSED"], pageSize: 50 } : { pageSize: 100 });
    cases = (reply["handOffs"] ?? []) as Json[];
    const waiting = cases.filter((each) => state(each) === "WAITING").length;
    if (!ended) {
      if (waiting > waitingBefore) {
        announce(t("arrived", { n: waiting - waitingBefore }));
      }
      waitingBefore = waiting;
      document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${t("title")} · Proffer`;
    }
    if (current) {
      await read(current);
    }
    if ($("trouble").textContent === t("unreachable")) {
      trouble("");
    }
  } catch {
    trouble(t("unreachable"));
  }
  looking = false;
  drawQueue();
  drawTalk();
}

async function read(given: Json): Promise<void> {
  const after = turns.at(-1)?.["sequence"] ?? "0";
  const reply = await call("GetHandOff", { handOffId: id(given), afterSequence: String(after) });
  if (!current || id(current) !== id(given)) {
    return;
  }
  current = reply["handOff"] as Json;
  const more = (reply["turns"] ?? []) as Json[];
  turns.push(...more);
  const shopper = more.filter((turn) => turn["speaker"] === "SPEAKER_SHOPPER").at(-1);
  if (shopper && after !== "0") {
    announce(t("said", { name: who(current), text: plain(shopper["text"], 300) }));
  }
  const asked = Number(turns.filter((turn) => turn["speaker"] === "SPEAKER_SHOPPER").at(-1)?.["sequence"] ?? 0);
  if (isMine(current) && asked !== suggestedFor) {
    suggestedFor = asked;
    void suggest(id(current));
  }
}

async function suggest(handOffId: string): Promise<void> {
  suggestions = null;
  const reply = await call("SuggestReplies", { handOffId }).catch(() => ({}) as Json);
  if (current && id(current) === handOffId) {
    suggestions = ((reply["suggestions"] ?? []) as string[]).map((text) => plain(text, 1_000));
    drawTalk();
  }
}

function choose(given: Json | null): void {
  current = given;
  turns = [];
  suggestions = null;
  suggestedFor = 0;
  draft = "";
  drawn = "";
  $("desk").toggleAttribute("data-open", given !== null);
  drawQueue();
  drawTalk();
  if (given) {
    void act(() => read(given));
  }
}

// --- drawing

let drawnQueue = "";
function drawQueue(): void {
  const signature = JSON.stringify([language, agent, ended, current && id(current), cases.map((each) => [id(each), state(each), where(each), each["summary"]])]);
  if (signature === drawnQueue) {
    return;
  }
  drawnQueue = signature;
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["case"] : undefined;
  $("queue").replaceChildren(
    ...cases.map((each) => {
      const button = h(
        "button",
        { type: "button", class: "case", "aria-current": String(current !== null && id(current) === id(each)), "data-case": id(each) },
        avatar(each), h("strong", {}, who(each)),
        h("span", { class: `when${state(each) === "WAITING" && waitedMs(each) > LONG_WAIT_MS ? " long" : ""}` }, where(each)),
        h("span", { class: "about", dir: "auto" }, plain(each["summary"], 300)),
        h(
          "span", { class: "tags" }, isMine(each) && h("span", { class: "tag mine" }, t("withYou")),
          Number(each["priority"] ?? 0) >= HIGH && h("span", { class: "tag high" }, t("urgent")), h("span", { class: "tag" }, reason(each)), h("span", { class: "tag" }, tongue(each)),
        ),
      );
      button.addEventListener("click", () => choose(each));
      return h("li", {}, button);
    }),
  );
  if (cases.length === 0) {
    $("queue").append(h("li", { class: "none" }, icon(...ICONS.chat), t(ended ? "noneEnded" : "none")));
  }
  if (focused) {
    document.querySelector<HTMLElement>(`[data-case="${CSS.escape(focused)}"]`)?.focus();
  }
}

let drawn = "";
function drawTalk(): void {
  const signature = JSON.stringify([language, agent, current && [id(current), state(current), current["agentName"], current["summary"]], turns.length, suggestions]);
  if (signature === drawn) {
    return;
  }
  const whole = drawn === "" || drawn.split('"')[3] !== signature.split('"')[3];
  drawn = signature;
  const talk = $("talk");
  if (!current) {
    talk.replaceChildren(h("div", { class: "none" }, icon(...ICONS.chat), h("p", { id: "talk-title" }, t("choose"))));
    return;
  }
  const given = current;
  const mine = isMine(given);
  const before = talk.querySelector<HTMLElement>(".log");
  const stays = whole || !before || before.scrollHeight - before.scrollTop - before.clientHeight < 60;
  const top = before?.scrollTop ?? 0;
  const active = document.activeElement instanceof HTMLElement && talk.contains(document.activeElement) ? document.activeElement.id : "";
  const selection = active === "answer" ? [($("answer") as HTMLTextAreaElement).selectionStart, ($("answer") as HTMLTextAreaElement).selectionEnd] : null;

  const back = h("button", { type: "button", class: "tool square back", "aria-label": t("back") }, icon(...ICONS.back));
  back.addEventListener("click", () => choose(null));
  const claim = h("button", { type: "button", class: "primary", id: "claim" }, state(given) === "CLAIMED" ? t("takeBack", { name: plain(given["agentName"], 40) }) : t("claim"));
  claim.addEventListener("click", () => {
    if (agent.trim() === "") {
      trouble(t("needName"));
      $("agent").focus();
      return;
    }
    void act(async () => {
      const reply = await call("ClaimHandOff", { handOffId: id(given), agentName: agent });
      current = reply["handOff"] as Json;
      present = true;
      drawFrame();
      suggestedFor = 0;
    }).then(() => document.getElementById("answer")?.focus());
  });
  const giveBack = h("button", { type: "button", class: "plain", id: "return" }, t("giveBack"));
  giveBack.addEventListener("click", () => void act(async () => {
    current = (await call("ReturnToBot", { handOffId: id(given) }))["handOff"] as Json;
  }));
  const close = h("button", { type: "button", class: "plain", id: "close" }, t("close"));
  close.addEventListener("click", () => void act(async () => {
    current = (await call("CloseHandOff", { handOffId: id(given) }))["handOff"] as Json;
  }));
  const header = h(
    "header", {}, back, avatar(given), h("div", { class: "name" }, h("h2", { id: "talk-title" }, who(given)), h("p", {}, where(given))),
    isActive(given) && !mine && claim, mine && giveBack, mine && close,
  );
  const log = h(
    "div", { class: "log", role: "log", "aria-live": "off", "aria-label": t("transcript"), tabindex: 0 },
    ...turns.map((turn) => {
      const speaker = turn["speaker"] === "SPEAKER_AGENT" ? "agent" : turn["speaker"] === "SPEAKER_SHOPPER" ? "shopper" : "bot";
      const name = speaker === "agent" ? plain(turn["agentName"], 60) : speaker === "bot" ? t("bot") : who(given);
      const at = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", { hour: "2-digit", minute: "2-digit" }).format(Number(turn["sentAtUnixMs"] ?? 0));
      return h("div", { class: `turn ${speaker}` }, h("span", { class: "by", dir: "auto" }, `${name} · ${at}`), h("div", { class: "text", dir: "auto" }, plain(turn["text"], TEXT_MAX)));
    }),
  );
  const details = h("dl");
  for (const [key, value] of [["reason", reason(given)], ["language", tongue(given)], ["person", who(given)], ["waited", span(waitedMs(given))]] as const) {
    details.append(h("dt", {}, t(key)), h("dd", {}, value));
  }
  const answer = h("textarea", { id: "answer", rows: 1, maxlength: 1300, placeholder: mine ? t("write") : t("notYours"), "aria-label": t("writeLabel") });
  answer.value = draft;
  answer.disabled = !mine;
  const send = h("button", { type: "submit", class: "primary", id: "send" }, icon(...ICONS.send), t("send"));
  send.disabled = !mine || draft.trim() === "";
  answer.addEventListener("input", () => {
    draft = answer.value;
    send.disabled = draft.trim() === "";
    answer.style.height = "auto";
    answer.style.height = `${Math.min(140, answer.scrollHeight + 2)}px`;
  });
  answer.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  const form = h("form", { class: "write" }, answer, send);
  // One id for one text: a second click or a try again says it once.
  let messageId = uuid();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = draft.trim();
    if (text === "" || !mine) {
      return;
    }
    void act(async () => {
      await call("SendAgentMessage", { handOffId: id(given), text, messageId });
      messageId = uuid();
      draft = "";
      answer.value = "";
    });
  });
  const proposed = h("div", { class: "suggestions", id: "suggestions" });
  for (const text of suggestions ?? []) {
    const button = h("button", { type: "button", dir: "auto", title: t("use") }, text);
    button.addEventListener("click", () => {
      draft = text;
      answer.value = text;
      answer.dispatchEvent(new Event("input"));
      answer.focus();
    });
    proposed.append(button);
  }
  if (suggestions?.length === 0) {
    proposed.append(h("p", {}, t("noSuggestions")));
  }
  const side = h(
    "aside", { class: "side", "aria-label": t("details"), tabindex: 0 }, mine && h("section", {}, h("h3", {}, t("suggestions")), proposed),
    plain(given["summary"], 1) !== "" && h("section", {}, h("h3", {}, t("summary")), h("p", { dir: "auto" }, plain(given["summary"], 1_000))), h("section", {}, h("h3", {}, t("details")), details),
  );
  talk.replaceChildren(header, log, side, form);
  log.scrollTop = stays ? log.scrollHeight : top;
  if (active) {
    document.getElementById(active)?.focus({ preventScroll: true });
    if (selection) {
      answer.setSelectionRange(selection[0]!, selection[1]!);
    }
  }
}

function drawFrame(): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  $("title").textContent = t("title");
  $("agent-label").textContent = t("agent");
  $<HTMLInputElement>("agent").placeholder = t("agent");
  $("agent").setAttribute("aria-label", t("agent"));
  if ($<HTMLInputElement>("agent").value !== agent) {
    $<HTMLInputElement>("agent").value = agent;
  }
  $("presence").setAttribute("aria-checked", String(present));
  $("presence").textContent = t(present ? "here" : "away");
  $("language").textContent = t("other");
  $("language").lang = language === "zh" ? "en" : "zh-CN";
  $("theme").setAttribute("aria-label", t("theme"));
  $("theme").replaceChildren(icon(...(scheme() === "dark" ? ICONS.sun : ICONS.moon)));
  $("queue-title").textContent = t("queue");
  $("tabs").setAttribute("aria-label", t("queue"));
  $("tabs").replaceChildren(
    ...[false, true].map((each) => {
      const button = h("button", { type: "button", "aria-pressed": String(each === ended) }, t(each ? "ended" : "open"));
      button.addEventListener("click", () => {
        ended = each;
        drawFrame();
        void look();
      });
      return button;
    }),
  );
  drawn = drawn === "" ? "" : "language";
}

async function presence(): Promise<void> {
  remember("present", present ? "1" : "");
  if (agent !== "") {
    await call("SetPresence", { agentName: agent, present }).catch(() => {});
  }
}

$("agent").addEventListener("change", () => {
  const before = agent;
  agent = plain($<HTMLInputElement>("agent").value.trim(), 60);
  remember("agent", agent);
  void act(async () => {
    if (before !== "" && before !== agent && present) {
      await call("SetPresence", { agentName: before, present: false });
    }
    await presence();
  });
});
$("presence").addEventListener("click", () => {
  if (agent === "") {
    trouble(t("needName"));
    $("agent").focus();
    return;
  }
  present = !present;
  drawFrame();
  void act(presence);
});
$("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  remember("language", language);
  drawFrame();
  drawQueue();
  drawTalk();
});
$("theme").addEventListener("click", () => {
  switchScheme();
  drawFrame();
});
drawFrame();
drawTalk();
void presence();
void look();
setInterval(() => void look(), POLL_MS);
setInterval(() => present && void presence(), PRESENCE_MS);
