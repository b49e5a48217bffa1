// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

/// What happens to a written row that has a value outside the declared range of its feature.
public enum ValidationPolicy {
  /// The row is refused with the reason.
  REJECT,
  /// The row is set aside, to be listed and written again later.
  QUARANTINE,
  /// The row is stored and counted.
  FLAG
}
