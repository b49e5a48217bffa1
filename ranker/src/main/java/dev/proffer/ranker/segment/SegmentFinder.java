// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.PeopleTable;
import dev.proffer.ranker.insight.PersonFact;
import dev.proffer.ranker.segment.KMeans.Clustering;
import dev.proffer.ranker.segment.Segmentation.Tried;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Finds segments.
///
/// The number of segments is the one with the best silhouette among those that different seeds
/// agree on (mean adjusted Rand index of at least 0.8), from 4 to 9; when none is agreed on, the
/// one that is agreed on most. Fewer than four segments would say less than recency and frequency
/// do.
///
/// People farther from their centre than the median distance plus six times its scaled median
/// deviation are outliers: centres are found without them, and they join the nearest segment.
///
/// A new segment keeps the id of an old one when their people overlap (Jaccard index of at least
/// 0.3, best pairs first), and its name too unless another name fits it now; that is recorded.
public final class SegmentFinder {
  private static final int K_MIN = 4;
  private static final int K_MAX = 9;
  private static final int PEOPLE_PER_SEGMENT_MIN = 5;
  private static final int STARTS = 8;
  private static final int SEEDS = 4;
  private static final double STABILITY_MIN = 0.8;
  private static final double OVERLAP_MIN = 0.3;
  private static final double OUTLIER_DEVIATIONS = 6;

  /// The choice of k looks at this many people at most; the segments are found from all.
  private static final int CHOOSING_PEOPLE_MAX = 20_000;

  private final long seed;
  private final int threads;
  private final SegmentNamer namer;

  /// Works on the thread of the caller.
  ///
  /// @param currency of amounts in descriptions
  public SegmentFinder(long seed, String currency) {
    this(seed, currency, 1);
  }

  /// @param currency of amounts in descriptions
  /// @param threads that look for clusters; they change no result
  public SegmentFinder(long seed, String currency, int threads) {
    this.seed = seed;
    this.threads = threads;
    this.namer = new SegmentNamer(currency);
  }

  /// Finds segments of people, as a continuation of an earlier segmentation or of none.
  public Segmentation find(PeopleTable people, Segmentation before) {
    if (people.size() == 0) {
      return Segmentation.none();
    }
    Scaling scaling = Scaling.find(people);
    double[] points = scaling.apply(people);
    int dimensions = scaling.dimensions();
    List<Tried> tried = dimensions == 0 ? List.of() : tryAll(points, dimensions, people.size());
    int k = tried.isEmpty() ? 1 : choose(tried).k();
    double[] withoutOutliers = points;
    double limit = Double.MAX_VALUE;
    Clustering clustering = cluster(points, dimensions, people.size(), k);
    if (dimensions > 0 && people.size() >= K_MIN * PEOPLE_PER_SEGMENT_MIN) {
      double[] distances = distances(points, dimensions, clustering);
      limit = outlierLimit(distances);
      withoutOutliers = nearer(points, dimensions, distances, limit);
      if (withoutOutliers.length < points.length && withoutOutliers.length / dimensions >= k) {
        clustering = cluster(withoutOutliers, dimensions, people.size(), k);
      }
    }
    int[] clusters = new int[people.size()];
    for (int person = 0; person < clusters.length; person++) {
      clusters[person] = nearest(points, person, dimensions, clustering);
    }
    return describe(people, scaling, clustering.centres(), clusters, tried, limit, before);
  }

  private RandomGenerator random(long salt) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed + salt);
  }

  private Clustering cluster(double[] points, int dimensions, int people, int k) {
    if (dimensions == 0) {
      return new Clustering(new double[1][0], new int[people], 0, 0);
    }
    return new KMeans(random(0), threads).cluster(points, dimensions, k, STARTS);
  }

  private List<Tried> tryAll(double[] points, int dimensions, int people) {
    int most = Math.min(K_MAX, distinct(points, dimensions, K_MAX * 4));
    most = Math.min(most, people / PEOPLE_PER_SEGMENT_MIN);
    int least = Math.min(K_MIN, most);
    double[] sample = sample(points, dimensions, people);
    List<Tried> tried = new ArrayList<>();
    for (int k = Math.max(2, least); k <= most; k++) {
      List<Clustering> runs = new ArrayList<>();
      for (int run = 0; run < SEEDS; run++) {
        runs.add(new KMeans(random(1 + run), threads).cluster(sample, dimensions, k, STARTS));
      }
      double agreement = 0;
      int pairs = 0;
      for (int i = 0; i < SEEDS; i++) {
        for (int j = i + 1; j < SEEDS; j++, pairs++) {
          agreement += Agreement.adjustedRand(runs.get(i).clusters(), runs.get(j).clusters());
        }
      }
      Clustering best =
          runs.stream().min(Comparator.comparingDouble(Clustering::inertia)).orElseThrow();
      tried.add(
          new Tried(
              k,
              best.inertia(),
              Agreement.silhouette(sample, dimensions, best.clusters(), k),
              agreement / pairs));
    }
    return tried;
  }

  private static double[] sample(double[] points, int dimensions, int people) {
    int every = (people + CHOOSING_PEOPLE_MAX - 1) / CHOOSING_PEOPLE_MAX;
    if (every <= 1) {
      return points;
    }
    double[] sample = new double[people / every * dimensions];
    for (int i = 0; i < people / every; i++) {
      System.arraycopy(points, i * every * dimensions, sample, i * dimensions, dimensions);
    }
    return sample;
  }

  private static int distinct(double[] points, int dimensions, int enough) {
    Set<List<Double>> seen = new HashSet<>();
    for (int at = 0; at < points.length && seen.size() < enough; at += dimensions) {
      seen.add(Arrays.stream(points, at, at + dimensions).boxed().toList());
    }
    return seen.size();
  }

  private static Tried choose(List<Tried> tried) {
    Comparator<Tried> bySilhouette = Comparator.comparingDouble(Tried::silhouette);
    return tried.stream()
        .filter(t -> t.stability() >= STABILITY_MIN)
        .max(bySilhouette)
        .orElseGet(
            () -> tried.stream().max(Comparator.comparingDouble(Tried::stability)).orElseThrow());
  }

  private static double[] distances(double[] points, int dimensions, Clustering clustering) {
    double[] distances = new double[clustering.clusters().length];
    for (int i = 0; i < distances.length; i++) {
      distances[i] =
          Math.sqrt(
              KMeans.squared(
                  points,
                  i * dimensions,
                  clustering.centres()[clustering.clusters()[i]],
                  0,
                  dimensions));
    }
    return distances;
  }

  private static double outlierLimit(double[] distances) {
    double median = median(distances);
    double[] deviations = Arrays.stream(distances).map(d -> Math.abs(d - median)).toArray();
    // 1.4826 makes the median deviation comparable to the standard deviation of a normal.
    return median + OUTLIER_DEVIATIONS * 1.4826 * Math.max(median(deviations), 1e-9);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double[] nearer(
      double[] points, int dimensions, double[] distances, double limit) {
    double[] kept = new double[points.length];
    int size = 0;
    for (int i = 0; i < distances.length; i++) {
      if (distances[i] <= limit) {
        System.arraycopy(points, i * dimensions, kept, size, dimensions);
        size += dimensions;
      }
    }
    return Arrays.copyOf(kept, size);
  }

  private static int nearest(double[] points, int person, int dimensions, Clustering clustering) {
    int best = 0;
    double nearest = Double.POSITIVE_INFINITY;
    for (int c = 0; c < clustering.k(); c++) {
      double distance =
          KMeans.squared(points, person * dimensions, clustering.centres()[c], 0, dimensions);
      if (distance < nearest) {
        nearest = distance;
        best = c;
      }
    }
    return best;
  }

  private Segmentation describe(
      PeopleTable people,
      Scaling scaling,
      double[][] centres,
      int[] clusters,
      List<Tried> tried,
      double limit,
      Segmentation before) {
    int k = centres.length;
    int[] sizes = new int[k];
    for (int cluster : clusters) {
      sizes[cluster]++;
    }
    List<Map<PersonFact, Double>> profiles = profiles(people, clusters, k);
    List<SegmentNamer.Name> names = namer.names(people, scaling, centres, profiles, sizes);
    Map<Integer, Segment> matches = match(people, clusters, sizes, before);
    Set<String> taken = new HashSet<>();
    before.segments().forEach(segment -> taken.add(segment.id()));
    List<Segment> segments = new ArrayList<>();
    for (int c = 0; c < k; c++) {
      Segment old = matches.get(c);
      SegmentNamer.Name name = names.get(c);
      List<String> earlier = new ArrayList<>();
      double change = 0;
      String id;
      if (old == null) {
        id = freshId(name.names().getOrDefault("en", "segment"), taken);
      } else {
        id = old.id();
        earlier.addAll(old.earlierNames());
        if (!old.name("en").equals(name.names().get("en"))) {
          earlier.add(old.name("en"));
        }
        change = old.size() == 0 ? 0 : (double) (sizes[c] - old.size()) / old.size();
      }
      segments.add(
          new Segment(
              id,
              name.names(),
              name.descriptions(),
              sizes[c],
              change,
              profiles.get(c),
              Arrays.stream(centres[c]).boxed().toList(),
              earlier));
    }
    segments.sort(Comparator.comparingInt(Segment::size).reversed().thenComparing(Segment::id));
    return new Segmentation(scaling, segments, tried, limit);
  }

  private static List<Map<PersonFact, Double>> profiles(PeopleTable people, int[] clusters, int k) {
    List<Map<PersonFact, Double>> profiles = new ArrayList<>();
    for (int c = 0; c < k; c++) {
      profiles.add(new EnumMap<>(PersonFact.class));
    }
    for (PersonFact fact : PersonFact.values()) {
      double[] sums = new double[k];
      int[] known = new int[k];
      for (int person = 0; person < clusters.length; person++) {
        double value = people.get(fact, person);
        if (Double.isFinite(value)) {
          sums[clusters[person]] += value;
          known[clusters[person]]++;
        }
      }
      for (int c = 0; c < k; c++) {
        if (known[c] > 0) {
          profiles.get(c).put(fact, sums[c] / known[c]);
        }
      }
    }
    return profiles;
  }

  /// New clusters by the old segment whose people they hold: the old model places the people of
  /// today, so nothing about people has to be kept between computations.
  private static Map<Integer, Segment> match(
      PeopleTable people, int[] clusters, int[] sizes, Segmentation before) {
    Map<Integer, Segment> matches = new LinkedHashMap<>();
    int olds = before.segments().size();
    if (olds == 0) {
      return matches;
    }
    int[] places = before.placeAll(people);
    int[][] both = new int[sizes.length][olds];
    int[] oldSizes = new int[olds];
    for (int person = 0; person < clusters.length; person++) {
      both[clusters[person]][places[person]]++;
      oldSizes[places[person]]++;
    }
    record Pair(int cluster, int old, double overlap) {}
    List<Pair> pairs = new ArrayList<>();
    for (int c = 0; c < sizes.length; c++) {
      for (int old = 0; old < olds; old++) {
        int together = both[c][old];
        if (together > 0) {
          double overlap = (double) together / (sizes[c] + oldSizes[old] - together);
          if (overlap >= OVERLAP_MIN) {
            pairs.add(new Pair(c, old, overlap));
          }
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::overlap).reversed());
    Set<Integer> usedOlds = new HashSet<>();
    for (Pair pair : pairs) {
      if (!matches.containsKey(pair.cluster()) && usedOlds.add(pair.old())) {
        matches.put(pair.cluster(), before.segments().get(pair.old()));
      }
    }
    return matches;
  }

  private static String freshId(String name, Set<String> taken) {
    String base =
        name.toLowerCase(java.util.Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-|-$", "");
    String id = base;
    for (int i = 2; !taken.add(id); i++) {
      id = base + "-" + i;
    }
    return id;
  }
}
