// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import java.util.List;

/// One event of a policy's history: a choice, or what followed it.
///
/// @param sequence its place in the history
/// @param decisionId the choice
/// @param person a number that stands for the person, as [#person] makes it
/// @param segment the segment; may be empty
/// @param chosen the option
/// @param options all options, where the kind of policy needs them; else none
/// @param context the features of the moment
/// @param atUnixMs when
@SuppressWarnings("ArrayRecordComponent") // Never compared, never changed.
public record PolicyEvent(
    long sequence,
    String decisionId,
    long person,
    String segment,
    String chosen,
    List<String> options,
    double[] context,
    long atUnixMs) {
  /// The number of a person: 64 bits of a hash, so that state in memory holds no ids.
  public static long person(String unitId) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < unitId.length(); i++) {
      h = (h ^ unitId.charAt(i)) * 0x100000001b3L;
    }
    h = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
    h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
    return h ^ (h >>> 31);
  }
}
