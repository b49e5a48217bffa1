// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.aggregation.Aggregation.State;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.proto.featurestore.v1.Event;
import java.util.Arrays;

/// The numbers of one entity: a total for each hop of the window, and inside each hop cells of
/// time.
///
/// The edge of a window lies in one hop. Of the hops after it the totals count; in that one hop the
/// cells that begin after the edge do. A cell is one millisecond as long as the hop has at most
/// [HopAggregation#edgePoints] different event times: then the edge is exact. A hop with more joins
/// its cells in pairs until they fit, so that cells are 2, 4, 8 … milliseconds long; then what is
/// younger than the window by less than one cell may be missing, and what is older never counts.
/// How finely a hop is cut depends on its events alone and not on their order, so that a replay in
/// any order reads the same.
///
/// Written, a state is for each hop, oldest first, `hop, cells, numbers`, where numbers are the
/// total, and with one cell its place, with more of them `log2 of their length, bytes of what
/// follows, (place, numbers) …`. A read passes over the cells of all hops but one.
final class HopState implements State {
  private static final int CELL_BITS_MAX = 40;

  private final HopAggregation aggregation;
  private final int width;
  private final long hopMillis;
  private final boolean allTime;
  private long[] hops = new long[2];
  private double[] totals;
  private byte[] cellBits = new byte[2];
  private int[] ends = new int[2]; // of each hop, where its cells end
  private long[] places = new long[2]; // of each cell: time since the start of its hop >> bits
  private double[] numbers;
  private int size;

  HopState(HopAggregation aggregation) {
    this.aggregation = aggregation;
    this.width = aggregation.width();
    this.hopMillis = aggregation.window().hopMillis();
    this.allTime = aggregation.window().isAllTime();
    this.totals = new double[2 * width];
    this.numbers = new double[2 * width];
  }

  @Override
  public void add(Event event) {
    if (!aggregation.reads(event)) {
      return;
    }
    Window window = aggregation.window();
    long time = event.getEventTimeUnixMs();
    long hop = window.hopAt(time);
    int at;
    if (size > 0 && hops[size - 1] == hop) {
      at = size - 1;
    } else {
      if (size > 0 && hop < window.oldestHopKept(hops[size - 1])) {
        return;
      }
      at = Arrays.binarySearch(hops, 0, size, hop);
      if (at < 0) {
        at = -at - 1;
        insertHop(at, hop);
        at -= dropBefore(window.oldestHopKept(hops[size - 1]));
      }
    }
    aggregation.add(totals, at * width, event);
    if (!allTime) {
      addToCell(at, time - hop * hopMillis, event);
    }
  }

  private void addToCell(int hop, long sinceStart, Event event) {
    int from = start(hop);
    int to = ends[hop];
    long place = sinceStart >> cellBits[hop];
    int cell = to;
    if (to > from && places[to - 1] >= place) {
      cell = Arrays.binarySearch(places, from, to, place);
      if (cell >= 0) {
        aggregation.add(numbers, cell * width, event);
        return;
      }
      cell = -cell - 1;
    }
    insertCell(hop, cell, place);
    aggregation.add(numbers, cell * width, event);
    while (ends[hop] - from > aggregation.edgePoints()) {
      joinCells(hop);
    }
  }

  private void insertHop(int at, long hop) {
    if (size == hops.length) {
      hops = Arrays.copyOf(hops, size * 2);
      totals = Arrays.copyOf(totals, size * 2 * width);
      cellBits = Arrays.copyOf(cellBits, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
    }
    int moved = size - at;
    System.arraycopy(hops, at, hops, at + 1, moved);
    System.arraycopy(totals, at * width, totals, (at + 1) * width, moved * width);
    System.arraycopy(cellBits, at, cellBits, at + 1, moved);
    System.arraycopy(ends, at, ends, at + 1, moved);
    hops[at] = hop;
    Arrays.fill(totals, at * width, (at + 1) * width, 0);
    aggregation.begin(totals, at * width);
    cellBits[at] = 0;
    ends[at] = start(at);
    size++;
  }

  private void insertCell(int hop, int cell, long place) {
    int cells = ends[size - 1];
    if (cells == places.length) {
      places = Arrays.copyOf(places, cells * 2);
      numbers = Arrays.copyOf(numbers, cells * 2 * width);
    }
    System.arraycopy(places, cell, places, cell + 1, cells - cell);
    System.arraycopy(numbers, cell * width, numbers, (cell + 1) * width, (cells - cell) * width);
    places[cell] = place;
    Arrays.fill(numbers, cell * width, (cell + 1) * width, 0);
    aggregation.begin(numbers, cell * width);
    for (int i = hop; i < size; i++) {
      ends[i]++;
    }
  }

  /// Doubles the length of the cells of a hop.
  private void joinCells(int hop) {
    int from = start(hop);
    int to = ends[hop];
    int last = from;
    places[from] >>= 1;
    for (int cell = from + 1; cell < to; cell++) {
      long place = places[cell] >> 1;
      if (place == places[last]) {
        aggregation.merge(numbers, last * width, numbers, cell * width);
      } else {
        last++;
        places[last] = place;
        System.arraycopy(numbers, cell * width, numbers, last * width, width);
      }
    }
    cellBits[hop]++;
    removeCells(hop, last + 1, to);
  }

  private void removeCells(int hop, int from, int to) {
    int moved = ends[size - 1] - to;
    System.arraycopy(places, to, places, from, moved);
    System.arraycopy(numbers, to * width, numbers, from * width, moved * width);
    for (int i = hop; i < size; i++) {
      ends[i] -= to - from;
    }
  }

  /// Drops the hops before one. Returns how many there were.
  int dropBefore(long oldest) {
    int dropped = 0;
    while (dropped < size && hops[dropped] < oldest) {
      dropped++;
    }
    if (dropped > 0) {
      removeHops(0, dropped);
    }
    return dropped;
  }

  /// Drops one hop, if it is there.
  void dropHop(long hop) {
    int at = Arrays.binarySearch(hops, 0, size, hop);
    if (at >= 0) {
      removeHops(at, at + 1);
    }
  }

  private void removeHops(int from, int to) {
    int cellsFrom = start(from);
    int cellsTo = ends[to - 1];
    removeCells(to - 1, cellsFrom, cellsTo);
    int moved = size - to;
    System.arraycopy(hops, to, hops, from, moved);
    System.arraycopy(totals, to * width, totals, from * width, moved * width);
    System.arraycopy(cellBits, to, cellBits, from, moved);
    System.arraycopy(ends, to, ends, from, moved);
    size -= to - from;
  }

  boolean hasHop(long hop) {
    return Arrays.binarySearch(hops, 0, size, hop) >= 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  private int start(int hop) {
    return hop == 0 ? 0 : ends[hop - 1];
  }

  @Override
  public double numberAt(long unixMillis) {
    double[] sum = new double[width];
    aggregation.begin(sum, 0);
    long edge = aggregation.window().edgeAt(unixMillis);
    for (int i = 0; i < size; i++) {
      long startMillis = allTime ? 0 : hops[i] * hopMillis;
      if (allTime || startMillis > edge) {
        aggregation.merge(sum, 0, totals, i * width);
      } else if (startMillis + hopMillis - 1 > edge) {
        for (int cell = start(i); cell < ends[i]; cell++) {
          if (startMillis + (places[cell] << cellBits[i]) > edge) {
            aggregation.merge(sum, 0, numbers, cell * width);
          }
        }
      }
    }
    return aggregation.result(sum);
  }

  /// Whether anything counts at a time.
  boolean hasAnyAt(long unixMillis) {
    if (size == 0 || allTime) {
      return size > 0;
    }
    long newest = hops[size - 1] * hopMillis + (places[ends[size - 1] - 1] << cellBits[size - 1]);
    return newest > aggregation.window().edgeAt(unixMillis);
  }

  @Override
  public void write(ByteWriter out) {
    out.varint(size);
    long previous = 0;
    for (int i = 0; i < size; i++) {
      out.zigzag(hops[i] - previous);
      previous = hops[i];
      int from = start(i);
      int cells = ends[i] - from;
      out.varint(cells);
      numbers(out, totals, i);
      if (cells == 1) {
        out.u8(cellBits[i]).varint(places[from]);
      } else if (cells > 1) {
        out.u8(cellBits[i]);
        int begin = out.beginLength();
        long place = 0;
        for (int cell = from; cell < ends[i]; cell++) {
          out.varint(places[cell] - place);
          place = places[cell];
          numbers(out, numbers, cell);
        }
        out.endLength(begin);
      }
    }
  }

  private void numbers(ByteWriter out, double[] from, int index) {
    for (int i = 0; i < width; i++) {
      out.number(from[index * width + i]);
    }
  }

  static HopState read(HopAggregation aggregation, ByteReader in) {
    HopState state = new HopState(aggregation);
    int size = in.count();
    int width = state.width;
    state.hops = new long[Math.max(2, size)];
    state.totals = new double[Math.max(2, size) * width];
    state.cellBits = new byte[Math.max(2, size)];
    state.ends = new int[Math.max(2, size)];
    long hop = 0;
    int cells = 0;
    for (int i = 0; i < size; i++) {
      hop += in.zigzag();
      state.hops[i] = hop;
      int more = in.count();
      if ((more == 0) != state.allTime || (i > 0 && hop <= state.hops[i - 1])) {
        throw new CorruptRowException("hops are out of order or without cells");
      }
      readNumbers(in, state.totals, i * width, width);
      if (cells + more > state.places.length) {
        int room = Math.max(cells + more, state.places.length * 2);
        state.places = Arrays.copyOf(state.places, room);
        state.numbers = Arrays.copyOf(state.numbers, room * width);
      }
      if (more > 0) {
        state.cellBits[i] = cellBits(in);
      }
      if (more == 1) {
        state.places[cells] = in.varint();
        System.arraycopy(state.totals, i * width, state.numbers, cells * width, width);
      } else if (more > 1) {
        ByteReader part = in.part();
        long place = 0;
        for (int cell = cells; cell < cells + more; cell++) {
          place += part.varint();
          state.places[cell] = place;
          readNumbers(part, state.numbers, cell * width, width);
        }
      }
      cells += more;
      state.ends[i] = cells;
    }
    state.size = size;
    return state;
  }

  private static byte cellBits(ByteReader in) {
    int bits = in.u8();
    if (bits > CELL_BITS_MAX) {
      throw new CorruptRowException("a cell is too long");
    }
    return (byte) bits;
  }

  private static void readNumbers(ByteReader in, double[] into, int at, int width) {
    for (int i = 0; i < width; i++) {
      into[at + i] = in.number();
    }
  }

  /// The value of a written state, without making the state. This is what serving reads.
  static double numberAt(HopAggregation aggregation, ByteReader in, long unixMillis) {
    Window window = aggregation.window();
    boolean allTime = window.isAllTime();
    long hopMillis = window.hopMillis();
    long edge = window.edgeAt(unixMillis);
    int width = aggregation.width();
    double[] sum = new double[2 * width]; // what counts, and what was read last
    aggregation.begin(sum, 0);
    int size = in.count();
    long hop = 0;
    for (int i = 0; i < size; i++) {
      hop += in.zigzag();
      long startMillis = allTime ? 0 : hop * hopMillis;
      boolean whole = allTime || startMillis > edge;
      int cells = in.count();
      readNumbers(in, sum, width, width);
      if (whole) {
        aggregation.merge(sum, 0, sum, width);
      }
      if (cells == 0) {
        continue;
      }
      int bits = cellBits(in);
      if (cells == 1) {
        long place = in.varint();
        if (!whole && startMillis + (place << bits) > edge) {
          aggregation.merge(sum, 0, sum, width);
        }
      } else if (whole || startMillis + hopMillis - 1 <= edge) {
        in.skipPart();
      } else {
        ByteReader part = in.part();
        long place = 0;
        for (int cell = 0; cell < cells; cell++) {
          place += part.varint();
          readNumbers(part, sum, width, width);
          if (startMillis + (place << bits) > edge) {
            aggregation.merge(sum, 0, sum, width);
          }
        }
      }
    }
    return aggregation.result(sum);
  }
}
