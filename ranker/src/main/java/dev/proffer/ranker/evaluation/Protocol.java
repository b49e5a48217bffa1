// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

/// How data is split and what is asked.
public enum Protocol {
  /// The last item of each person is the test, the one before it the validation. Models learn from
  /// what is before both; the history of a test question holds the validation item.
  LEAVE_ONE_OUT,
  /// Train and test parts are given; a tenth of each person's train items is the validation.
  FIXED_SPLIT,
  /// The next item of a session is asked for; the last sessions of train are the validation. Items
  /// of the session itself may be answers.
  SESSION,
  /// Everything is cut at two instants: the last tenth of all events is the test, the tenth before
  /// it the validation. Somebody's new items of such a part are the answers, all that the same
  /// person did before it is the question.
  TIME_SPLIT
}
