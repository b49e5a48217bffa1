// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import org.jspecify.annotations.Nullable;

/// An import or load that could not be finished. The message is a sentence for the person who
/// started it and says what to do.
public final class ImportFailure extends RuntimeException {
  public ImportFailure(String message) {
    this(message, null);
  }

  public ImportFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
