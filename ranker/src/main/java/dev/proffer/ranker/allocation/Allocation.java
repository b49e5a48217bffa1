// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

/// Who gets which offer.
///
/// @param offers the offer of each person, or -1 for none
/// @param value the expected value of all of them
/// @param cost the expected cost of all of them; never above the budget
/// @param dualPrice the value that one more minor unit of budget would bring
/// @param bound no allocation, not even one that splits people, is worth more than this
@SuppressWarnings("ArrayRecordComponent") // One entry a person.
public record Allocation(int[] offers, double value, long cost, double dualPrice, double bound) {}
