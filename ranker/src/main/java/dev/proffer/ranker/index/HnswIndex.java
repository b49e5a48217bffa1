// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A hierarchical navigable small world graph: approximate, and the faster one for many vectors.
///
/// Nearly all vectors are in a [FrozenGraph]. What was added since is in a fresh tail, a small
/// graph of hnswlib-core, and what was taken out is a set of numbers; a search merges the three.
/// [#freeze] makes one frozen graph of everything while searches and changes go on.
///
/// Safe for use by many threads. Searches take no lock: all they see is one state.
public final class HnswIndex implements VectorIndex {
  /// How graphs are built and kept.
  ///
  /// @param links of a vector on the levels above the lowest, which has twice as many
  /// @param construction candidates that are looked at for the links of a new vector
  /// @param width candidates that a search looks at, at least
  /// @param threads threads that build; with one, the same vectors give the same graph
  public record Parameters(
      int links, int construction, int width, int threads, Metric metric, Precision precision) {
    /// Inner products with vectors of different lengths need a wide search: with 64 candidates a
    /// third of the right answers is missed.
    public static final Parameters DEFAULT =
        new Parameters(16, 200, 200, 1, Metric.INNER_PRODUCT, Precision.FLOAT);

    public Parameters {
      require(links >= 2 && links <= 512, "links: " + links + " (expected: 2 to 512)");
      require(construction >= 1, "construction: " + construction + " (expected: at least 1)");
      require(width >= 1, "width: " + width + " (expected: at least 1)");
      require(threads >= 1, "threads: " + threads + " (expected: at least 1)");
    }

    public Parameters withWidth(int other) {
      return new Parameters(links, construction, other, threads, metric, precision);
    }

    public Parameters withPrecision(Precision other) {
      return new Parameters(links, construction, width, threads, metric, other);
    }

    private static void require(boolean condition, String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }
  }

  /// What searches see. A freeze replaces all of it at once; between two of them the tail and the
  /// hidden numbers change.
  ///
  /// @param hidden numbers of the frozen graph that were taken out or replaced
  private record State(FrozenGraph frozen, Tail tail, Set<Integer> hidden) {}

  /// A vector that was added or, without one, a number that was taken out.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Change(int number, float @Nullable [] vector) {}

  private final Parameters parameters;
  private final ReentrantLock freezing = new ReentrantLock();
  // Held by whoever changes the index, for a moment.
  private final ReentrantLock changing = new ReentrantLock();
  private volatile State state;
  private @Nullable List<Change> changesSinceFreeze;
  private @Nullable Set<Integer> frozenNumbers;

  private HnswIndex(FrozenGraph frozen, Parameters parameters) {
    this.parameters = parameters;
    this.state = stateOf(frozen);
  }

  private State stateOf(FrozenGraph frozen) {
    Tail tail =
        new Tail(
            frozen.dimension(),
            parameters.metric(),
            parameters.links(),
            parameters.construction(),
            parameters.width());
    return new State(frozen, tail, ConcurrentHashMap.newKeySet());
  }

  public HnswIndex(VectorTable table) {
    this(table, Parameters.DEFAULT);
  }

  public HnswIndex(VectorTable table, Parameters parameters) {
    this(frozen(table, parameters), parameters);
  }

  private static FrozenGraph frozen(VectorTable table, Parameters parameters) {
    LayeredLinks links =
        new GraphBuilder(parameters.links(), parameters.construction(), parameters.threads())
            .build(table, parameters.metric());
    return FrozenGraph.of(table, links, parameters.metric(), parameters.precision());
  }

  /// Maps the file of an index; nothing is read but to check it.
  ///
  /// @throws IOException naming the file, when it is cut short, was altered or holds another metric
  public static HnswIndex open(Path file, Parameters parameters) throws IOException {
    FrozenGraph frozen = FrozenGraph.open(file);
    if (frozen.metric() != parameters.metric()) {
      throw new IOException(
          file + ": is for " + frozen.metric() + " (expected: " + parameters.metric() + ")");
    }
    return new HnswIndex(frozen, parameters);
  }

  /// Writes the index, after it has frozen what is not frozen yet. The file appears whole.
  public void save(Path file) throws IOException {
    freeze();
    state.frozen().save(file);
  }

  @Override
  public int dimension() {
    return state.frozen().dimension();
  }

  @Override
  public int size() {
    State now = state;
    return now.frozen().size() - now.hidden().size() + now.tail().size();
  }

  /// What the frozen graph takes of memory, vectors included.
  public long bytes() {
    return state.frozen().bytes();
  }

  /// Vectors that are not in the frozen graph yet.
  public int tailSize() {
    return state.tail().size();
  }

  @Override
  public Hits search(float[] query, int k, IntPredicate accepted) {
    return search(query, k, Math.max(parameters.width(), k), accepted);
  }

  /// The same, with another width; one below `k` is faster and misses more.
  public Hits search(float[] query, int k, int width, IntPredicate accepted) {
    State now = state;
    Set<Integer> hidden = now.hidden();
    IntPredicate shown =
        hidden.isEmpty() ? accepted : number -> !hidden.contains(number) && accepted.test(number);
    Hits frozen = now.frozen().search(query, k, width, shown);
    if (now.tail().size() == 0) {
      return frozen;
    }
    Hits fresh = now.tail().search(query, k, accepted);
    TopK best = new TopK(Math.min(k, frozen.size() + fresh.size()));
    for (int i = 0; i < frozen.size(); i++) {
      // A replacement may have come between the two searches.
      if (!now.tail().contains(frozen.items()[i])) {
        best.offer(frozen.items()[i], frozen.scores()[i]);
      }
    }
    for (int i = 0; i < fresh.size(); i++) {
      best.offer(fresh.items()[i], fresh.scores()[i]);
    }
    return best.drain();
  }

  /// Adds a vector, or replaces the one of this number. Searches that begin afterwards see it.
  public void add(int number, float[] vector) {
    VectorIndex.checkQuery(vector, dimension());
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("vector: " + value + " (expected: finite numbers)");
      }
    }
    changing.lock();
    try {
      change(new Change(number, vector.clone()));
    } finally {
      changing.unlock();
    }
  }

  /// Takes a vector out. Says whether there was one.
  public boolean remove(int number) {
    changing.lock();
    try {
      boolean there =
          state.tail().contains(number)
              || (frozenNumbers().contains(number) && !state.hidden().contains(number));
      if (there) {
        change(new Change(number, null));
      }
      return there;
    } finally {
      changing.unlock();
    }
  }

  private void change(Change change) {
    if (changesSinceFreeze != null) {
      changesSinceFreeze.add(change);
    }
    apply(change, state, frozenNumbers());
  }

  private static void apply(Change change, State state, Set<Integer> frozenNumbers) {
    if (change.vector() == null) {
      state.tail().remove(change.number());
    } else {
      state.tail().put(change.number(), change.vector());
    }
    if (frozenNumbers.contains(change.number())) {
      state.hidden().add(change.number());
    }
  }

  private Set<Integer> frozenNumbers() {
    if (frozenNumbers == null) {
      frozenNumbers = numbersOf(state.frozen());
    }
    return frozenNumbers;
  }

  private static Set<Integer> numbersOf(FrozenGraph frozen) {
    Set<Integer> numbers = HashSet.newHashSet(frozen.size());
    for (int node = 0; node < frozen.size(); node++) {
      numbers.add(frozen.number(node));
    }
    return numbers;
  }

  /// Makes one frozen graph of all vectors. Searches and changes go on meanwhile.
  public void freeze() {
    freezing.lock();
    try {
      @Nullable VectorTable table = beginFreeze();
      if (table != null) {
        @Nullable State next = null;
        try {
          next = stateOf(frozen(table, parameters));
        } finally {
          endFreeze(next);
        }
      }
    } finally {
      freezing.unlock();
    }
  }

  /// All vectors, or null when they are frozen already.
  private @Nullable VectorTable beginFreeze() {
    changing.lock();
    try {
      State now = state;
      if (now.tail().size() == 0 && now.hidden().isEmpty()) {
        return null;
      }
      changesSinceFreeze = new ArrayList<>();
      return everything(now);
    } finally {
      changing.unlock();
    }
  }

  private void endFreeze(@Nullable State next) {
    changing.lock();
    try {
      if (next != null && changesSinceFreeze != null) {
        Set<Integer> numbers = numbersOf(next.frozen());
        changesSinceFreeze.forEach(change -> apply(change, next, numbers));
        frozenNumbers = numbers;
        state = next;
      }
      changesSinceFreeze = null;
    } finally {
      changing.unlock();
    }
  }

  private static VectorTable everything(State state) {
    FrozenGraph frozen = state.frozen();
    int dimension = frozen.dimension();
    int size = frozen.size() - state.hidden().size() + state.tail().size();
    int[] numbers = new int[size];
    float[] values = new float[Math.multiplyExact(size, dimension)];
    int row = 0;
    for (int node = 0; node < frozen.size(); node++) {
      if (!state.hidden().contains(frozen.number(node))) {
        numbers[row] = frozen.number(node);
        frozen.copyVector(node, values, row++ * dimension);
      }
    }
    for (Map.Entry<Integer, float[]> added : state.tail().vectors().entrySet()) {
      numbers[row] = added.getKey();
      System.arraycopy(added.getValue(), 0, values, row++ * dimension, dimension);
    }
    return new VectorTable(dimension, numbers, values);
  }
}
