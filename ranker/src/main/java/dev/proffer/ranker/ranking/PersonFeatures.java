// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import java.util.List;

/// What the feature store knows about a person or a session.
///
/// @param recent ids of the latest items, newest first
/// @param purchased ids of the latest items that were bought, newest first
/// @param orderCount orders so far, or 1 where only that there was one is known; -1 when not known
/// @param asOfUnixMs the time of the oldest of these features; 0 when not known
record PersonFeatures(
    List<String> recent, List<String> purchased, int orderCount, long asOfUnixMs) {
  static final PersonFeatures NONE = new PersonFeatures(List.of(), List.of(), -1, 0);
}
