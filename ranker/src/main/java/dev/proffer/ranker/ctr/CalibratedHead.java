// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.LearningException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// A head whose probabilities are right on average: isotonic regression over what it says, learnt
/// on rows that the head had not seen.
///
/// @param head what orders rows
/// @param calibration from its probability to how often it came true
public record CalibratedHead(Head head, IsotonicCalibration calibration) {
  // A step of the isotonic function may say 0 or 1, which no data can justify.
  static final double LEAST = 1e-5;

  private static final int TEXT_MAX = 1 << 26;

  /// The probability that belongs to log odds of the head; never 0 or 1.
  public double probability(double logOdds) {
    return Math.clamp(calibration.apply(Head.probability(logOdds)), LEAST, 1 - LEAST);
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(head.kind());
    switch (head) {
      case FtrlRegression regression -> regression.write(out);
      case DeepMachine machine -> machine.write(out);
    }
    byte[] text = calibration.text().getBytes(StandardCharsets.UTF_8);
    out.writeInt(text.length);
    out.write(text);
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws LearningException when it is of a kind that is not known
  static CalibratedHead read(DataInput in) throws IOException {
    String kind = in.readUTF();
    Head head =
        switch (kind) {
          case "ftrl" -> FtrlRegression.read(in);
          case "fm", "deep-fm" -> DeepMachine.read(in);
          default ->
              throw new LearningException(
                  "a head of the kind '" + kind + "' (expected: ftrl, fm or deep-fm)");
        };
    int length = in.readInt();
    if (length < 0 || length > TEXT_MAX) {
      throw new LearningException("a calibration of " + length + " bytes");
    }
    byte[] text = new byte[length];
    in.readFully(text);
    return new CalibratedHead(
        head, IsotonicCalibration.parse(new String(text, StandardCharsets.UTF_8)));
  }
}
