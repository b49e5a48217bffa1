// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The frame of the page: its style, its language switch, its cards. There is no script; the switch
/// is two radio buttons, and the style hides one language.
final class Page {
  static final String STYLE =
      """
      :root{color-scheme:light dark;--ink:#1c2330;--soft:#5d6675;--paper:#fff;--back:#f4f5f8;--line:#dfe3ea;
      --q0:#eef1f6;--q1:#dbe7f6;--q2:#bdd5ef;--q3:#9bc0e6;--q4:#76a8da;--q5:#4f8cc9;--q6:#3171b3;--q7:#1d5796;--q8:#113f73}
      @media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a3acba;--paper:#1a1f29;--back:#11151c;--line:#333b49;
      --q0:#232a36;--q1:#1f3350;--q2:#22436c;--q3:#275587;--q4:#2e68a2;--q5:#3a7dbc;--q6:#5394d0;--q7:#78afe0;--q8:#a6cdf0}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
      main,header{max-width:76rem;margin:0 auto;padding:0 14px}
      header{padding-top:14px}
      .pick{position:absolute;opacity:0}
      .switch{float:right;margin-top:6px}
      .switch label{display:inline-block;padding:5px 12px;border:1px solid var(--line);background:var(--paper);cursor:pointer}
      .switch label:first-child{border-radius:8px 0 0 8px}.switch label:last-child{border-radius:0 8px 8px 0;border-left:0}
      #en:checked~header label[for=en],#zh:checked~header label[for=zh]{background:var(--q6);color:#fff}
      #en:focus-visible~header label[for=en],#zh:focus-visible~header label[for=zh]{outline:3px solid #f0a030}
      #en:checked~* [lang=zh],#zh:checked~* [lang=en]{display:none}
      h1{font-size:1.45rem;line-height:1.25;margin:.3rem 0}h2{font-size:1.2rem;margin:2rem 0 .6rem;padding-top:.4rem;border-top:2px solid var(--line)}
      h3{font-size:1rem;margin:0 0 .4rem}p{margin:.3rem 0 .7rem}
      .m{color:var(--soft);fill:var(--soft)}
      .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:10px;margin:12px 0}
      .tile,.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:12px}
      .tile b{display:block;font-size:1.3rem;line-height:1.3}
      .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,350px),1fr));gap:12px;align-items:start}
      .wide{grid-column:1/-1}
      svg{display:block;width:100%;height:auto;max-width:520px;margin:0 auto}
      svg.dot{display:inline-block;width:.8em;height:.8em;margin:0 .4em 0 0}
      text{fill:var(--ink);font-size:12px}.s{font-size:10.5px}text.m{fill:var(--soft)}.b{font-weight:600}
      text.on{fill:#fff}text.off{fill:#1c2330}
      @media(prefers-color-scheme:dark){text.on{fill:#0d1117}text.off{fill:#f0f3f8}text.node-n{fill:#fff}}
      .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
      .q0{fill:var(--q0)}.q1{fill:var(--q1)}.q2{fill:var(--q2)}.q3{fill:var(--q3)}.q4{fill:var(--q4)}.q5{fill:var(--q5)}.q6{fill:var(--q6)}.q7{fill:var(--q7)}.q8{fill:var(--q8)}
      .c0{fill:#3b7dd8}.c1{fill:#e08a2c}.c2{fill:#3f9f5f}.c3{fill:#c9504f}.c4{fill:#8667c4}.c5{fill:#9a6b4f}.c6{fill:#d671ad}.c7{fill:#7f8a99}.c8{fill:#b3a431}.c9{fill:#aab2bf}
      .bar{fill:#4f8cc9}.axis{stroke:var(--soft)}.grid{stroke:var(--line)}
      .flow{fill-opacity:.38}.edge{stroke:#7d94b5}.tip{fill:#7d94b5}.node{fill:#1d5796}
      .l0{stroke:#3b7dd8;fill:none;stroke-width:2}.l1{stroke:#e08a2c;fill:none;stroke-width:2}.l2{stroke:#3f9f5f;fill:none;stroke-width:2}
      .legend{columns:2;column-gap:20px;font-size:.86rem;padding-left:1.6rem;margin:.6rem 0 0}
      @media(max-width:420px){.legend{columns:1}}
      details{margin-top:.5rem}summary{cursor:pointer;color:var(--soft);font-size:.9rem}
      .scroll{overflow-x:auto;max-height:30rem;overflow-y:auto}
      table{border-collapse:collapse;font-size:.84rem;width:100%}
      th,td{text-align:right;padding:4px 6px;border-bottom:1px solid var(--line);white-space:nowrap}
      th{white-space:normal;vertical-align:bottom}
      .l{text-align:left}td.l{white-space:normal;min-width:6.5rem}th{color:var(--soft);font-weight:600;position:sticky;top:0;background:var(--paper)}
      footer{max-width:76rem;margin:2rem auto;padding:0 14px 2rem;color:var(--soft);font-size:.86rem}
      @media print{.switch{display:none}.card{break-inside:avoid}}
      """;

  /// What a content security policy must allow for the style: its hash.
  static final String STYLE_HASH = hash(STYLE);

  private final StringBuilder out = new StringBuilder();

  /// @param chinese which language shows first
  Page(Words title, boolean chinese) {
    out.append("<!doctype html>\n<html lang=\"")
        .append(chinese ? "zh" : "en")
        .append("\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        .append(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '")
        .append(STYLE_HASH)
        .append("'\"><title>")
        .append(Words.escape(chinese ? title.chinese() : title.english()))
        .append("</title><style>")
        .append(STYLE)
        .append("</style></head><body>")
        .append(radio("en", !chinese, "English"))
        .append(radio("zh", chinese, "中文"))
        .append("<header><div class=\"switch\"><label for=\"en\">English</label>")
        .append("<label for=\"zh\">中文</label></div><h1>")
        .append(title.html())
        .append("</h1>");
  }

  private static String radio(String id, boolean checked, String label) {
    return "<input type=\"radio\" name=\"language\" class=\"pick\" id=\""
        + id
        + "\" aria-label=\""
        + label
        + "\""
        + (checked ? " checked>" : ">");
  }

  Page line(Words words) {
    out.append("<p class=\"m\">").append(words.html()).append("</p>");
    return this;
  }

  Page tiles(Words... namesAndValues) {
    out.append("<div class=\"tiles\">");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.append("<div class=\"tile\"><b>")
          .append(namesAndValues[i + 1].html())
          .append("</b>")
          .append(namesAndValues[i].html())
          .append("</div>");
    }
    out.append("</div>");
    return this;
  }

  Page main() {
    out.append("</header><main>");
    return this;
  }

  /// A part of the page; its cards come next.
  Page part(Words title, Words about) {
    out.append("<h2>").append(title.html()).append("</h2>");
    if (!about.english().isEmpty()) {
      out.append("<p>").append(about.html()).append("</p>");
    }
    out.append("<div class=\"cards\">");
    return this;
  }

  Page card(Words title, String content) {
    return card("card", title, content);
  }

  Page wideCard(Words title, String content) {
    return card("card wide", title, content);
  }

  private Page card(String look, Words title, String content) {
    out.append("<section class=\"").append(look).append("\">");
    if (!title.english().isEmpty()) {
      out.append("<h3>").append(title.html()).append("</h3>");
    }
    out.append(content).append("</section>");
    return this;
  }

  Page endPart() {
    out.append("</div>");
    return this;
  }

  String close(Words footer) {
    return out.append("</main><footer>")
        .append(footer.html())
        .append("</footer></body></html>\n")
        .toString();
  }

  /// The numbers of a picture, folded away below it.
  static String numbers(String table) {
    return "<details><summary>"
        + Words.of("Numbers", "数据").html()
        + "</summary>"
        + table
        + "</details>";
  }

  private static String hash(String style) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
