// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;
import java.util.Arrays;

/// An aggregation that keeps a few numbers for each hop of its window and merges them when it is
/// read.
abstract class HopAggregation implements Aggregation {
  private final Window window;
  private final int width;

  /// @param width how many numbers are kept for each hop
  HopAggregation(Window window, int width) {
    this.window = window;
    this.width = width;
  }

  final Window window() {
    return window;
  }

  /// Sets the numbers of a new hop.
  void begin(double[] numbers, int at) {}

  /// Takes an event into the numbers of its hop.
  abstract void add(double[] numbers, int at, Event event);

  /// Whether an event changes anything. A hop is made only then.
  abstract boolean reads(Event event);

  /// Merges the numbers of a hop into a sum that begins like a hop.
  abstract void merge(double[] sum, double[] numbers, int at);

  /// The value of a sum; NaN when there is none.
  abstract double result(double[] sum);

  @Override
  public boolean gives(FeatureType type) {
    return type == FeatureType.FLOAT || type == FeatureType.DOUBLE;
  }

  @Override
  public final State empty() {
    return new HopState(this);
  }

  @Override
  public final State read(ByteReader in) {
    HopState state = new HopState(this);
    state.read(in);
    return state;
  }

  /// The hops of one entity, oldest first.
  private static final class HopState implements State {
    private final HopAggregation aggregation;
    private final int width;
    private long[] hops = new long[2];
    private double[] numbers;
    private int size;

    HopState(HopAggregation aggregation) {
      this.aggregation = aggregation;
      this.width = aggregation.width;
      this.numbers = new double[2 * width];
    }

    @Override
    public void add(Event event) {
      if (!aggregation.reads(event)) {
        return;
      }
      Window window = aggregation.window;
      long hop = window.hopAt(event.getEventTimeUnixMs());
      if (size > 0 && hop < window.oldestHopKept(hops[size - 1])) {
        return;
      }
      int at = Arrays.binarySearch(hops, 0, size, hop);
      if (at < 0) {
        at = -at - 1;
        insert(at, hop);
        at -= dropOld();
      }
      aggregation.add(numbers, at * width, event);
    }

    private void insert(int at, long hop) {
      if (size == hops.length) {
        hops = Arrays.copyOf(hops, size * 2);
        numbers = Arrays.copyOf(numbers, size * 2 * width);
      }
      System.arraycopy(hops, at, hops, at + 1, size - at);
      System.arraycopy(numbers, at * width, numbers, (at + 1) * width, (size - at) * width);
      hops[at] = hop;
      Arrays.fill(numbers, at * width, (at + 1) * width, 0);
      aggregation.begin(numbers, at * width);
      size++;
    }

    private int dropOld() {
      long oldest = aggregation.window.oldestHopKept(hops[size - 1]);
      int dropped = 0;
      while (dropped < size && hops[dropped] < oldest) {
        dropped++;
      }
      if (dropped > 0) {
        System.arraycopy(hops, dropped, hops, 0, size - dropped);
        System.arraycopy(numbers, dropped * width, numbers, 0, (size - dropped) * width);
        size -= dropped;
      }
      return dropped;
    }

    @Override
    public double numberAt(long unixMillis) {
      long oldest = aggregation.window.oldestHopAt(unixMillis);
      double[] sum = new double[width];
      aggregation.begin(sum, 0);
      for (int i = 0; i < size; i++) {
        if (hops[i] >= oldest) {
          aggregation.merge(sum, numbers, i * width);
        }
      }
      return aggregation.result(sum);
    }

    @Override
    public void write(ByteWriter out) {
      out.varint(size);
      long previous = 0;
      for (int i = 0; i < size; i++) {
        out.zigzag(hops[i] - previous);
        previous = hops[i];
        for (int j = 0; j < width; j++) {
          out.number(numbers[i * width + j]);
        }
      }
    }

    private void read(ByteReader in) {
      size = in.count();
      hops = new long[Math.max(2, size)];
      numbers = new double[Math.max(2, size) * width];
      long hop = 0;
      for (int i = 0; i < size; i++) {
        hop += in.zigzag();
        hops[i] = hop;
        for (int j = 0; j < width; j++) {
          numbers[i * width + j] = in.number();
        }
      }
    }
  }
}
