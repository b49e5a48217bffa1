// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Where a command prints: results to `out`, everything about how it is going to `err`.
///
/// @param terminal whether a person watches, so that a progress bar may redraw its line
public record Console(PrintStream out, PrintStream err, boolean terminal) {
  /// The console of this process, in UTF-8 whatever the locale says: titles are Chinese too.
  public static Console system() {
    return new Console(
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false));
  }

  /// One line of result.
  public void print(String line) {
    out.println(line);
  }

  /// One line about how it is going.
  public void say(String line) {
    err.println(line);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
