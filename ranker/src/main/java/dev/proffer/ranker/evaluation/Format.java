// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

/// The public file formats. A file's name never selects anything.
public enum Format {
  /// One line a person: `user item item …` in the order of time.
  S3REC,
  /// One `user item` pair a line, or one `user item item …` line a person, in the order of time.
  SASREC,
  /// A folder with `train.txt` and `test.txt` of `user item item …`.
  NGCF,
  /// A folder with `train_sessions.txt` and `test_prefix_target.tsv`.
  SESSION,
  /// A file of events: JSON lines, or values separated by commas, semicolons or tabs with a header.
  EVENTS
}
