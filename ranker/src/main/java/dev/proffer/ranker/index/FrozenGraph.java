// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntPredicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A hierarchical navigable small world graph that no longer changes, laid out flat in one block of
/// memory outside the heap. The same block is the file: opening one maps it and checks its sum.
///
/// Nodes are renumbered: those of higher levels first, so that a level is a run of numbers from 0,
/// and within a level in the order in which a breadth-first walk meets them, so that neighbours lie
/// near each other. Node 0 is the entry. Links of a level follow each other without gaps, in 3
/// bytes each where that is enough.
///
/// Of wide vectors there are outlines too, 64 bytes each: a search that has seen enough looks at
/// the whole vector only where the [Outline] promises a place among the best.
///
/// A search keeps its best nodes in one array that is always sorted. It is as wide as the search;
/// the walk goes on from the best node that it has not gone on from yet and ends when there is
/// none. A very wide search, in which moving the array would cost more than the products, keeps
/// them in heaps.
///
/// Safe for use by many threads.
final class FrozenGraph {
  private static final long MAGIC = 0x32_68_70_61_72_47_46_50L; // "PFGraph2"
  private static final int HEADER_BYTES = 128;
  private static final int ALIGNMENT = 64;
  private static final int LEVELS_MAX = 64;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(Rows.ORDER);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(Rows.ORDER);

  // From the evaluation of filtered search in Vespa: below the first share of accepted nodes a scan
  // over them is fastest, below the second a walk that only goes over accepted ones.
  private static final double SCAN_BELOW = 0.02;
  private static final double ACCEPTED_FIRST_BELOW = 0.2;
  private static final int SAMPLES = 512;
  private static final double WIDER_FACTOR = 1.1;
  private static final int WIDER_BY = 32;
  private static final int WALKS_MAX = 2;
  private static final int SORTED_MAX = 1_000;

  /// A walk goes on from so many nodes at a time: more rows to multiply side by side, and few that
  /// a walk from one node after the other would have left out.
  private static final int TOGETHER = 2;

  private static final MemorySegment NOTHING = MemorySegment.ofAddress(0);

  private final Layout layout;
  private final MemorySegment block;
  private final Rows rows;
  private final MemorySegment numbers;
  private final MemorySegment[] linkStarts;
  private final MemorySegment[] links;
  // Null where vectors are too short for it to help.
  private final @Nullable Outline outline;
  private final @Nullable Rows outlines;
  private final Queue<Scratch> scratches = new ConcurrentLinkedQueue<>();

  @SuppressWarnings("restricted") // The size is that of the block whose address it is.
  private FrozenGraph(Layout layout, MemorySegment block, @Nullable Outline outline) {
    this.layout = layout;
    this.block = block;
    // All parts are of one class and without an owner, which spares every access two checks. The
    // memory lives as long as `block`, and thus as this graph.
    MemorySegment unowned = MemorySegment.ofAddress(block.address()).reinterpret(block.byteSize());
    this.numbers = layout.numbers.of(unowned);
    this.linkStarts = new MemorySegment[layout.levels];
    this.links = new MemorySegment[layout.levels];
    for (int level = 0; level < layout.levels; level++) {
      linkStarts[level] = layout.linkStarts[level].of(unowned);
      links[level] = layout.links[level].of(unowned);
    }
    MemorySegment bias = layout.bias.of(unowned);
    this.rows =
        switch (layout.precision) {
          case FLOAT -> new Rows.Float32(layout.values.of(unowned), bias, layout.stride);
          case INT8 ->
              new Rows.Int8(
                  layout.values.of(unowned),
                  layout.low.of(unowned),
                  layout.scale.of(unowned),
                  bias,
                  layout.stride);
        };
    this.outline = outline;
    this.outlines =
        outline == null
            ? null
            : new Rows.Int8(layout.outlines.of(unowned), NOTHING, NOTHING, bias, Outline.LENGTH);
  }

  int size() {
    return layout.size;
  }

  int dimension() {
    return layout.dimension;
  }

  Metric metric() {
    return layout.metric;
  }

  /// What it takes of memory.
  long bytes() {
    return block.byteSize();
  }

  int number(int node) {
    return numbers.get(INT, 4L * node);
  }

  /// A part of the block.
  private record Section(long offset, long bytes) {
    MemorySegment of(MemorySegment block) {
      return block.asSlice(offset, bytes);
    }

    long end() {
      return Math.ceilDiv(offset + bytes, ALIGNMENT) * ALIGNMENT;
    }
  }

  /// Where everything lies; it follows from the counts in the header.
  private static final class Layout {
    final Metric metric;
    final Precision precision;
    final int dimension;
    final int stride;
    final int size;
    final int levels;
    final int idBytes;
    final int[] nodesOfLevel;
    final int[] linksOfLevel;
    final Section numbers;
    final Section bias;
    final Section scale;
    final Section[] linkStarts;
    final Section[] links;
    final Section values;
    final Section low;
    final boolean outlined;
    final Section directions;
    final Section outlines;
    final long bytes;

    Layout(
        Metric metric,
        Precision precision,
        int dimension,
        int size,
        int[] nodesOfLevel,
        int[] linksOfLevel) {
      this.metric = metric;
      this.precision = precision;
      this.dimension = dimension;
      this.stride = Rows.padded(dimension);
      this.size = size;
      this.levels = nodesOfLevel.length;
      this.idBytes = size < 1 << 24 ? 3 : 4;
      this.nodesOfLevel = nodesOfLevel;
      this.linksOfLevel = linksOfLevel;
      // The counts of the levels stand behind the header.
      Section counts = new Section(HEADER_BYTES, 8L * levels);
      this.numbers = new Section(counts.end(), 4L * size);
      this.bias = new Section(numbers.end(), metric == Metric.EUCLIDEAN ? 4L * size : 0);
      this.scale = new Section(bias.end(), precision == Precision.INT8 ? 4L * size : 0);
      this.linkStarts = new Section[levels];
      this.links = new Section[levels];
      long end = scale.end();
      for (int level = 0; level < levels; level++) {
        linkStarts[level] = new Section(end, 4L * (nodesOfLevel[level] + 1));
        // One byte more, because links of 3 bytes are read 4 at a time.
        links[level] =
            new Section(linkStarts[level].end(), (long) idBytes * linksOfLevel[level] + 1);
        end = links[level].end();
      }
      long plane = (long) size * stride;
      this.values = new Section(end, precision == Precision.INT8 ? plane : 4 * plane);
      this.low = new Section(values.end(), precision == Precision.INT8 ? plane : 0);
      this.outlined = size > 0 && dimension >= Outline.DIMENSION_MIN;
      this.directions = new Section(low.end(), outlined ? Outline.bytes(dimension) : 0);
      this.outlines = new Section(directions.end(), outlined ? (long) Outline.LENGTH * size : 0);
      this.bytes = outlines.end();
    }

    void writeTo(MemorySegment block) {
      block.set(LONG, 0, MAGIC);
      block.set(INT, 8, metric.code());
      block.set(INT, 12, precision.code());
      block.set(INT, 16, dimension);
      block.set(INT, 20, size);
      block.set(INT, 24, levels);
      block.set(LONG, 32, bytes);
      for (int level = 0; level < levels; level++) {
        block.set(INT, HEADER_BYTES + 8L * level, nodesOfLevel[level]);
        block.set(INT, HEADER_BYTES + 8L * level + 4, linksOfLevel[level]);
      }
      block.set(LONG, 40, checksum(block));
    }

    /// Reads it from a block of which nothing is known yet.
    static Layout readFrom(MemorySegment block, Path file) throws IOException {
      long there = block.byteSize();
      if (there < HEADER_BYTES || block.get(LONG, 0) != MAGIC) {
        throw new IOException(file + ": is not a vector index of this version");
      }
      long bytes = block.get(LONG, 32);
      if (bytes != there) {
        throw new IOException(file + ": has " + there + " bytes (expected: " + bytes + ")");
      }
      if (block.get(LONG, 40) != checksum(block)) {
        throw new IOException(file + ": was altered (its checksum differs)");
      }
      int levels = block.get(INT, 24);
      int[] nodesOfLevel = new int[levels];
      int[] linksOfLevel = new int[levels];
      for (int level = 0; level < levels; level++) {
        nodesOfLevel[level] = block.get(INT, HEADER_BYTES + 8L * level);
        linksOfLevel[level] = block.get(INT, HEADER_BYTES + 8L * level + 4);
      }
      return new Layout(
          Metric.ofCode(block.get(INT, 8)),
          Precision.ofCode(block.get(INT, 12)),
          block.get(INT, 16),
          block.get(INT, 20),
          nodesOfLevel,
          linksOfLevel);
    }

    /// Over everything but itself.
    private static long checksum(MemorySegment block) {
      CRC32C sum = new CRC32C();
      update(sum, block.asSlice(0, 40));
      update(sum, block.asSlice(48));
      return sum.getValue();
    }

    private static void update(CRC32C sum, MemorySegment part) {
      for (long from = 0; from < part.byteSize(); from += 1 << 30) {
        sum.update(part.asSlice(from, Math.min(1 << 30, part.byteSize() - from)).asByteBuffer());
      }
    }
  }

  /// Lays out the vectors of a table and the links between them.
  static FrozenGraph of(VectorTable table, LayeredLinks graph, Metric metric, Precision precision) {
    int size = table.size();
    int levels = size == 0 ? 0 : graph.level(graph.entry()) + 1;
    if (levels > LEVELS_MAX) {
      throw new IllegalArgumentException("levels: " + levels + " (expected: " + LEVELS_MAX + ")");
    }
    int[] order = order(graph);
    int[] nodeOf = new int[size];
    for (int node = 0; node < size; node++) {
      nodeOf[order[node]] = node;
    }
    int[] nodesOfLevel = new int[levels];
    int[] linksOfLevel = new int[levels];
    for (int[][] links : graph.links()) {
      for (int level = 0; level < links.length; level++) {
        nodesOfLevel[level]++;
        linksOfLevel[level] = Math.addExact(linksOfLevel[level], links[level].length);
      }
    }
    Layout layout =
        new Layout(metric, precision, table.dimension(), size, nodesOfLevel, linksOfLevel);
    MemorySegment block = HugePages.allocate(layout.bytes, ALIGNMENT);
    Outline outline = layout.outlined ? Outline.learn(table, graph) : null;
    FrozenGraph frozen = new FrozenGraph(layout, block, outline);
    if (outline != null) {
      frozen.writeOutlines(outline, table, order);
    }
    for (int node = 0; node < size; node++) {
      frozen.numbers.set(INT, 4L * node, table.numbers()[order[node]]);
      frozen.writeVector(node, table, order[node]);
    }
    for (int level = 0; level < levels; level++) {
      frozen.writeLinks(level, graph, order, nodeOf);
    }
    layout.writeTo(block);
    return frozen;
  }

  /// Rows in the order of their nodes.
  private static int[] order(LayeredLinks graph) {
    int size = graph.size();
    int[] met = new int[size];
    boolean[] seen = new boolean[size];
    int end = 0;
    for (int start = -1; start < size; start++) {
      int root = start < 0 ? graph.entry() : start;
      if (root < 0 || seen[root]) {
        continue;
      }
      seen[root] = true;
      int next = end;
      met[end++] = root;
      for (; next < end; next++) {
        for (int neighbour : graph.links()[met[next]][0]) {
          if (!seen[neighbour]) {
            seen[neighbour] = true;
            met[end++] = neighbour;
          }
        }
      }
    }
    int[] order = new int[size];
    int at = 0;
    for (int level = size == 0 ? -1 : graph.level(graph.entry()); level >= 0; level--) {
      for (int row : met) {
        if (graph.level(row) == level) {
          order[at++] = row;
        }
      }
    }
    return order;
  }

  private void writeLinks(int level, LayeredLinks graph, int[] order, int[] nodeOf) {
    int at = 0;
    for (int node = 0; node < layout.nodesOfLevel[level]; node++) {
      linkStarts[level].set(INT, 4L * node, at);
      for (int row : graph.links()[order[node]][level]) {
        long offset = (long) layout.idBytes * at++;
        int link = nodeOf[row];
        for (int i = 0; i < layout.idBytes; i++) {
          links[level].set(ValueLayout.JAVA_BYTE, offset + i, (byte) (link >>> (8 * i)));
        }
      }
    }
    linkStarts[level].set(INT, 4L * layout.nodesOfLevel[level], at);
  }

  private void writeVector(int node, VectorTable table, int row) {
    int dimension = layout.dimension;
    int from = row * dimension;
    float[] vector = Arrays.copyOfRange(table.values(), from, from + dimension);
    MemorySegment values = layout.values.of(block);
    switch (layout.precision) {
      case FLOAT -> {
        for (int i = 0; i < dimension; i++) {
          values.set(
              ValueLayout.JAVA_FLOAT.withOrder(Rows.ORDER),
              4L * ((long) node * layout.stride + i),
              vector[i]);
        }
      }
      case INT8 -> {
        float largest = 0;
        for (float value : vector) {
          largest = Math.max(largest, Math.abs(value));
        }
        float scale = largest == 0 ? 1 : largest / 127;
        MemorySegment low = layout.low.of(block);
        for (int i = 0; i < dimension; i++) {
          long offset = (long) node * layout.stride + i;
          float steps = vector[i] / scale;
          int high = Math.round(steps);
          values.set(ValueLayout.JAVA_BYTE, offset, (byte) high);
          low.set(
              ValueLayout.JAVA_BYTE,
              offset,
              (byte) Math.round((steps - high) * Rows.Int8.LOW_STEPS));
        }
        layout.scale.of(block).set(ValueLayout.JAVA_FLOAT.withOrder(Rows.ORDER), 4L * node, scale);
      }
    }
    if (layout.metric == Metric.EUCLIDEAN) {
      // |x − q|² = |q|² − 2 (q·x − |x|²/2)
      float half = Vectors.dot(vector, 0, vector, 0, dimension) / 2;
      layout.bias.of(block).set(ValueLayout.JAVA_FLOAT.withOrder(Rows.ORDER), 4L * node, -half);
    }
  }

  private void writeOutlines(Outline learnt, VectorTable table, int[] order) {
    learnt.write(layout.directions.of(block));
    MemorySegment all = layout.outlines.of(block);
    for (int node = 0; node < layout.size; node++) {
      byte[] one = learnt.of(table.values(), order[node] * layout.dimension);
      MemorySegment.copy(
          one, 0, all, ValueLayout.JAVA_BYTE, (long) node * Outline.LENGTH, Outline.LENGTH);
    }
  }

  /// Copies the vector of a node, as exact as it is kept.
  void copyVector(int node, float[] target, int from) {
    rows.copy(node, target, from, layout.dimension);
  }

  /// Writes the file; whoever opens the path sees the old one or the new one, never half of one.
  void save(Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (long from = 0; from < block.byteSize(); from += 1 << 30) {
        ByteBuffer bytes =
            block.asSlice(from, Math.min(1 << 30, block.byteSize() - from)).asByteBuffer();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Maps a file.
  ///
  /// @throws IOException naming the file, when it is cut short or was altered
  static FrozenGraph open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment block =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      Layout layout = Layout.readFrom(block, file);
      Outline outline =
          layout.outlined ? Outline.read(layout.directions.of(block), layout.dimension) : null;
      return new FrozenGraph(layout, block, outline);
    }
  }

  /// What one search needs; kept for the next one.
  private final class Scratch {
    final float[] query = new float[layout.stride];
    final float[] outlined = new float[Outline.LENGTH];
    float added;
    final long[] visited = new long[Math.ceilDiv(layout.size, 64)];
    long[] pool = new long[512];
    long[] open = new long[0];
    int[] nodes = new int[256];
    float[] scores = new float[256];

    void clear() {
      Arrays.fill(visited, 0);
    }

    /// Whether this is the first visit.
    boolean visit(int node) {
      long bit = 1L << node;
      long word = visited[node >>> 6];
      visited[node >>> 6] = word | bit;
      return (word & bit) == 0;
    }

    boolean isNew(int node) {
      return (visited[node >>> 6] & 1L << node) == 0;
    }

    void reserve(int count) {
      if (nodes.length < count) {
        nodes = Arrays.copyOf(nodes, Math.max(count, 2 * nodes.length));
        scores = Arrays.copyOf(scores, nodes.length);
      }
    }
  }

  // An entry of the pool: the score in order of its bits, then the node (lower is better), then
  // whether the walk went on from it.
  private static final long WALKED = 1;

  private static long entry(float score, int node) {
    int bits = Float.floatToRawIntBits(score);
    int ordered = bits ^ ((bits >> 31) & 0x7fff_ffff);
    return ((long) ordered << 32) | ((~(long) node & 0x7fff_ffffL) << 1);
  }

  private static int nodeOf(long entry) {
    return ~(int) (entry >>> 1) & 0x7fff_ffff;
  }

  private static float scoreOf(long entry) {
    int ordered = (int) (entry >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fff_ffff));
  }

  /// The share of nodes that a predicate accepts, estimated.
  private double shareOf(IntPredicate accepted) {
    int samples = Math.min(SAMPLES, layout.size);
    int hits = 0;
    for (int i = 0; i < samples; i++) {
      // Spread over the numbers by the golden ratio, so that no order of the nodes can fool it.
      int node = (int) ((Integer.toUnsignedLong(i * 0x9E37_79B9) * layout.size) >>> 32);
      if (accepted.test(number(node))) {
        hits++;
      }
    }
    return (double) hits / samples;
  }

  /// Up to `k` accepted numbers, best first; fewer only when fewer are accepted.
  ///
  /// @param width how many nodes a search goes on from: more find more, and take longer
  /// @param accepted [VectorIndex#ALL] spares the question for each
  Hits search(float[] query, int k, int width, IntPredicate accepted) {
    VectorIndex.checkQuery(query, layout.dimension);
    int wanted = Math.min(k, layout.size);
    if (wanted == 0) {
      return Hits.NONE;
    }
    Scratch scratch = scratches.poll();
    if (scratch == null) {
      scratch = new Scratch();
    }
    System.arraycopy(query, 0, scratch.query, 0, query.length);
    if (outline != null) {
      scratch.added = outline.ofQuery(query, scratch.outlined);
    }
    try {
      Hits hits = search(scratch, wanted, width, accepted);
      return layout.metric == Metric.EUCLIDEAN ? asDistances(hits, query) : hits;
    } finally {
      scratches.offer(scratch);
      Reference.reachabilityFence(this);
    }
  }

  /// Whether a search is without a filter. Another predicate that accepts all is only slower.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isAll(IntPredicate accepted) {
    return accepted == VectorIndex.ALL;
  }

  private Hits search(Scratch scratch, int k, int width, IntPredicate accepted) {
    boolean all = isAll(accepted);
    double share = all ? 1 : shareOf(accepted);
    if (share < SCAN_BELOW || (long) width * 2 >= layout.size) {
      return scan(scratch, k, accepted);
    }
    TopK best = new TopK(k);
    if (share < ACCEPTED_FIRST_BELOW) {
      int found = walk(scratch, Math.max(width, k), k, accepted);
      offer(scratch, found, best, accepted);
    } else {
      // The few that a request leaves out, such as its own history, are the nearest ones: a walk
      // that is only as wide as what is asked for would always miss some.
      double wider = all ? width : WIDER_FACTOR * Math.max(width, k) / share + WIDER_BY;
      for (int tries = 0; tries < WALKS_MAX && wider * 2 < layout.size; tries++) {
        best = new TopK(k);
        int found = walk(scratch, (int) Math.ceil(wider), k, VectorIndex.ALL);
        offer(scratch, found, best, accepted);
        if (best.size() == k) {
          break;
        }
        wider *= 2;
      }
    }
    return best.size() == k ? best.drain() : scan(scratch, k, accepted);
  }

  private void offer(Scratch scratch, int found, TopK best, IntPredicate accepted) {
    scratch.reserve(found);
    for (int i = 0; i < found; i++) {
      scratch.nodes[i] = nodeOf(scratch.pool[i]);
      scratch.scores[i] = scoreOf(scratch.pool[i]);
    }
    if (!rows.scoresExactly()) {
      rows.scoreExactly(scratch.query, scratch.nodes, found, scratch.scores);
    }
    for (int i = 0; i < found; i++) {
      best.offer(number(scratch.nodes[i]), scratch.scores[i], accepted);
    }
  }

  private Hits scan(Scratch scratch, int k, IntPredicate accepted) {
    TopK best = new TopK(k);
    for (int node = 0; node < layout.size; node++) {
      int number = number(node);
      if (accepted.test(number)) {
        best.offer(number, rows.exact(scratch.query, node));
      }
    }
    return best.drain();
  }

  /// Fills the pool with the best nodes it can find and says how many there are.
  ///
  /// With a filter it goes over accepted nodes only, and looks behind those that are not (the idea
  /// of ACORN-1, Patel et al. 2024); the node it starts from may be one that is not accepted.
  ///
  /// @param width it goes on from so many of the best at most
  /// @param least it keeps so many, even when it goes on from fewer
  private int walk(Scratch scratch, int width, int least, IntPredicate accepted) {
    int kept = Math.max(width, least);
    if (kept > SORTED_MAX) {
      return walkWide(scratch, kept, accepted);
    }
    boolean all = isAll(accepted);
    scratch.clear();
    if (scratch.pool.length < kept + 1) {
      scratch.pool = new long[kept + 1];
    }
    long[] pool = scratch.pool;
    pool[0] = descend(scratch);
    scratch.visit(nodeOf(pool[0]));
    int size = 1;
    int next = 0;
    while (next < Math.min(size, width)) {
      int count = 0;
      for (int from = 0; from < TOGETHER && next < Math.min(size, width); from++) {
        int node = nodeOf(pool[next]);
        pool[next] |= WALKED;
        count =
            all
                ? unvisited(scratch, node, count)
                : unvisitedAccepted(scratch, node, accepted, count);
        next = firstOpen(pool, next, size);
      }
      if (size == kept) {
        count = promising(scratch, count, pool[size - 1]);
      }
      rows.score(scratch.query, scratch.nodes, count, scratch.scores);
      for (int i = 0; i < count; i++) {
        long entry = entry(scratch.scores[i], scratch.nodes[i]);
        if (size == kept) {
          if (entry <= pool[size - 1]) {
            continue;
          }
        } else {
          size++;
        }
        int at = place(pool, size - 1, entry);
        System.arraycopy(pool, at, pool, at + 1, size - 1 - at);
        pool[at] = entry;
        next = Math.min(next, at);
      }
      next = firstOpen(pool, next, size);
    }
    return size;
  }

  /// The first entry of a pool, from one on, that the walk did not go on from yet.
  private static int firstOpen(long[] pool, int from, int size) {
    int at = from;
    while (at < size && (pool[at] & WALKED) != 0) {
      at++;
    }
    return at;
  }

  /// The same with heaps, which leaves the pool in no order.
  private int walkWide(Scratch scratch, int width, IntPredicate accepted) {
    boolean all = isAll(accepted);
    scratch.clear();
    LongHeap best = new LongHeap(scratch.pool, width);
    // The best is on top when the lowest of the opposites is.
    LongHeap open = new LongHeap(scratch.open, width);
    long first = descend(scratch);
    scratch.visit(nodeOf(first));
    best.add(first);
    open.add(~first);
    boolean ended = false;
    while (!ended) {
      int count = 0;
      for (int i = 0; i < TOGETHER && !ended && open.size() > 0; i++) {
        long from = ~open.poll();
        ended = best.size() == width && from < best.lowest();
        if (!ended) {
          count =
              all
                  ? unvisited(scratch, nodeOf(from), count)
                  : unvisitedAccepted(scratch, nodeOf(from), accepted, count);
        }
      }
      if (best.size() == width) {
        count = promising(scratch, count, best.lowest());
      }
      rows.score(scratch.query, scratch.nodes, count, scratch.scores);
      for (int i = 0; i < count; i++) {
        long entry = entry(scratch.scores[i], scratch.nodes[i]);
        if (best.size() < width) {
          best.add(entry);
          open.add(~entry);
        } else if (entry > best.lowest()) {
          best.replaceLowest(entry);
          open.add(~entry);
        }
      }
      ended |= open.size() == 0;
    }
    scratch.pool = best.values();
    scratch.open = open.values();
    return best.size();
  }

  /// Drops those of the first `count` nodes whose outline says that they are not better than an
  /// entry; says how many are left.
  private int promising(Scratch scratch, int count, long than) {
    if (outlines == null) {
      return count;
    }
    int[] nodes = scratch.nodes;
    outlines.score(scratch.outlined, nodes, count, scratch.scores);
    float least = scoreOf(than) - scratch.added;
    int left = 0;
    for (int i = 0; i < count; i++) {
      nodes[left] = nodes[i];
      left += scratch.scores[i] > least ? 1 : 0;
    }
    return left;
  }

  /// Where an entry belongs among the first `size`, which are sorted, best first.
  private static int place(long[] pool, int size, long entry) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pool[middle] > entry) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// The node from which the walk on the lowest level starts.
  private long descend(Scratch scratch) {
    scratch.nodes[0] = 0;
    rows.score(scratch.query, scratch.nodes, 1, scratch.scores);
    long best = entry(scratch.scores[0], 0);
    for (int level = layout.levels - 1; level > 0; level--) {
      for (boolean closer = true; closer; ) {
        closer = false;
        int node = nodeOf(best);
        int start = start(level, node);
        int count = start(level, node + 1) - start;
        scratch.reserve(count);
        for (int i = 0; i < count; i++) {
          scratch.nodes[i] = link(level, start + i);
        }
        count = promising(scratch, count, best);
        rows.score(scratch.query, scratch.nodes, count, scratch.scores);
        for (int i = 0; i < count; i++) {
          long entry = entry(scratch.scores[i], scratch.nodes[i]);
          if (entry > best) {
            best = entry;
            closer = true;
          }
        }
      }
    }
    return best;
  }

  /// Puts the neighbours that were not visited behind the first `there` nodes; says how many there
  /// are now.
  private int unvisited(Scratch scratch, int node, int there) {
    int start = start(0, node);
    int end = start(0, node + 1);
    scratch.reserve(there + end - start);
    int[] nodes = scratch.nodes;
    int count = there;
    for (int i = start; i < end; i++) {
      int neighbour = link(0, i);
      nodes[count] = neighbour;
      count += scratch.visit(neighbour) ? 1 : 0;
    }
    return count;
  }

  private int unvisitedAccepted(Scratch scratch, int node, IntPredicate accepted, int there) {
    int count = there;
    int end = start(0, node + 1);
    for (int i = start(0, node); i < end; i++) {
      int neighbour = link(0, i);
      if (!scratch.visit(neighbour)) {
        continue;
      }
      scratch.reserve(count + 1);
      if (accepted.test(number(neighbour))) {
        scratch.nodes[count++] = neighbour;
        continue;
      }
      int endBehind = start(0, neighbour + 1);
      for (int j = start(0, neighbour); j < endBehind; j++) {
        int behind = link(0, j);
        scratch.reserve(count + 1);
        if (scratch.isNew(behind) && accepted.test(number(behind))) {
          scratch.visit(behind);
          scratch.nodes[count++] = behind;
        }
      }
    }
    return count;
  }

  private int start(int level, int node) {
    return linkStarts[level].get(INT, 4L * node);
  }

  private int link(int level, int at) {
    return layout.idBytes == 3
        ? links[level].get(INT, 3L * at) & 0xff_ffff
        : links[level].get(INT, 4L * at);
  }

  private static Hits asDistances(Hits hits, float[] query) {
    float square = Vectors.dot(query, 0, query, 0, query.length);
    float[] scores = new float[hits.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.min(0, 2 * hits.scores()[i] - square);
    }
    return new Hits(hits.items(), scores);
  }
}
