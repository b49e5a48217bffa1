// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes maps, lists, texts and numbers as one line of JSON.
final class Json {
  private Json() {}

  static String line(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  private static void write(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> {
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
          Map.Entry<?, ?> entry = entries.next();
          text(out, String.valueOf(entry.getKey()));
          out.append(':');
          write(out, entry.getValue());
          out.append(entries.hasNext() ? "," : "");
        }
        out.append('}');
      }
      case Iterable<?> list -> {
        out.append('[');
        Iterator<?> elements = list.iterator();
        while (elements.hasNext()) {
          write(out, elements.next());
          out.append(elements.hasNext() ? "," : "");
        }
        out.append(']');
      }
      case Double number when number.isNaN() || number.isInfinite() -> out.append("null");
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> text(out, value.toString());
    }
  }

  private static void text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
