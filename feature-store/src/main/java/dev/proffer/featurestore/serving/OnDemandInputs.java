// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.ondemand.Inputs;
import dev.proffer.featurestore.ondemand.OnDemandView;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.ondemand.Slices;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.featurestore.serving.RowReader.Wanted;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.failure.ProfferException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What expressions read for the rows of one reply: stored rows, and the values that the request
/// brings along. Used by one thread.
final class OnDemandInputs {
  private final Inputs inputs;
  private final Map<String, Wanted> own;
  private final Map<String, Wanted> around;
  private final Request request;
  private final long now;
  private final ReadMeters meters;

  /// What a request says about all rows.
  ///
  /// @param sent values by name
  /// @param maxAgeMillis tightens the max age of every view; 0 does not
  record Request(Map<String, Value> sent, long maxAgeMillis) {}

  /// @param own by view the rows of the entities of the reply
  /// @param around by view the one row of the context entity, which all rows read
  OnDemandInputs(
      int rows,
      Map<String, Wanted> own,
      Map<String, Wanted> around,
      Request request,
      long now,
      ReadMeters meters) {
    this.inputs = Inputs.at(rows, now);
    this.own = own;
    this.around = around;
    this.request = request;
    this.now = now;
    this.meters = meters;
  }

  /// Every value of a request must be one that is read, and have its type.
  ///
  /// @param reader what asks for the views, for messages
  static void check(Map<String, Value> sent, List<OnDemandView> views, String reader) {
    if (sent.isEmpty()) {
      return;
    }
    Map<String, FeatureType> read = new TreeMap<>();
    views.forEach(view -> read.putAll(view.sent()));
    sent.forEach((name, value) -> {
      FeatureType type = read.get(name);
      if (type == null) {
        throw ProfferException.invalidField(
            "request_features[\"" + name + "\"]",
            read.isEmpty()
                ? reader + " reads a value of the request"
                : "must be one of " + String.join(", ", read.keySet()));
      }
      if (value.getKindCase() != type.kind()
          && value.getKindCase() != Value.KindCase.KIND_NOT_SET) {
        throw ProfferException.invalidField(
            "request_features[\"" + name + "\"]",
            "must be a " + type.kind().name().toLowerCase(Locale.ROOT));
      }
    });
  }

  int rows() {
    return inputs.rows();
  }

  /// Computes a feature for all rows; NaN where it is missing.
  ///
  /// What is computed of a row that could not be read is as little known as the row; and it is as
  /// old as the oldest row that it comes from.
  ///
  /// @param statuses become unavailable where a row could not be read
  /// @param times become the oldest event time of what was read, 0 where nothing was
  void compute(Computed feature, double[] values, byte[] statuses, long[] times) {
    for (Input input : feature.expression().inputs()) {
      prepare(input);
      if (input instanceof Input.Stored stored) {
        mark(stored, statuses, times);
      }
    }
    feature.expression().evaluate(inputs, values);
  }

  private void mark(Input.Stored stored, byte[] statuses, long[] times) {
    Wanted mine = own.get(stored.view());
    Wanted of = mine == null ? rowAround(stored) : mine;
    for (int row = 0; row < statuses.length; row++) {
      int at = mine == null ? 0 : row;
      if (of.isUnavailable(at)) {
        statuses[row] = RowStatus.ROW_STATUS_UNAVAILABLE_VALUE;
      }
      byte[] bytes = of.row(at);
      if (bytes != null) {
        long time = RowHeader.eventTimeUnixMillis(bytes);
        times[row] = times[row] == 0 ? time : Math.min(times[row], time);
      }
    }
  }

  private Wanted rowAround(Input.Stored input) {
    Wanted rows = around.get(input.view());
    if (rows == null) {
      throw new IllegalStateException("nothing was read for " + input);
    }
    return rows;
  }

  private void prepare(Input input) {
    if (inputs.has(input)) {
      return;
    }
    switch (input) {
      case Input.Sent sent -> {
        Value value = request.sent.get(sent.name());
        if (sent.type().isNumeric()) {
          double[] column = new double[inputs.rows()];
          Arrays.fill(column, ViewDecoder.exactOf(value));
          inputs.put(input, column);
        } else {
          Slices column = new Slices(inputs.rows());
          if (value != null && value.getKindCase() != Value.KindCase.KIND_NOT_SET) {
            byte[] payload = RowLayout.payload(sent.type(), value);
            for (int row = 0; row < inputs.rows(); row++) {
              column.set(row, payload);
            }
          }
          inputs.put(input, column);
        }
      }
      case Input.Stored stored -> {
        Wanted of = own.get(stored.view());
        if (stored.type().isNumeric()) {
          double[] column = numbers(of == null ? rowAround(stored) : of, stored);
          if (of == null) {
            double one = column[0];
            column = new double[inputs.rows()];
            Arrays.fill(column, one);
          }
          inputs.put(input, column);
        } else {
          Slices column = slices(of == null ? rowAround(stored) : of, stored);
          if (of == null) {
            Slices all = new Slices(inputs.rows());
            all.setAll(column, 0);
            column = all;
          }
          inputs.put(input, column);
        }
      }
    }
  }

  private boolean isPresent(Wanted of, int row) {
    FeatureView view = of.decoder().view();
    long maxAge = MatrixReader.tighter(view.declaration().maxAgeMillis(), request.maxAgeMillis);
    return RowReader.statusOf(of.row(row), of.isUnavailable(row), now, maxAge)
        == RowStatus.ROW_STATUS_PRESENT;
  }

  private double[] numbers(Wanted of, Input.Stored input) {
    ViewDecoder decoder = of.decoder();
    int column = columnOf(decoder, input);
    double byDefault = decoder.exactDefault(column);
    double[] numbers = new double[of.size()];
    for (int row = 0; row < numbers.length; row++) {
      byte[] stored = of.row(row);
      numbers[row] = of.isUnavailable(row) ? Double.NaN : byDefault;
      if (stored != null && isPresent(of, row)) {
        try {
          numbers[row] = decoder.exact(stored, now, column);
        } catch (CorruptRowException e) {
          meters.corrupt(decoder.view().name());
        }
      }
    }
    return numbers;
  }

  private Slices slices(Wanted of, Input.Stored input) {
    ViewDecoder decoder = of.decoder();
    int column = columnOf(decoder, input);
    Value byDefault = decoder.view().features().get(column).defaultValue();
    byte @Nullable [] payload =
        byDefault == null ? null : RowLayout.payload(input.type(), byDefault);
    Slices slices = new Slices(of.size());
    for (int row = 0; row < of.size(); row++) {
      byte[] stored = of.row(row);
      if (stored != null && isPresent(of, row)) {
        try {
          decoder.slice(stored, now, column, slices, row);
          continue;
        } catch (CorruptRowException e) {
          meters.corrupt(decoder.view().name());
        }
      }
      if (payload != null && !of.isUnavailable(row)) {
        slices.set(row, payload);
      }
    }
    return slices;
  }

  private static int columnOf(ViewDecoder decoder, Input.Stored input) {
    Integer column = decoder.view().column(input.feature());
    if (column == null) {
      throw new IllegalStateException("no column: " + input);
    }
    return column;
  }
}
