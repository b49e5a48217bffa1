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
    return table.size() == 0
        ? new LayeredLinks(-1, new int[0][][])
        : linksOf(library(table, metric), table.size());
  }

  /// The graph as the library holds it.
  HnswIndex<Integer, float[], Row, Float> library(VectorTable table, Metric metric) {
    int size = table.size();
    HnswIndex<Integer, float[], Row, Float> graph =
        HnswIndex.newBuilder(table.dimension(), distance(metric), size)
            .withM(links)
            .withEfConstruction(construction)
            .withEf(construction)
            .build();
    try {
      graph.addAll(rows(table), threads, (_, _) -> {}, Integer.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the index was built", e);
    }
    return graph;
  }

  static LayeredLinks linksOf(HnswIndex<Integer, float[], Row, Float> graph, int size) {
    return Fields.read(graph, size);
  }

  /// Closeness as the library wants it: less is closer.
  ///
  /// Inner products are compared as they are. They are no distance, and the usual way out is one
  /// more dimension that makes all vectors equally long (Bachrach et al. 2014); but then queries
  /// lie far from all of them, and on vectors like those of a catalogue a search of one width finds
  /// .25 of the right answers where a graph of plain inner products finds .84.
  static DistanceFunction<float[], Float> distance(Metric metric) {
    return switch (metric) {
      case INNER_PRODUCT -> (a, b) -> -Vectors.dot(a, 0, b, 0, a.length);
      case EUCLIDEAN -> Vectors::squaredDistance;
    };
  }

  private static List<Row> rows(VectorTable table) {
    List<Row> rows = new ArrayList<>(table.size());
    for (int row = 0; row < table.size(); row++) {
      rows.add(new Row(row, table.copyOf(row)));
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
