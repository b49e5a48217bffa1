// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.jelmerk.hnswlib.core.hnsw.HnswIndex;
import dev.proffer.runtime.file.FolderTree;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Measures searches of a graph beside the C++ hnswlib and hnswlib-core's own, with the same
/// parameters on the same vectors in the same run.
///
/// All search with one thread, and all count CPU time of that thread, so that other work on the
/// machine counts little. The widths of a round follow each other, one index after the other; a
/// figure is the median of the rounds.
public final class IndexBenchmark {
  private static final int K = 100;
  private static final int LINKS = 16;
  private static final int CONSTRUCTION = 200;
  private static final int ROUNDS = 3;
  private static final int[] WIDTHS = {
    30, 40, 50, 65, 80, 100, 125, 160, 200, 260, 340, 450, 600, 800, 1100, 1500, 2200, 3200, 5000,
    8000
  };
  // Beyond this width only until so many right answers are found.
  private static final int WIDE = 1500;
  private static final double RECALL_ENOUGH = 0.99;
  private static final ObjectMapper JSON = new ObjectMapper();

  private IndexBenchmark() {}

  /// Vectors, and queries for them.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Data(String name, Metric metric, int dimension, float[] base, float[] queries) {
    int size() {
      return base.length / dimension;
    }

    int questions() {
      return queries.length / dimension;
    }
  }

  /// A point of the trade between right answers and speed.
  ///
  /// @param recall the share of the 100 nearest that was found
  /// @param perSecond queries a second of CPU time
  public record Point(int width, double recall, double perSecond) {}

  /// The trade of one index.
  ///
  /// @param bytes of memory, as its file has them; 0 where it has none
  public record Curve(String name, long bytes, double buildSeconds, List<Point> points) {
    /// Queries a second at a recall, between the points around it by straight lines over the
    /// logarithm; NaN where no width reaches it.
    public double perSecondAt(double recall) {
      Point below = null;
      for (Point point : points) {
        if (point.recall() >= recall) {
          if (below == null || point.recall() == below.recall()) {
            return point.perSecond();
          }
          double share = (recall - below.recall()) / (point.recall() - below.recall());
          return Math.exp(
              Math.log(below.perSecond()) * (1 - share) + Math.log(point.perSecond()) * share);
        }
        below = point;
      }
      return Double.NaN;
    }
  }

  /// Vectors like the factors of a catalogue: they gather around a thousand centres, and some are
  /// three times as long as others.
  public static Data factors(int size, int dimension, int questions, long seed) {
    Random random = new Random(seed);
    int centres = 1000;
    float[] centre = gaussians(random, centres * dimension, 1);
    float[] base = new float[size * dimension];
    for (int row = 0; row < size; row++) {
      int from = random.nextInt(centres) * dimension;
      double length = Math.exp(0.35 * random.nextGaussian());
      for (int i = 0; i < dimension; i++) {
        base[row * dimension + i] =
            (float) (length * (centre[from + i] + 0.8 * random.nextGaussian()));
      }
    }
    float[] queries = new float[questions * dimension];
    for (int row = 0; row < questions; row++) {
      int from = random.nextInt(centres) * dimension;
      for (int i = 0; i < dimension; i++) {
        queries[row * dimension + i] = (float) (centre[from + i] + random.nextGaussian());
      }
    }
    return new Data("factors", Metric.INNER_PRODUCT, dimension, base, queries);
  }

  private static float[] gaussians(Random random, int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /// The pictures of Fashion-MNIST, from its own files.
  public static Data fashion(Path folder, int questions) throws IOException {
    float[] base = pictures(folder.resolve("train-images-idx3-ubyte.gz"), Integer.MAX_VALUE);
    float[] queries = pictures(folder.resolve("t10k-images-idx3-ubyte.gz"), questions);
    return new Data("fashion-mnist", Metric.EUCLIDEAN, 28 * 28, base, queries);
  }

  private static float[] pictures(Path file, int atMost) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
      if (in.readInt() != 2051) {
        throw new IOException(file + ": is not a file of pictures");
      }
      int count = Math.min(in.readInt(), atMost);
      int pixels = in.readInt() * in.readInt();
      byte[] bytes = in.readNBytes(count * pixels);
      float[] values = new float[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        values[i] = bytes[i] & 0xff;
      }
      return values;
    }
  }

  /// Measures all indexes on one data set.
  ///
  /// @param python an interpreter that has the package hnswlib, or null to leave C++ out
  public static List<Curve> run(Data data, @Nullable Path python, Consumer<String> progress)
      throws IOException {
    VectorTable table =
        new VectorTable(data.dimension(), IntStream.range(0, data.size()).toArray(), data.base());
    progress.accept(data.name() + ": the true " + K + " nearest of each query");
    int[][] truth = truth(data, table);
    Path folder = Files.createTempDirectory("proffer-bench-ann");
    try (Peer peer = python == null ? null : new Peer(python, folder, data, truth)) {
      if (peer != null) {
        progress.accept(data.name() + ": hnswlib (C++) builds");
        peer.built();
      }
      progress.accept(data.name() + ": hnswlib-core builds");
      long start = System.nanoTime();
      GraphBuilder builder = new GraphBuilder(LINKS, CONSTRUCTION, 1);
      HnswIndex<Integer, float[], GraphBuilder.Row, Float> library =
          Objects.requireNonNull(builder.library(table, data.metric()));
      LayeredLinks links = GraphBuilder.linksOf(library, table.size());
      double buildSeconds = (System.nanoTime() - start) / 1e9;
      List<Searcher> searchers = new ArrayList<>();
      if (peer != null) {
        searchers.add(peer);
      }
      for (Precision precision : Precision.values()) {
        searchers.add(
            new Frozen(
                "frozen, " + precision.name().toLowerCase(Locale.ROOT),
                FrozenGraph.of(table, links, data.metric(), precision),
                buildSeconds));
      }
      searchers.add(new Library(library, buildSeconds));
      return curves(data, truth, searchers, progress);
    } finally {
      FolderTree.delete(folder);
    }
  }

  /// How an index is opened.
  ///
  /// @param megabytes of its file
  /// @param millis from opening it to the first answer, each time it was opened
  public record Opening(double megabytes, List<Double> millis) {}

  /// Saves an index and opens it a few times. Few candidates are looked at for its links: a worse
  /// graph of the same size opens as fast.
  public static Opening open(Data data, int threads, int times, Consumer<String> progress)
      throws IOException {
    dev.proffer.ranker.index.HnswIndex.Parameters parameters =
        new dev.proffer.ranker.index.HnswIndex.Parameters(
            LINKS, 2 * LINKS, K, threads, data.metric(), Precision.FLOAT);
    Path folder = Files.createTempDirectory("proffer-bench-ann");
    try {
      Path file = folder.resolve("vectors.index");
      progress.accept("building " + data.size() + " vectors");
      int[] numbers = IntStream.range(0, data.size()).toArray();
      new dev.proffer.ranker.index.HnswIndex(
              new VectorTable(data.dimension(), numbers, data.base()), parameters)
          .save(file);
      List<Double> millis = new ArrayList<>();
      for (int time = 0; time < times; time++) {
        long start = System.nanoTime();
        Hits hits =
            dev.proffer.ranker.index.HnswIndex.open(file, parameters)
                .search(query(data, time % data.questions()), K, VectorIndex.ALL);
        millis.add((System.nanoTime() - start) / 1e6);
        if (hits.size() != K) {
          throw new IOException(file + ": answered " + hits.size() + " (expected: " + K + ")");
        }
      }
      return new Opening(Files.size(file) / 1e6, millis);
    } finally {
      FolderTree.delete(folder);
    }
  }

  private static List<Curve> curves(
      Data data, int[][] truth, List<Searcher> searchers, Consumer<String> progress)
      throws IOException {
    List<Map<Integer, List<Point>>> points = new ArrayList<>();
    searchers.forEach(_ -> points.add(new TreeMap<>()));
    double[] reached = new double[searchers.size()];
    for (int round = 0; round <= ROUNDS; round++) {
      progress.accept(data.name() + (round == 0 ? ": warm-up" : ": round " + round));
      for (int width : WIDTHS) {
        for (int s = 0; s < searchers.size(); s++) {
          // The others go on from as many as they answer with, at least.
          if (width < K && !(searchers.get(s) instanceof Frozen)) {
            continue;
          }
          // The library takes minutes for a round; its figures vary little.
          if (round > 1 && searchers.get(s) instanceof Library) {
            continue;
          }
          if (round == 0 && width > 260) {
            continue;
          }
          boolean tried = points.get(s).containsKey(width);
          if (width > WIDE && !tried && (round > 1 || reached[s] >= RECALL_ENOUGH)) {
            continue;
          }
          Point point = searchers.get(s).measure(data, truth, width);
          if (round > 0) {
            reached[s] = Math.max(reached[s], point.recall());
            points.get(s).computeIfAbsent(width, _ -> new ArrayList<>()).add(point);
          }
        }
      }
    }
    List<Curve> curves = new ArrayList<>();
    for (int s = 0; s < searchers.size(); s++) {
      Searcher searcher = searchers.get(s);
      List<Point> medians = new ArrayList<>();
      points
          .get(s)
          .forEach((width, measured) -> {
            measured.sort(Comparator.comparingDouble(Point::perSecond));
            medians.add(measured.get(measured.size() / 2));
          });
      curves.add(new Curve(searcher.name(), searcher.bytes(), searcher.buildSeconds(), medians));
    }
    return curves;
  }

  private static int[][] truth(Data data, VectorTable table) {
    LayeredLinks unlinked = new LayeredLinks(0, new int[table.size()][1][0]);
    FrozenGraph all = FrozenGraph.of(table, unlinked, data.metric(), Precision.FLOAT);
    return IntStream.range(0, data.questions())
        .parallel()
        .mapToObj(q -> all.search(query(data, q), K, table.size(), VectorIndex.ALL).items())
        .toArray(int[][]::new);
  }

  private static float[] query(Data data, int q) {
    return Arrays.copyOfRange(data.queries(), q * data.dimension(), (q + 1) * data.dimension());
  }

  private static double recall(int[][] found, int[][] truth) {
    long hits = 0;
    long all = 0;
    for (int q = 0; q < truth.length; q++) {
      int[] right = truth[q].clone();
      Arrays.sort(right);
      for (int item : found[q]) {
        hits += Arrays.binarySearch(right, item) >= 0 ? 1 : 0;
      }
      all += right.length;
    }
    return (double) hits / all;
  }

  private interface Searcher {
    String name();

    long bytes();

    double buildSeconds();

    Point measure(Data data, int[][] truth, int width) throws IOException;
  }

  /// An index of this process.
  private abstract static class Local implements Searcher {
    abstract int[] search(float[] query, int width);

    @Override
    public Point measure(Data data, int[][] truth, int width) {
      int questions = data.questions();
      float[][] queries = new float[questions][];
      for (int q = 0; q < questions; q++) {
        queries[q] = query(data, q);
      }
      int[][] found = new int[questions][];
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long start = threads.getCurrentThreadCpuTime();
      for (int q = 0; q < questions; q++) {
        found[q] = search(queries[q], width);
      }
      double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
      return new Point(width, recall(found, truth), questions / seconds);
    }
  }

  private static final class Frozen extends Local {
    private final String name;
    private final FrozenGraph graph;
    private final double buildSeconds;

    Frozen(String name, FrozenGraph graph, double buildSeconds) {
      this.name = name;
      this.graph = graph;
      this.buildSeconds = buildSeconds;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long bytes() {
      return graph.bytes();
    }

    @Override
    public double buildSeconds() {
      return buildSeconds;
    }

    @Override
    int[] search(float[] query, int width) {
      return graph.search(query, K, width, VectorIndex.ALL).items();
    }
  }

  private static final class Library extends Local {
    private final HnswIndex<Integer, float[], GraphBuilder.Row, Float> graph;
    private final double buildSeconds;

    Library(HnswIndex<Integer, float[], GraphBuilder.Row, Float> graph, double buildSeconds) {
      this.graph = graph;
      this.buildSeconds = buildSeconds;
    }

    @Override
    public String name() {
      return "hnswlib-core";
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public double buildSeconds() {
      return buildSeconds;
    }

    @Override
    int[] search(float[] query, int width) {
      graph.setEf(width);
      return graph.findNearest(query, K).stream().mapToInt(hit -> hit.item().id()).toArray();
    }
  }

  /// The C++ library, in a process of its own.
  private static final class Peer implements Searcher, AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final OutputStream orders;
    private long bytes;
    private double buildSeconds;

    Peer(Path python, Path folder, Data data, int[][] truth) throws IOException {
      write(folder.resolve("base.f32"), data.base());
      write(folder.resolve("queries.f32"), data.queries());
      ByteBuffer numbers = ByteBuffer.allocate(4 * K * truth.length).order(ByteOrder.LITTLE_ENDIAN);
      for (int[] items : truth) {
        for (int item : items) {
          numbers.putInt(item);
        }
      }
      Files.write(folder.resolve("truth.i32"), numbers.array());
      Path script = folder.resolve("hnswlib_peer.py");
      try (InputStream in =
          Objects.requireNonNull(IndexBenchmark.class.getResourceAsStream("hnswlib_peer.py"))) {
        Files.copy(in, script);
      }
      this.process =
          new ProcessBuilder(
                  python.toString(),
                  script.toString(),
                  folder.toString(),
                  Integer.toString(data.dimension()),
                  data.metric() == Metric.EUCLIDEAN ? "l2" : "ip",
                  Integer.toString(LINKS),
                  Integer.toString(CONSTRUCTION),
                  Integer.toString(K))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      this.answers =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      this.orders = process.getOutputStream();
    }

    private static void write(Path file, float[] values) throws IOException {
      try (OutputStream out = Files.newOutputStream(file)) {
        ByteBuffer part = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
          part.putFloat(value);
          if (!part.hasRemaining()) {
            out.write(part.array());
            part.clear();
          }
        }
        out.write(part.array(), 0, part.position());
      }
    }

    void built() throws IOException {
      JsonNode answer = answer();
      bytes = answer.get("bytes").asLong();
      buildSeconds = answer.get("built_seconds").asDouble();
    }

    private JsonNode answer() throws IOException {
      String line = answers.readLine();
      if (line == null) {
        throw new IOException("hnswlib: the process ended; is the package hnswlib installed?");
      }
      return JSON.readTree(line);
    }

    @Override
    public String name() {
      return "hnswlib (C++)";
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public double buildSeconds() {
      return buildSeconds;
    }

    @Override
    public Point measure(Data data, int[][] truth, int width) throws IOException {
      orders.write((width + "\n").getBytes(StandardCharsets.US_ASCII));
      orders.flush();
      JsonNode answer = answer();
      return new Point(width, answer.get("recall").asDouble(), answer.get("qps").asDouble());
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
