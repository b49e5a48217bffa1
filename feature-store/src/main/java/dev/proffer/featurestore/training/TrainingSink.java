// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import dev.proffer.proto.featurestore.v1.TrainingRow;
import java.io.IOException;
import java.util.List;

/// Takes joined rows, in order.
public interface TrainingSink {
  /// Is called once, before the first row.
  ///
  /// @param features the names of the columns
  void begin(List<String> features) throws IOException;

  void row(TrainingRow row) throws IOException;
}
