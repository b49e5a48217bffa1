// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;

/// An aggregation that keeps a few numbers for each hop of its window and merges them when it is
/// read (see [HopState]).
public abstract class HopAggregation implements Aggregation {
  /// How many event times a hop tells apart when nothing else is declared.
  static final int EDGE_POINTS = 16;

  static final int EDGE_POINTS_MAX = 1024;

  private final Window window;
  private final int width;
  private int edgePoints = EDGE_POINTS;

  /// @param width how many numbers are kept for each hop
  HopAggregation(Window window, int width) {
    this.window = window;
    this.width = width;
  }

  /// Sets how many event times a hop tells apart: the edge of the window is exact to the
  /// millisecond while it cuts through a hop with no more of them, see [HopState].
  public final HopAggregation withEdgePoints(int points) {
    if (points < 1 || points > EDGE_POINTS_MAX) {
      throw new IllegalArgumentException("edge_points: must be from 1 to " + EDGE_POINTS_MAX);
    }
    this.edgePoints = points;
    return this;
  }

  final Window window() {
    return window;
  }

  final int width() {
    return width;
  }

  final int edgePoints() {
    return edgePoints;
  }

  /// Sets numbers of which nothing is known yet. They are zero before.
  void begin(double[] numbers, int at) {}

  /// Takes an event into numbers.
  abstract void add(double[] numbers, int at, Event event);

  /// Whether an event changes anything. A hop is made only then.
  @Override
  public abstract boolean reads(Event event);

  /// Merges numbers into others.
  abstract void merge(double[] into, int to, double[] numbers, int at);

  /// The value of numbers; NaN when there is none.
  abstract double result(double[] sum);

  /// The declaration in words but for the window.
  abstract String describeFunction();

  @Override
  public boolean gives(FeatureType type) {
    return type == FeatureType.FLOAT || type == FeatureType.DOUBLE;
  }

  @Override
  public final HopState empty() {
    return new HopState(this);
  }

  @Override
  public final HopState read(ByteReader in) {
    return HopState.read(this, in);
  }

  @Override
  public final double numberAt(ByteReader state, long unixMillis) {
    return HopState.numberAt(this, state, unixMillis);
  }

  @Override
  public final String describe() {
    return describeFunction() + window.describe() + describeEdge();
  }

  final String describeEdge() {
    return edgePoints == EDGE_POINTS ? "" : ", edge points " + edgePoints;
  }
}
