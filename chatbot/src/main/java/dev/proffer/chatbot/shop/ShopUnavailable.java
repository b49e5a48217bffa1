// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.shop;

/// The shop did not answer: it is down, slow, or skipped because it failed repeatedly just before.
public final class ShopUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ShopUnavailable(Throwable cause) {
    super(cause);
  }

  /// What was thrown, never null.
  public Throwable reason() {
    Throwable cause = getCause();
    return cause == null ? this : cause;
  }
}
