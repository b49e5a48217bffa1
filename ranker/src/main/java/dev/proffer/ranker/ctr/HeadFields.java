// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How a shown item becomes a row of fields: each column that the learned ranker sees, cut into
/// steps of equally many rows, and by name what numbers cannot tell: the item, its category and
/// brand, those of the latest item of the history, hour and weekday, and the place in the list.
///
/// A number that is missing or not a number is a step of its own; so is a name that was too rare to
/// be learnt. No field names a person, so a bundle holds nothing that would have to be forgotten.
///
/// The place is a field so that what a place adds is learnt as such (position debias); whoever asks
/// for a probability says at which place, [#TOP] to compare items.
public final class HeadFields {
  /// The place at which items are compared.
  public static final int TOP = 1;

  private static final int STEPS = 16;
  private static final int NAMES_MAX = 50_000;
  private static final int PLACES_MAX = 30;
  private static final long HOUR_MS = 3_600_000;
  private static final List<String> NAMED =
      List.of("item", "item.category", "item.brand", "history.category", "history.brand");
  private static final List<String> MOMENT = List.of("hour", "weekday", "position");

  private final RankColumns columns;
  // Columns that differ from row to row, and where each is cut.
  private final int[] used;
  private final float[][] cuts;
  // Features of the names, one map for each of NAMED.
  private final List<Map<String, Integer>> names;
  private final int[] firsts;
  private final int features;

  private HeadFields(
      RankColumns columns, int[] used, float[][] cuts, List<Map<String, Integer>> names) {
    this.columns = columns;
    this.used = used;
    this.cuts = cuts;
    this.firsts = new int[used.length + NAMED.size() + MOMENT.size()];
    int next = 0;
    int field = 0;
    for (float[] cut : cuts) {
      firsts[field++] = next;
      next += cut.length + 2;
    }
    this.names = new ArrayList<>();
    for (Map<String, Integer> known : names) {
      // The place of each name in order, from 1: names are written in order too.
      Map<String, Integer> placed = HashMap.newHashMap(known.size());
      int place = 1;
      for (String name : new TreeMap<>(known).keySet()) {
        placed.put(name, place++);
      }
      this.names.add(placed);
      firsts[field++] = next;
      next += placed.size() + 1;
    }
    firsts[field++] = next;
    next += 24;
    firsts[field++] = next;
    next += 7;
    firsts[field] = next;
    this.features = next + PLACES_MAX + 1;
  }

  public RankColumns columns() {
    return columns;
  }

  /// Fields of a row.
  public int fields() {
    return firsts.length;
  }

  /// Features in all.
  public int features() {
    return features;
  }

  /// The names of the fields in order.
  public List<String> fieldNames() {
    List<String> all = new ArrayList<>(fields());
    List<String> of = columns.names();
    for (int column : used) {
      all.add(of.get(column));
    }
    all.addAll(NAMED);
    all.addAll(MOMENT);
    return all;
  }

  /// Fields that say something of the candidate or the history, and not only of the moment.
  int telling() {
    return firsts.length - MOMENT.size();
  }

  /// The feature of a telling field that says nothing: missing, or not known.
  int unknown(int field) {
    return firsts[field];
  }

  /// The number that a field of a row was made from; not a number for names.
  public double value(RankRows rows, int row, int field) {
    return field < used.length ? rows.matrix()[row * rows.width() + used[field]] : Double.NaN;
  }

  /// Rows of one request. Belongs to one thread and allocates nothing for a row.
  public Encoder encoder(@Nullable CatalogueItem latest, long atMillis) {
    return new Encoder(latest, atMillis);
  }

  /// Writes rows of one request.
  public final class Encoder {
    private final int[] ofRequest = new int[4];

    private Encoder(@Nullable CatalogueItem latest, long atMillis) {
      int first = used.length;
      ofRequest[0] = firsts[first + 3] + place(3, latest == null ? "" : latest.category());
      ofRequest[1] = firsts[first + 4] + place(4, latest == null ? "" : latest.brand());
      long hours = Math.floorDiv(atMillis, HOUR_MS);
      ofRequest[2] = firsts[first + 5] + (int) Math.floorMod(hours, 24L);
      ofRequest[3] = firsts[first + 6] + (int) Math.floorMod(Math.floorDiv(hours, 24L), 7L);
    }

    /// Writes the row of a candidate.
    ///
    /// @param position the place, from 1; 0 when it is not known
    public void encode(
        RankRows rows, int row, CatalogueItem item, int position, int[] into, int at) {
      float[] matrix = rows.matrix();
      int from = row * rows.width();
      for (int i = 0; i < used.length; i++) {
        into[at + i] = firsts[i] + step(cuts[i], matrix[from + used[i]]);
      }
      int next = at + used.length;
      into[next] = firsts[used.length] + place(0, item.id());
      into[next + 1] = firsts[used.length + 1] + place(1, item.category());
      into[next + 2] = firsts[used.length + 2] + place(2, item.brand());
      System.arraycopy(ofRequest, 0, into, next + 3, ofRequest.length);
      into[next + 7] = firsts[used.length + 7] + Math.clamp(position, 0, PLACES_MAX);
    }
  }

  private int place(int named, String name) {
    Integer place = names.get(named).get(name);
    return place == null ? 0 : place;
  }

  /// 0 for a number that is missing, else 1 and as many as there are cuts at or below it.
  private static int step(float[] cuts, float value) {
    if (Float.isNaN(value)) {
      return 0;
    }
    int low = 0;
    int high = cuts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cuts[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low + 1;
  }

  /// Learns where to cut and which names are frequent enough, from rows to learn from.
  public static final class Learner {
    private static final int SAMPLE_MAX = 50_000;

    private final RankColumns columns;
    private final int nameMin;
    private final List<Map<String, Integer>> counts = new ArrayList<>();
    private float[][] sample;
    private int sampled;
    private int stride = 1;
    private int seen;

    /// Begins.
    ///
    /// @param nameMin how many rows a name must have
    public Learner(RankColumns columns, int nameMin) {
      this.columns = columns;
      this.nameMin = nameMin;
      this.sample = new float[1024][];
      for (int i = 0; i < NAMED.size(); i++) {
        counts.add(new HashMap<>());
      }
    }

    /// Takes a row.
    public void add(RankRows rows, int row, CatalogueItem item, @Nullable CatalogueItem latest) {
      if (seen++ % stride == 0) {
        if (sampled == SAMPLE_MAX) {
          // Every other one is enough from here on.
          for (int i = 0; i < sampled / 2; i++) {
            sample[i] = sample[2 * i];
          }
          sampled /= 2;
          stride *= 2;
        }
        if (sampled == sample.length) {
          sample = Arrays.copyOf(sample, sampled * 2);
        }
        int from = row * rows.width();
        sample[sampled++] = Arrays.copyOfRange(rows.matrix(), from, from + rows.width());
      }
      count(0, item.id());
      count(1, item.category());
      count(2, item.brand());
      count(3, latest == null ? "" : latest.category());
      count(4, latest == null ? "" : latest.brand());
    }

    private void count(int named, String name) {
      if (!name.isEmpty()) {
        counts.get(named).merge(name, 1, Integer::sum);
      }
    }

    public HeadFields learn() {
      List<Integer> used = new ArrayList<>();
      List<float[]> cuts = new ArrayList<>();
      for (int column = 0; column < columns.count(); column++) {
        float[] values = new float[sampled];
        int count = 0;
        for (int i = 0; i < sampled; i++) {
          if (!Float.isNaN(sample[i][column])) {
            values[count++] = sample[i][column];
          }
        }
        float[] cut = cuts(Arrays.copyOf(values, count));
        // Being missing for some is worth knowing too.
        if (cut.length > 0 || (count > 0 && count < sampled)) {
          used.add(column);
          cuts.add(cut);
        }
      }
      List<Map<String, Integer>> names = new ArrayList<>();
      for (Map<String, Integer> count : counts) {
        Map<String, Integer> frequent = new HashMap<>();
        count.entrySet().stream()
            .filter(each -> each.getValue() >= nameMin)
            .sorted(
                Map.Entry.<String, Integer>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(NAMES_MAX)
            .forEach(each -> frequent.put(each.getKey(), each.getValue()));
        names.add(frequent);
      }
      return new HeadFields(
          columns,
          used.stream().mapToInt(Integer::intValue).toArray(),
          cuts.toArray(float[][]::new),
          names);
    }

    /// The different quantiles above the lowest value.
    private static float[] cuts(float[] values) {
      Arrays.sort(values);
      float[] cuts = new float[STEPS];
      int count = 0;
      for (int step = 1; step < STEPS && values.length > 0; step++) {
        float cut = values[(int) ((long) step * values.length / STEPS)];
        if (cut > values[0] && (count == 0 || cut > cuts[count - 1])) {
          cuts[count++] = cut;
        }
      }
      if (count == 0 && values.length > 0 && values[values.length - 1] > values[0]) {
        // Nearly all are alike; the others are a step.
        cuts[count++] = Math.nextUp(values[0]);
      }
      return Arrays.copyOf(cuts, count);
    }
  }

  void write(DataOutput out) throws IOException {
    write(out, columns.sources());
    write(out, columns.context());
    write(out, columns.stored());
    write(out, columns.names());
    out.writeInt(used.length);
    for (int i = 0; i < used.length; i++) {
      out.writeInt(used[i]);
      out.writeInt(cuts[i].length);
      for (float cut : cuts[i]) {
        out.writeFloat(cut);
      }
    }
    for (Map<String, Integer> known : names) {
      write(out, new TreeMap<>(known).keySet().stream().toList());
    }
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws LearningException when the columns are computed otherwise by now
  static HeadFields read(DataInput in) throws IOException {
    RankColumns columns = new RankColumns(names(in), names(in), names(in));
    List<String> trained = names(in);
    if (!trained.equals(columns.names())) {
      throw new LearningException(
          "the heads were trained on the columns "
              + String.join(",", trained)
              + " (expected: "
              + String.join(",", columns.names())
              + ")");
    }
    int[] used = new int[checked(in.readInt(), columns.count())];
    float[][] cuts = new float[used.length][];
    for (int i = 0; i < used.length; i++) {
      used[i] = checked(in.readInt(), columns.count() - 1);
      cuts[i] = new float[checked(in.readInt(), STEPS)];
      for (int c = 0; c < cuts[i].length; c++) {
        cuts[i][c] = in.readFloat();
      }
    }
    List<Map<String, Integer>> names = new ArrayList<>();
    for (int i = 0; i < NAMED.size(); i++) {
      Map<String, Integer> known = new HashMap<>();
      names(in).forEach(name -> known.put(name, 1));
      names.add(known);
    }
    return new HeadFields(columns, used, cuts, names);
  }

  private static int checked(int number, int max) {
    if (number < 0 || number > max) {
      throw new LearningException("the number " + number + " (expected: 0 to " + max + ")");
    }
    return number;
  }

  private static void write(DataOutput out, List<String> all) throws IOException {
    out.writeInt(all.size());
    for (String name : all) {
      out.writeUTF(name);
    }
  }

  private static List<String> names(DataInput in) throws IOException {
    int count = checked(in.readInt(), 1_000_000);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(in.readUTF());
    }
    return all;
  }
}
