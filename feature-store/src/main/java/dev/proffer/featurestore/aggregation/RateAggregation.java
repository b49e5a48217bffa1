// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;

/// How often one thing led to another, such as clicks for each impression, drawn towards a prior
/// while there is little to go by: `(hits + prior · weight) / (trials + weight)`.
///
/// Without a weight it is the plain ratio, which is null while there are no trials.
public final class RateAggregation extends HopAggregation {
  private final EventTypes hits;
  private final EventTypes trials;
  private final double prior;
  private final double priorWeight;

  public RateAggregation(
      EventTypes hits, EventTypes trials, double prior, double priorWeight, Window window) {
    super(window, 2);
    this.hits = hits;
    this.trials = trials;
    this.prior = prior;
    this.priorWeight = priorWeight;
  }

  @Override
  public boolean reads(EventType type) {
    return hits.contains(type) || trials.contains(type);
  }

  @Override
  public boolean reads(Event event) {
    return hits.contains(event.getType()) || trials.contains(event.getType());
  }

  @Override
  void add(double[] numbers, int at, Event event) {
    if (hits.contains(event.getType())) {
      numbers[at]++;
    }
    if (trials.contains(event.getType())) {
      numbers[at + 1]++;
    }
  }

  @Override
  void merge(double[] into, int to, double[] numbers, int at) {
    into[to] += numbers[at];
    into[to + 1] += numbers[at + 1];
  }

  @Override
  double result(double[] sum) {
    double trialsWeight = sum[1] + priorWeight;
    return trialsWeight == 0 ? Double.NaN : (sum[0] + prior * priorWeight) / trialsWeight;
  }

  @Override
  String describeFunction() {
    return (priorWeight == 0 ? "ratio" : "rate")
        + "("
        + hits
        + " / "
        + trials
        + (priorWeight == 0 ? "" : ", prior " + prior + " x " + priorWeight)
        + ")";
  }
}
