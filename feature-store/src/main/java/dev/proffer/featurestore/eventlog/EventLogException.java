// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

/// The log can no longer promise durability, or its files cannot be read.
public final class EventLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EventLogException(String message, Throwable cause) {
    super(message, cause);
  }

  public EventLogException(String message) {
    super(message);
  }
}
