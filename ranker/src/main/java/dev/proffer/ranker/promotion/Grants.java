// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.runtime.degraded.Degradation;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What campaigns give to people. A person gets one of the offers of a campaign or none, and keeps
/// what was decided.
@FunctionalInterface
public interface Grants {
  /// Nobody gets anything.
  Grants NONE = (_, _, _) -> Set.of();

  /// The promotions that campaigns give to this person. Where nothing was decided yet it is decided
  /// now; where that cannot be done in time the person gets nothing for now, and the degradation
  /// says so.
  ///
  /// @param campaigns the offers of each campaign that runs
  Set<String> of(
      String userId, Map<String, List<CompiledPromotion>> campaigns, Degradation degradation);
}
