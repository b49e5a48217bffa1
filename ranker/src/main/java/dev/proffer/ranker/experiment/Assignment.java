// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.Variant;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which variant a unit gets: a pure function of salts and the unit's id, so every server and every
/// visit agree, and nothing has to be stored for it.
///
/// A unit has one bucket in each layer (hash of layer and id), which says which experiment of the
/// layer it may be in, and one number in each experiment (hash of salt and id), which says which
/// variant. The two are independent, so ramping up never moves anybody between variants.
final class Assignment {
  private final long variantSeed;
  private final long layerSeed;
  private final BitSet buckets;
  private final Set<String> segments;
  // Upper ends of the variants' shares of the 64-bit range, unsigned.
  private final long[] ends;
  private final Experiment experiment;

  Assignment(Experiment experiment, BitSet buckets) {
    this.experiment = experiment;
    this.buckets = buckets;
    this.layerSeed = hash(0x6c61796572L, layer(experiment));
    String salt =
        experiment.getSalt().isEmpty() ? experiment.getExperimentId() : experiment.getSalt();
    this.variantSeed = hash(0x76617269616e74L, salt);
    this.segments = Set.copyOf(experiment.getSegmentsList());
    List<Variant> variants = experiment.getVariantsList();
    double total = variants.stream().mapToLong(Variant::getWeight).sum();
    this.ends = new long[variants.size()];
    long sum = 0;
    for (int i = 0; i < ends.length; i++) {
      sum += variants.get(i).getWeight();
      // 2^53 steps are fine enough for weights up to 10,000.
      ends[i] = (long) (sum / total * 0x1.0p53) << 11;
    }
  }

  /// The layer; an experiment without one has a layer of its own.
  static String layer(Experiment experiment) {
    return experiment.getLayer().isEmpty()
        ? "experiment:" + experiment.getExperimentId()
        : experiment.getLayer();
  }

  Experiment experiment() {
    return experiment;
  }

  boolean isRunning() {
    return experiment.getState() == ExperimentState.EXPERIMENT_STATE_RUNNING;
  }

  /// The variant's name, or nothing when the unit does not take part.
  @Nullable String variant(String unitId, Collection<String> unitSegments) {
    if (!buckets.get(bucket(layerSeed, unitId))) {
      return null;
    }
    if (!segments.isEmpty() && unitSegments.stream().noneMatch(segments::contains)) {
      return null;
    }
    long number = hash(variantSeed, unitId);
    int i = 0;
    while (i < ends.length - 1 && Long.compareUnsigned(number, ends[i]) >= 0) {
      i++;
    }
    return experiment.getVariants(i).getName();
  }

  /// What a variant changes.
  Map<String, String> parameters(String variant) {
    for (Variant each : experiment.getVariantsList()) {
      if (each.getName().equals(variant)) {
        return each.getParametersMap();
      }
    }
    return Map.of();
  }

  /// One of 10,000, evenly.
  static int bucket(long seed, String unitId) {
    return (int) Math.unsignedMultiplyHigh(hash(seed, unitId), Buckets.COUNT);
  }

  /// FNV-1a over characters with the finaliser of SplitMix64, which spreads every input bit over
  /// all output bits.
  static long hash(long seed, String text) {
    long h = mix(seed ^ 0xcbf29ce484222325L);
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(h ^ seed);
  }

  private static long mix(long h) {
    h = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
    h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
    return h ^ (h >>> 31);
  }
}
