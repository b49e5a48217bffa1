// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import io.grpc.Context;
import io.grpc.Metadata;

/// Who makes a call, for audit trails.
///
/// What authenticates calls puts the verified name into the context ([#verified]). Without it the
/// server listens on the loopback only, and takes the name that the caller gives in
/// `x-proffer-caller`; the command line gives that of the person at the terminal.
public final class Caller {
  /// The header in which a caller of the loopback says its name.
  public static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-proffer-caller", Metadata.ASCII_STRING_MARSHALLER);

  /// Who gave no name.
  public static final String ANONYMOUS = "anonymous";

  private static final Context.Key<String> VERIFIED = Context.key("verified-caller");
  static final Context.Key<String> NAMED = Context.key("named-caller");
  private static final int LENGTH_MAX = 128;

  private Caller() {}

  /// The name of who makes the call that this thread works for: the verified one, else the one that
  /// was given, else [#ANONYMOUS].
  public static String current() {
    String verified = VERIFIED.get();
    if (verified != null) {
      return verified;
    }
    String named = NAMED.get();
    return named == null ? ANONYMOUS : named;
  }

  /// The context with a name that was proved; whatever the caller says does not count beside it.
  public static Context verified(Context context, String name) {
    return context.withValue(VERIFIED, name);
  }

  /// The name in the headers when it is usable; it may not pass for one that was proved.
  static String named(Metadata headers) {
    String given = headers.get(HEADER);
    return given != null && given.matches("[A-Za-z0-9_.:@+-]{1," + LENGTH_MAX + "}")
        ? given
        : ANONYMOUS;
  }
}
