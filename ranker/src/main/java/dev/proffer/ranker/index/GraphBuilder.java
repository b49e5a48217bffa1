// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import com.github.jelmerk.hnswlib.core.DistanceFunction;
import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.hnsw.HnswIndex;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.eclipse.collections.api.list.primitive.MutableIntList;

/// Lets hnswlib-core build a graph over the vectors of a table and takes the links out of it.
///
/// The library offers no way to read its links but its own search, which boxes every distance; the
/// two fields that hold them are read by name. A test holds the version of the library to that.
final class GraphBuilder {
  private final int links;
  private final int construction;
  private final int threads;

  /// @param links of a vector on the levels above the lowest, which has twice as many
  /// @param construction candidates that are looked at for the links of a new vector
  /// @param threads threads that build; with one, the same table gives the same graph
  GraphBuilder(int links, int construction, int threads) {
    this.links = links;
    this.construction = construction;
    this.threads = threads;
  }

  /// A vector as the library knows it.
  @SuppressWarnings("ArrayRecordComponent") // The shape that the library asks for.
  record Row(Integer id, float[] vector) implements Item<Integer, float[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public int dimensions() {
      return vector.length;
    }
  }

  LayeredLinks build(VectorTable table, Metric metric) {
    int size = table.size();
    if (size == 0) {
      return new LayeredLinks(-1, new int[0][][]);
    }
    HnswIndex<Integer, float[], Row, Float> graph =
        HnswIndex.newBuilder(width(table, metric), distance(metric), size)
            .withM(links)
            .withEfConstruction(construction)
            .withEf(construction)
            .build();
    try {
      graph.addAll(rows(table, metric), threads, (_, _) -> {}, Integer.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the index was built", e);
    }
    return Fields.read(graph, size);
  }

  private static int width(VectorTable table, Metric metric) {
    return metric == Metric.INNER_PRODUCT ? table.dimension() + 1 : table.dimension();
  }

  static DistanceFunction<float[], Float> distance(Metric metric) {
    return switch (metric) {
      // All rows get the same length, so this is |a − b|² up to what is constant.
      case INNER_PRODUCT -> (a, b) -> -Vectors.dot(a, 0, b, 0, a.length);
      case EUCLIDEAN -> (a, b) -> Vectors.squaredDistance(a, b);
    };
  }

  /// Inner product is turned into distance by one more dimension (Bachrach et al. 2014): with M the
  /// largest length, a vector x becomes (x, √(M² − |x|²)) and a query (q, 0); the nearest by
  /// Euclidean distance is then the one with the largest inner product.
  private static List<Row> rows(VectorTable table, Metric metric) {
    int dimension = table.dimension();
    double longest = 0;
    double[] squares = new double[table.size()];
    for (int row = 0; row < table.size(); row++) {
      int from = row * dimension;
      squares[row] = Vectors.dot(table.values(), from, table.values(), from, dimension);
      longest = Math.max(longest, squares[row]);
    }
    int width = width(table, metric);
    List<Row> rows = new ArrayList<>(table.size());
    for (int row = 0; row < table.size(); row++) {
      float[] vector = new float[width];
      System.arraycopy(table.values(), row * dimension, vector, 0, dimension);
      if (width > dimension) {
        vector[dimension] = (float) Math.sqrt(Math.max(0, longest - squares[row]));
      }
      rows.add(new Row(row, vector));
    }
    return rows;
  }

  private static final class Fields {
    private static final VarHandle NODES;
    private static final VarHandle ENTRY;
    private static final VarHandle CONNECTIONS;
    private static final VarHandle ITEM;

    static {
      try {
        Class<?> node = Class.forName(HnswIndex.class.getName() + "$Node");
        MethodHandles.Lookup index =
            MethodHandles.privateLookupIn(HnswIndex.class, MethodHandles.lookup());
        MethodHandles.Lookup inNode = MethodHandles.privateLookupIn(node, MethodHandles.lookup());
        NODES = index.findVarHandle(HnswIndex.class, "nodes", AtomicReferenceArray.class);
        ENTRY = index.findVarHandle(HnswIndex.class, "entryPoint", node);
        CONNECTIONS = inNode.findVarHandle(node, "connections", MutableIntList[].class);
        ITEM = inNode.findVarHandle(node, "item", Object.class);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("hnswlib-core keeps its links elsewhere now", e);
      }
    }

    static LayeredLinks read(HnswIndex<Integer, float[], Row, Float> graph, int size) {
      AtomicReferenceArray<?> nodes = (AtomicReferenceArray<?>) NODES.get(graph);
      // The library numbers nodes in the order in which threads added them.
      int[] rowOf = new int[size];
      for (int id = 0; id < size; id++) {
        rowOf[id] = ((Row) ITEM.get((Object) nodes.get(id))).id();
      }
      int[][][] links = new int[size][][];
      for (int id = 0; id < size; id++) {
        MutableIntList[] connections = (MutableIntList[]) CONNECTIONS.get((Object) nodes.get(id));
        int[][] levels = new int[connections.length][];
        for (int level = 0; level < connections.length; level++) {
          int[] neighbours = connections[level].toArray();
          for (int i = 0; i < neighbours.length; i++) {
            neighbours[i] = rowOf[neighbours[i]];
          }
          levels[level] = neighbours;
        }
        links[rowOf[id]] = levels;
      }
      Object entry = ENTRY.get(graph);
      return new LayeredLinks(((Row) ITEM.get(entry)).id(), links);
    }
  }
}
