// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.console;

/// A command cannot do what it was asked to, and its message says in one line why and what helps.
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Failure(String message) {
    super(message);
  }

  public Failure(String message, Throwable cause) {
    super(message, cause);
  }
}
