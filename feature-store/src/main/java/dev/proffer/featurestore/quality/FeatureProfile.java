// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.quality;

import dev.proffer.proto.featurestore.v1.FeatureQuality;
import java.util.Arrays;
import org.apache.datasketches.kll.KllDoublesSketch;
import org.apache.datasketches.quantilescommon.QuantileSearchCriteria;
import org.jspecify.annotations.Nullable;

/// How the values of one feature look: counts, range, and sketches of quantiles, in a few kilobytes
/// however many values there are. Safe for use by many threads.
final class FeatureProfile {
  private static final double[] RANKS = {.01, .05, .25, .5, .75, .95, .99};
  private static final int BINS = 10;

  /// Shares below this count as this, so that an empty bin does not make the index infinite.
  private static final double SHARE_MIN = 1e-4;

  private final String feature;
  private long rows;
  private long nulls;
  private long defaulted;
  private KllDoublesSketch values = KllDoublesSketch.newHeapInstance();
  private KllDoublesSketch agesSeconds = KllDoublesSketch.newHeapInstance();
  private @Nullable KllDoublesSketch baseline;

  FeatureProfile(String feature) {
    this.feature = feature;
  }

  /// @param number NaN for a null
  /// @param ageSeconds negative when there is none
  synchronized void add(double number, boolean isDefault, double ageSeconds) {
    rows++;
    if (Double.isNaN(number)) {
      nulls++;
    } else {
      values.update(number);
    }
    defaulted += isDefault ? 1 : 0;
    if (ageSeconds >= 0) {
      agesSeconds.update(ageSeconds);
    }
  }

  /// Counts a row of a feature that is not a number.
  synchronized void addOther(boolean isNull, boolean isDefault, double ageSeconds) {
    rows++;
    nulls += isNull ? 1 : 0;
    defaulted += isDefault ? 1 : 0;
    if (ageSeconds >= 0) {
      agesSeconds.update(ageSeconds);
    }
  }

  /// Makes what was seen the baseline, unless nothing was, and begins anew.
  synchronized void makeBaseline() {
    if (!values.isEmpty()) {
      baseline = values;
    }
    rows = 0;
    nulls = 0;
    defaulted = 0;
    values = KllDoublesSketch.newHeapInstance();
    agesSeconds = KllDoublesSketch.newHeapInstance();
  }

  synchronized byte @Nullable [] baseline() {
    return baseline == null ? null : baseline.toByteArray();
  }

  synchronized void setBaseline(byte[] sketch) {
    baseline = KllDoublesSketch.heapify(java.lang.foreign.MemorySegment.ofArray(sketch));
  }

  synchronized double nullRate() {
    return rows == 0 ? 0 : (double) nulls / rows;
  }

  synchronized double ageSecondsMedian() {
    return agesSeconds.isEmpty() ? Double.NaN : agesSeconds.getQuantile(.5);
  }

  synchronized FeatureQuality snapshot() {
    FeatureQuality.Builder quality =
        FeatureQuality.newBuilder()
            .setFeature(feature)
            .setRows(rows)
            .setNullRate(nullRate())
            .setDefaultedRate(rows == 0 ? 0 : (double) defaulted / rows)
            .setMin(values.isEmpty() ? Double.NaN : values.getMinItem())
            .setMax(values.isEmpty() ? Double.NaN : values.getMaxItem())
            .setPsi(psi())
            .setBaselineRows(baseline == null ? 0 : baseline.getN());
    if (!values.isEmpty()) {
      for (double quantile : values.getQuantiles(RANKS)) {
        quality.addQuantiles(quantile);
      }
    }
    if (!agesSeconds.isEmpty()) {
      quality
          .setAgeSecondsP50(agesSeconds.getQuantile(.5))
          .setAgeSecondsP99(agesSeconds.getQuantile(.99));
    }
    return quality.build();
  }

  /// The population stability index, the sum of (a - e) ln(a / e) over the tenths of the baseline,
  /// where a is the share of values that lie in a tenth now and e the share that did; NaN when
  /// there is nothing to compare.
  synchronized double psi() {
    KllDoublesSketch before = baseline;
    if (before == null || before.isEmpty() || values.isEmpty()) {
      return Double.NaN;
    }
    double[] ranks = new double[BINS - 1];
    Arrays.setAll(ranks, i -> (i + 1.0) / BINS);
    double[] cuts = Arrays.stream(before.getQuantiles(ranks)).distinct().toArray();
    double[] expected = before.getPMF(cuts, QuantileSearchCriteria.INCLUSIVE);
    double[] actual = values.getPMF(cuts, QuantileSearchCriteria.INCLUSIVE);
    double psi = 0;
    for (int bin = 0; bin < expected.length; bin++) {
      double e = Math.max(SHARE_MIN, expected[bin]);
      double a = Math.max(SHARE_MIN, actual[bin]);
      psi += (a - e) * StrictMath.log(a / e);
    }
    return psi;
  }
}
