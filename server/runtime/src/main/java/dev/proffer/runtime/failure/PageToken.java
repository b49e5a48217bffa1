// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.failure;

/// The tokens of pages that are numbers: a place in a list, or the number of the last row before.
public final class PageToken {
  private PageToken() {}

  /// The number in the field `page_token` of a request, not negative; `first` when it is empty.
  public static long number(String token, long first) {
    if (token.isEmpty()) {
      return first;
    }
    try {
      long number = Long.parseLong(token);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException _) {
      // It is none of ours.
    }
    throw unknown();
  }

  /// The same for a place in a list.
  public static int offset(String token) {
    long number = number(token, 0);
    if (number > Integer.MAX_VALUE) {
      throw unknown();
    }
    return (int) number;
  }

  /// Says that a token was not given by a reply.
  public static ProfferException unknown() {
    return ProfferException.invalidField("page_token", "must be one that a reply gave");
  }
}
