// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The features of one context and many candidates.
///
/// @param context blocks of one row each, the same for all candidates
/// @param candidates blocks of one row for each candidate, in the order of the request
/// @param featureSetHash identifies names, types and defaults of the columns; pin it to be refused
///   when they change
/// @param degraded what was missing
public record FeatureMatrix(
    List<Block> context,
    List<Block> candidates,
    String featureSetHash,
    Optional<Degraded> degraded) {
  static FeatureMatrix of(GetFeatureMatrixResponse reply) {
    return new FeatureMatrix(
        reply.getContextList().stream().map(Block::new).toList(),
        reply.getCandidatesList().stream().map(Block::new).toList(),
        reply.getFeatureSetHash(),
        reply.hasDegraded() ? Optional.of(reply.getDegraded()) : Optional.empty());
  }

  /// The names of the columns of [#dense], as "view:feature".
  public List<String> features() {
    return Stream.concat(context.stream(), candidates.stream())
        .flatMap(block -> block.features().stream().map(name -> block.featureView() + ":" + name))
        .toList();
  }

  /// The number of rows of [#dense].
  public int rows() {
    return candidates.isEmpty() ? 1 : candidates.get(0).rows();
  }

  /// All numbers copied, run by run, into one array: a row for each candidate, the columns of the
  /// context first.
  public float[] dense() {
    int rows = rows();
    int columns =
        Stream.concat(context.stream(), candidates.stream()).mapToInt(Block::columns).sum();
    float[] all = new float[rows * columns];
    int first = 0;
    for (Block block : context) {
      FloatBuffer values = block.values();
      for (int row = 0; row < rows; row++) {
        values.get(0, all, row * columns + first, block.columns());
      }
      first += block.columns();
    }
    for (Block block : candidates) {
      FloatBuffer values = block.values();
      for (int row = 0; row < rows; row++) {
        values.get(row * block.columns(), all, row * columns + first, block.columns());
      }
      first += block.columns();
    }
    return all;
  }

  /// What one feature view fills of a matrix: a row for each entity, a column for each numeric
  /// feature.
  ///
  /// @param message the block as it was received
  public record Block(FeatureBlock message) {
    /// The view.
    public String featureView() {
      return message.getFeatureView();
    }

    /// The names of the columns.
    public List<String> features() {
      return message.getFeaturesList();
    }

    /// The number of rows.
    public int rows() {
      return message.getRows();
    }

    /// The number of columns.
    public int columns() {
      return message.getFeaturesCount();
    }

    /// The numbers, row by row; NaN stands for a missing value without default. A view of the bytes
    /// that were received: nothing is copied.
    public FloatBuffer values() {
      return message
          .getValuesF32Le()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer();
    }

    /// The numbers, copied as a whole.
    public float[] toArray() {
      FloatBuffer values = values();
      float[] array = new float[values.remaining()];
      values.get(array);
      return array;
    }

    /// Whether a cell is null or missing.
    public boolean isNull(int row, int column) {
      int bit = row * columns() + column;
      return bit / 8 < message.getNullBitmap().size()
          && (message.getNullBitmap().byteAt(bit / 8) >> (bit % 8) & 1) == 1;
    }

    /// How the values of a row came about.
    public RowStatus status(int row) {
      RowStatus status = RowStatus.forNumber(message.getRowStatuses().byteAt(row));
      return status == null ? RowStatus.UNRECOGNIZED : status;
    }

    /// The values of a feature that is not a single number: a text, a list or a vector. Empty when
    /// the block has no such feature.
    public List<Value> column(String feature) {
      for (ValueColumn column : message.getColumnsList()) {
        if (column.getFeature().equals(feature)) {
          return column.getValuesList();
        }
      }
      return List.of();
    }
  }
}
