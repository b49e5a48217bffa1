// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.reply;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.app.console.Console;
import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.DegradedReason;
import java.util.Map;

/// Writes parts of replies for people and for tools.
public final class Texts {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace().preservingProtoFieldNames();

  private Texts() {}

  /// The text in this language, or in English, or in any.
  public static String in(String language, Map<String, String> texts) {
    String english = texts.getOrDefault("en", "");
    String any = english.isEmpty() && !texts.isEmpty() ? texts.values().iterator().next() : english;
    return texts.getOrDefault(language, any);
  }

  /// The message as one line of JSON with the names of the contract.
  public static String json(Message message) {
    try {
      return JSON.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Says what a reply was made without.
  public static void printDegraded(Console console, Degraded degraded) {
    for (DegradedReason reason : degraded.getReasonsList()) {
      String cause = reason.getCause().name().substring("DEGRADED_CAUSE_".length());
      console.print(
          "degraded: without "
              + reason.getPart()
              + " ("
              + cause.toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
              + (reason.getDetail().isEmpty() ? "" : ": " + reason.getDetail())
              + ")"
              + (reason.getFallback().isEmpty() ? "" : ", using " + reason.getFallback()));
    }
  }
}
