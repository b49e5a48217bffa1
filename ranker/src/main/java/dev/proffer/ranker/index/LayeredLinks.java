// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

/// The links of a layered graph: `links[node][level]` are the neighbours of a node on a level.
///
/// @param entry the node that a search starts from: one of those on the highest level
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
record LayeredLinks(int entry, int[][][] links) {

  int size() {
    return links.length;
  }

  int level(int node) {
    return links[node].length - 1;
  }
}
