// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

/// A model bundle that cannot be used. The message names the bundle, the file and what is wrong.
public final class BundleException extends Exception {
  private static final long serialVersionUID = 1L;

  public BundleException(String message) {
    super(message);
  }

  public BundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
