// SPDX-License-Identifier: Apache-2.0
// The looks of the widget. Pages set --proffer-accent and its siblings on <proffer-chat> or any element around it.

export const STYLE = `
:host {
  --_accent: var(--proffer-accent, #4338ca);
  --_on-accent: var(--proffer-on-accent, #fff);
  --_radius: var(--proffer-radius, 18px);
  --_font: var(--proffer-font, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
  --_bg: var(--proffer-background, #fff);
  --_soft: var(--proffer-soft, #f3f4f8);
  --_text: var(--proffer-text, #16181d);
  --_muted: var(--proffer-muted, #5b6170);
  --_line: var(--proffer-line, #dfe2ea);
  --_control: #868c9c;
  --_link: var(--proffer-link, #4338ca);
  --_good: #0b6b3a;
  --_good-bg: #e3f5ea;
  --_sale: #b3132b;
  --_sale-bg: #fdebee;
  --_warn: #7a4a00;
  --_warn-bg: #fff3d6;
  --_shadow: 0 18px 50px rgb(16 20 40 / .22), 0 2px 8px rgb(16 20 40 / .12);
  all: initial;
  position: fixed;
  z-index: var(--proffer-z, 2147483000);
  inset-block-end: max(20px, env(safe-area-inset-bottom));
  inset-inline-end: max(20px, env(safe-area-inset-right));
  font: 15px/1.5 var(--_font);
  color: var(--_text);
  color-scheme: light;
}
:host([position="left"]) { inset-inline-end: auto; inset-inline-start: max(20px, env(safe-area-inset-left)); }
:host([hidden]) { display: none; }
:host([data-scheme="dark"]) {
  --_bg: var(--proffer-background-dark, #15171e);
  --_soft: var(--proffer-soft-dark, #22252f);
  --_text: var(--proffer-text-dark, #eceef4);
  --_muted: var(--proffer-muted-dark, #a8aebd);
  --_line: var(--proffer-line-dark, #343845);
  --_control: #7d8496;
  --_link: var(--proffer-link-dark, #b4b1ff);
  --_good: #7ee2a8; --_good-bg: #143324;
  --_sale: #ff9aa8; --_sale-bg: #3b1820;
  --_warn: #ffd27a; --_warn-bg: #3a2b0c;
  --_shadow: 0 18px 50px rgb(0 0 0 / .6);
  color-scheme: dark;
}
*, *::before, *::after { box-sizing: border-box; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
button:disabled { cursor: default; }
:focus-visible { outline: 3px solid var(--_link); outline-offset: 2px; }
.head :focus-visible, .launcher:focus-visible { outline-color: var(--_on-accent); box-shadow: 0 0 0 6px var(--_accent); }
[hidden] { display: none !important; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
svg { display: block; flex: none; }

.launcher {
  position: relative; display: grid; place-items: center; width: 60px; height: 60px; border-radius: 50%;
  background: var(--_accent); color: var(--_on-accent); box-shadow: var(--_shadow); transition: transform .18s ease;
}
.launcher:hover { transform: translateY(-2px) scale(1.04); }
.launcher svg { width: 28px; height: 28px; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-width: 22px; height: 22px; padding: 0 6px;
  border-radius: 11px; background: #b3132b; color: #fff; font-size: 12px; font-weight: 700; line-height: 22px; text-align: center;
}

.panel {
  position: absolute; inset-block-end: 76px; inset-inline-end: 0; display: flex; flex-direction: column; width: 392px; height: min(680px, calc(100vh - 116px));
  overflow: hidden; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_bg); box-shadow: var(--_shadow);
  animation: rise .2s ease-out;
}
:host([position="left"]) .panel { inset-inline: 0 auto; }
@keyframes rise { from { opacity: 0; transform: translateY(14px) scale(.98); } }

.head { display: flex; align-items: center; gap: 12px; padding: 14px 14px 14px 18px; background: var(--_accent); color: var(--_on-accent); }
.face { display: grid; place-items: center; width: 38px; height: 38px; border-radius: 50%; background: rgb(255 255 255 / .18); flex: none; }
.face svg { width: 22px; height: 22px; }
.who { flex: 1; min-width: 0; }
.who h2 { margin: 0; font-size: 16px; font-weight: 650; line-height: 1.3; }
.who p { margin: 0; font-size: 13px; line-height: 1.35; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.head button { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 10px; }
.head button:hover { background: rgb(255 255 255 / .16); }
.head button svg { width: 20px; height: 20px; }

.banner { display: flex; gap: 8px; align-items: center; padding: 8px 16px; background: var(--_warn-bg); color: var(--_warn); font-size: 13px; }
.banner svg { width: 18px; height: 18px; }
.banner.person { background: var(--_good-bg); color: var(--_good); }

.log { flex: 1; overflow: hidden auto; overscroll-behavior: contain; padding: 16px 16px 6px; display: flex; flex-direction: column; gap: 10px; scrollbar-width: thin; }
.message { display: flex; flex-direction: column; align-items: flex-start; gap: 4px; max-width: 100%; }
.message.you { align-items: flex-end; }
.by { font-size: 12px; color: var(--_muted); padding: 0 4px; max-width: 100%; overflow-wrap: anywhere; }
.bubble {
  max-width: 86%; padding: 9px 14px; border-radius: var(--_radius); background: var(--_soft); white-space: pre-wrap; overflow-wrap: anywhere;
  overflow: hidden; unicode-bidi: plaintext; border-end-start-radius: 5px;
}
.you .bubble { background: var(--_accent); color: var(--_on-accent); border-end-start-radius: var(--_radius); border-end-end-radius: 5px; }
.agent .bubble { background: var(--_good-bg); }
.note { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; font-size: 12px; color: var(--_muted); padding: 0 4px; max-width: 100%; overflow-wrap: anywhere; }
.note.bad { color: var(--_sale); }
.note button { min-height: 24px; padding: 0 8px; border-radius: 8px; color: var(--_link); font-weight: 600; display: inline-flex; align-items: center; gap: 4px; }
.note button:hover { background: var(--_soft); }
.note svg { width: 16px; height: 16px; }
.feedback { display: flex; gap: 2px; }
.feedback button { display: grid; place-items: center; width: 28px; height: 26px; border-radius: 8px; color: var(--_muted); }
.feedback button:hover { background: var(--_soft); color: var(--_text); }
.feedback svg { width: 15px; height: 15px; }
.typing { display: flex; gap: 5px; padding: 13px 15px; border-radius: var(--_radius); background: var(--_soft); width: fit-content; border-end-start-radius: 5px; }
.typing i { width: 7px; height: 7px; border-radius: 50%; background: var(--_muted); animation: dot 1.1s infinite ease-in-out; }
.typing i:nth-child(2) { animation-delay: .15s; }
.typing i:nth-child(3) { animation-delay: .3s; }
@keyframes dot { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; transform: translateY(-3px); } }

.cards { display: flex; gap: 10px; max-width: 100%; overflow-x: auto; padding: 4px 2px 8px; margin: 0; list-style: none; scroll-snap-type: x proximity; scrollbar-width: thin; align-self: stretch; }
.card { flex: 0 0 222px; scroll-snap-align: start; display: flex; flex-direction: column; gap: 6px; padding: 12px; border: 1px solid var(--_line); border-radius: 14px; background: var(--_bg); overflow-wrap: anywhere; }
.cards.single .card { flex: 1 1 auto; }
.picture { display: grid; place-items: center; height: 96px; border-radius: 10px; font-size: 34px; font-weight: 700; color: #fff; overflow: hidden; }
.picture img { width: 100%; height: 100%; object-fit: cover; }
.card h3 { margin: 0; font-size: 14px; font-weight: 600; line-height: 1.35; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
.price { display: flex; flex-wrap: wrap; align-items: baseline; gap: 3px 8px; }
.price strong { font-size: 18px; font-weight: 700; }
.price.sale strong { color: var(--_sale); }
.price s { color: var(--_muted); font-size: 13px; }
.chip { align-self: flex-start; display: inline-flex; gap: 4px; align-items: center; padding: 2px 8px; border-radius: 8px; background: var(--_sale-bg); color: var(--_sale); font-size: 12px; font-weight: 600; line-height: 1.5; }
.chip svg, .countdown svg { width: 14px; height: 14px; }
.countdown { display: inline-flex; gap: 4px; align-items: center; font-size: 12px; color: var(--_muted); font-variant-numeric: tabular-nums; }
.countdown.soon { color: var(--_sale); font-weight: 600; }
.why { font-size: 12.5px; line-height: 1.45; color: var(--_muted); }
.act { margin-top: auto; display: flex; align-items: center; justify-content: center; gap: 6px; min-height: 36px; padding: 4px 12px; border-radius: 10px; background: var(--_accent); color: var(--_on-accent); font-weight: 600; font-size: 14px; }
.act:hover:not(:disabled) { filter: brightness(1.1); }
.act:disabled { background: var(--_good-bg); color: var(--_good); }
.act svg { width: 18px; height: 18px; }
.code { margin-top: auto; display: flex; align-items: center; justify-content: space-between; gap: 8px; min-height: 38px; padding: 4px 10px; border: 1.5px dashed var(--_control); border-radius: 10px; font: 600 14px/1.3 ui-monospace, "SF Mono", Menlo, Consolas, monospace; letter-spacing: .04em; }
.code:hover { background: var(--_soft); }
.code svg { width: 17px; height: 17px; }
.card dl { margin: 0; display: grid; grid-template-columns: 1fr auto; gap: 3px 12px; font-size: 13.5px; }
.card dt { color: var(--_muted); }
.card dd { margin: 0; text-align: end; font-variant-numeric: tabular-nums; }
.card .sum { font-weight: 700; color: var(--_text); border-top: 1px solid var(--_line); padding-top: 4px; }
.card .off { color: var(--_good); }

.replies { display: flex; gap: 8px; flex-wrap: wrap; padding: 6px 16px 8px; margin: 0; list-style: none; max-height: 112px; overflow-y: auto; }
.replies button { min-height: 34px; padding: 5px 13px; border: 1px solid var(--_control); border-radius: 17px; color: var(--_link); font-size: 14px; text-align: start; max-width: 100%; overflow-wrap: anywhere; }
.replies button:hover { background: var(--_soft); }

.write { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px max(12px, env(safe-area-inset-bottom)); border-top: 1px solid var(--_line); }
.write textarea { flex: 1; min-height: 42px; max-height: 120px; resize: none; padding: 9px 13px; border: 1px solid var(--_control); border-radius: 14px; background: var(--_bg); outline-offset: 0; line-height: 1.45; }
.write textarea::placeholder { color: var(--_muted); opacity: 1; }
.write button { display: grid; place-items: center; width: 42px; height: 42px; border-radius: 14px; background: var(--_accent); color: var(--_on-accent); flex: none; }
.write button:disabled { background: var(--_soft); color: var(--_muted); }
.write button svg { width: 21px; height: 21px; }
.long { padding: 0 16px 8px; margin: 0; font-size: 12.5px; color: var(--_sale); }

@media (max-width: 480px) {
  :host([data-open]) { inset: 0; }
  :host([data-open]) .launcher { display: none; }
  .panel { position: fixed; inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; padding-top: env(safe-area-inset-top); }
}
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .launcher, .act, .write button, .bubble { border: 1px solid; } }
`;
