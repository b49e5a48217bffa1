// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

/// Turns the items of each person into the people of each item.
final class PeopleOfItems {
  private PeopleOfItems() {}

  /// The numbers of the people of each item, rising.
  ///
  /// @param people the items of each person
  /// @param items all item numbers are below this
  static int[][] of(int[][] people, int items) {
    int[] counts = new int[items];
    for (int[] own : people) {
      for (int item : own) {
        counts[item]++;
      }
    }
    int[][] peopleOf = new int[items][];
    for (int item = 0; item < items; item++) {
      peopleOf[item] = new int[counts[item]];
    }
    int[] filled = new int[items];
    for (int person = 0; person < people.length; person++) {
      for (int item : people[person]) {
        peopleOf[item][filled[item]++] = person;
      }
    }
    return peopleOf;
  }
}
