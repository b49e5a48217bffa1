// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A HyperLogLog that can be asked about any window that ends now (Chabchoub and Hébrail 2010).
///
/// Where a plain one keeps the largest rank of a register, this keeps for each register the ranks
/// that can still become the largest when older ones fall out of the window: those that no younger
/// rank reaches. That is a function of the set of (fingerprint, time) alone, so neither order nor
/// repetition matter, and two of them could be merged register by register. Times are kept as
/// 1/4096 of the window, which is finer than the estimate. The estimate is the one of Ertl (2017),
/// which needs no table of biases.
final class SlidingHyperLogLog {
  static final int PRECISION_MIN = 4;
  static final int PRECISION_MAX = 14;
  private static final int TIMES = 4096;
  private static final int RANK_BITS = 6;

  private final int precision;
  private final Window window;
  private final long unitMillis;
  // For each register, youngest first: time in units << RANK_BITS | rank.
  private long @Nullable [] @Nullable [] registers;

  SlidingHyperLogLog(int precision, Window window) {
    this.precision = precision;
    this.window = window;
    this.unitMillis = window.isAllTime() ? Long.MAX_VALUE : Math.ceilDiv(window.millis(), TIMES);
  }

  void add(long fingerprint, long unixMillis) {
    if (registers == null) {
      registers = new long[1 << precision][];
    }
    int register = registerOf(fingerprint);
    long unit = Math.floorDiv(unixMillis, unitMillis);
    int rank = rankOf(fingerprint);
    long[] known = registers[register];
    if (known == null) {
      registers[register] = new long[] {unit << RANK_BITS | rank};
      return;
    }
    for (long one : known) {
      if (one >> RANK_BITS >= unit && (one & 63) >= rank) {
        return;
      }
    }
    long[] next = new long[known.length + 1];
    int size = 0;
    boolean placed = false;
    for (long one : known) {
      if (!placed && one >> RANK_BITS <= unit) {
        next[size++] = unit << RANK_BITS | rank;
        placed = true;
      }
      if (one >> RANK_BITS > unit || (one & 63) > rank) {
        next[size++] = one;
      }
    }
    if (!placed) {
      next[size++] = unit << RANK_BITS | rank;
    }
    registers[register] = size == next.length ? next : Arrays.copyOf(next, size);
  }

  /// Whether anything is younger than an edge.
  boolean hasYoungerThan(long edge) {
    if (registers == null) {
      return false;
    }
    for (long[] register : registers) {
      if (register != null && isYounger(register[0], edge)) {
        return true;
      }
    }
    return false;
  }

  private boolean isYounger(long packed, long edge) {
    return window.isAllTime() || (packed >> RANK_BITS) * unitMillis > edge;
  }

  /// About how many different fingerprints are younger than an edge, others included.
  double estimate(long edge, long[] others, int othersCount) {
    byte[] ranks = new byte[1 << precision];
    if (registers != null) {
      for (int register = 0; register < ranks.length; register++) {
        long[] known = registers[register];
        if (known != null) {
          for (long one : known) {
            if (!isYounger(one, edge)) {
              break;
            }
            ranks[register] = (byte) (one & 63); // They grow.
          }
        }
      }
    }
    for (int i = 0; i < othersCount; i++) {
      int register = registerOf(others[i]);
      ranks[register] = (byte) Math.max(ranks[register], rankOf(others[i]));
    }
    return estimate(ranks);
  }

  /// Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6.
  private double estimate(byte[] ranks) {
    int m = ranks.length;
    int q = 64 - precision;
    int[] counts = new int[q + 2];
    for (byte rank : ranks) {
      counts[rank]++;
    }
    double z = m * tau(1 - (double) counts[q + 1] / m);
    for (int k = q; k >= 1; k--) {
      z = 0.5 * (z + counts[k]);
    }
    z += m * sigma((double) counts[0] / m);
    return m / (2 * Math.log(2)) * m / z;
  }

  private static double sigma(double share) {
    if (share == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double x = share;
    double y = 1;
    double z = x;
    double before;
    do {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    } while (z != before);
    return z;
  }

  private static double tau(double share) {
    if (share == 0 || share == 1) {
      return 0;
    }
    double x = share;
    double y = 1;
    double z = 1 - x;
    double before;
    do {
      x = Math.sqrt(x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
  }

  private int registerOf(long fingerprint) {
    return (int) (fingerprint >>> (64 - precision));
  }

  private int rankOf(long fingerprint) {
    return Math.min(64 - precision, Long.numberOfLeadingZeros(fingerprint << precision)) + 1;
  }

  /// Writes what is younger than a time.
  void write(ByteWriter out, long oldestKept) {
    if (registers == null || !hasYoungerThan(oldestKept)) {
      out.varint(0);
      return;
    }
    long base = Long.MIN_VALUE;
    for (long[] register : registers) {
      if (register != null) {
        base = Math.max(base, register[0] >> RANK_BITS);
      }
    }
    out.varint(1).zigzag(base);
    for (long[] register : registers) {
      int count = 0;
      if (register != null) {
        while (count < register.length && isYounger(register[count], oldestKept)) {
          count++;
        }
      }
      out.varint(count);
      long unit = base;
      for (int i = 0; i < count && register != null; i++) {
        out.varint(unit - (register[i] >> RANK_BITS)).u8((int) (register[i] & 63));
        unit = register[i] >> RANK_BITS;
      }
    }
  }

  static SlidingHyperLogLog read(int precision, Window window, ByteReader in) {
    SlidingHyperLogLog read = new SlidingHyperLogLog(precision, window);
    if (in.varint() == 0) {
      return read;
    }
    long base = in.zigzag();
    long[][] registers = new long[1 << precision][];
    for (int register = 0; register < registers.length; register++) {
      int count = in.count();
      if (count == 0) {
        continue;
      }
      long[] packed = new long[count];
      long unit = base;
      for (int i = 0; i < count; i++) {
        unit -= in.varint();
        int rank = in.u8();
        if (rank > 64 - precision + 1) {
          throw new CorruptRowException("a rank is too large");
        }
        packed[i] = unit << RANK_BITS | rank;
      }
      registers[register] = packed;
    }
    read.registers = registers;
    return read;
  }
}
