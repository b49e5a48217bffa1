// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A sum in which an event weighs half as much after each half-life: what happened lately counts
/// most and nothing falls off an edge.
///
/// The state is two numbers: the sum as of the newest event time, and that time. An event that
/// comes late is added with the weight that it has by then, so the order of events does not matter
/// beyond rounding.
public final class DecayedSumAggregation implements Aggregation {
  private static final double LN_2 = Math.log(2);
  private static final long NO_TIME = Long.MIN_VALUE;

  private final Map<EventType, Double> weights;
  private final @Nullable EventField of;
  private final long halfLifeMillis;

  /// @param weights the weight of an event of each type that counts
  /// @param of the number that an event adds, times its weight; null adds the weight alone
  public DecayedSumAggregation(
      Map<EventType, Double> weights, @Nullable EventField of, long halfLifeMillis) {
    if (halfLifeMillis <= 0) {
      throw new IllegalArgumentException("a half-life must be positive");
    }
    this.weights = new EnumMap<>(weights);
    this.of = of;
    this.halfLifeMillis = halfLifeMillis;
  }

  @Override
  public boolean reads(EventType type) {
    return weights.containsKey(type);
  }

  @Override
  public boolean reads(Event event) {
    return weights.containsKey(event.getType()) && (of == null || !Double.isNaN(of.number(event)));
  }

  @Override
  public boolean gives(FeatureType type) {
    return type == FeatureType.FLOAT || type == FeatureType.DOUBLE;
  }

  @Override
  public State empty() {
    return new DecayedState(0, NO_TIME);
  }

  @Override
  public State read(ByteReader in) {
    return new DecayedState(in.f64(), in.i64());
  }

  @Override
  public String describe() {
    Map<String, Double> sorted = new TreeMap<>();
    weights.forEach((type, weight) -> sorted.put(EventTypes.textOf(type), weight));
    return "decayed sum"
        + (of == null ? "" : " of " + of)
        + " "
        + sorted
        + ", half-life "
        + Window.textOf(halfLifeMillis);
  }

  private double decay(long millis) {
    return millis <= 0 ? 1 : Math.exp(-(double) millis / halfLifeMillis * LN_2);
  }

  private final class DecayedState implements State {
    private double sum;
    private long newestUnixMillis;

    DecayedState(double sum, long newestUnixMillis) {
      this.sum = sum;
      this.newestUnixMillis = newestUnixMillis;
    }

    @Override
    public void add(Event event) {
      Double weight = weights.get(event.getType());
      double value = weight == null ? Double.NaN : of == null ? weight : weight * of.number(event);
      if (Double.isNaN(value)) {
        return;
      }
      long time = event.getEventTimeUnixMs();
      if (newestUnixMillis == NO_TIME) {
        sum = value;
        newestUnixMillis = time;
      } else if (time >= newestUnixMillis) {
        sum = sum * decay(time - newestUnixMillis) + value;
        newestUnixMillis = time;
      } else {
        sum += value * decay(newestUnixMillis - time);
      }
    }

    @Override
    public double numberAt(long unixMillis) {
      return newestUnixMillis == NO_TIME ? 0 : sum * decay(unixMillis - newestUnixMillis);
    }

    @Override
    public void write(ByteWriter out) {
      out.f64(sum).i64(newestUnixMillis);
    }
  }
}
