// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankRows;
import dev.proffer.ranker.reranking.StoredFeatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HeadTrainerTest {
  private static final int ITEMS = 50;
  private static final int PLACES = 10;

  /// How often an item is turned to at the first place, and what a place takes off.
  private static double truth(int item, int place) {
    return (0.05 + 0.4 * item / ITEMS) / (1 + 0.25 * place);
  }

  /// Items at places from 0; item 10 stands only at the first three and item 11, as good, only at
  /// the last three.
  private static FieldRows shown(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] numbers = new int[rows * 2];
    double[] labels = new double[rows];
    for (int row = 0; row < rows; row++) {
      int item = random.nextInt(ITEMS);
      int place =
          item == 10
              ? random.nextInt(3)
              : item == 11 ? PLACES - 3 + random.nextInt(3) : random.nextInt(PLACES);
      numbers[2 * row] = item;
      numbers[2 * row + 1] = ITEMS + place;
      labels[row] = random.nextDouble() < truth(item == 11 ? 10 : item, place) ? 1 : 0;
    }
    return new FieldRows(2, ITEMS + PLACES, numbers, labels);
  }

  private static HeadTrainer.Result train(FieldRows rows) {
    return new HeadTrainer(2, 1)
        .train("clicks", rows, (int) (rows.rows() * 0.7), (int) (rows.rows() * 0.85));
  }

  @Test
  void probabilitiesAreRightAndAPlaceIsNotTakenForTheItem() {
    FieldRows rows = shown(30_000, 5);
    HeadTrainer.Result result = train(rows);

    assertThat(result.why()).startsWith("clicks by ");
    CalibratedHead head = result.head();
    HeadTrainer.Figures figures = result.figures();
    assertThat(head).isNotNull();
    assertThat(figures).isNotNull();
    assertThat(figures.calibratedLogLoss()).isLessThan(figures.baseLogLoss() - 0.005);
    assertThat(figures.calibratedError()).isLessThan(0.02);
    assertThat(figures.auc()).isGreaterThan(0.65);
    // Plain rates of the two differ by the places at which they stood.
    assertThat(rate(rows, 10)).isGreaterThan(1.8 * rate(rows, 11));
    double first = probability(head, 10, 0);
    double second = probability(head, 11, 0);
    assertThat(second / first).isBetween(0.75, 1.33);
    for (int item : new int[] {0, 25, 49}) {
      assertThat(probability(head, item, 0)).isEqualTo(truth(item, 0), within(0.06));
    }
  }

  private static double rate(FieldRows rows, int item) {
    double clicked = 0;
    double all = 0;
    for (int row = 0; row < rows.rows(); row++) {
      if (rows.numbers()[2 * row] == item) {
        all++;
        clicked += rows.labels()[row];
      }
    }
    return clicked / all;
  }

  private static double probability(CalibratedHead head, int item, int place) {
    return head.probability(head.head().logOdds(new int[] {item, ITEMS + place}, 0));
  }

  @Test
  void withoutEnoughOfEachLabelThereIsNoHeadAndTheReasonIsSaid() {
    FieldRows none = new FieldRows(2, 4, new int[0], new double[0]);
    assertThat(train(none).head()).isNull();
    assertThat(train(none).why())
        .isEqualTo("no head for clicks: 0 rows with and 0 without (expected: 100 or more of each)");
    FieldRows rows = shown(2_000, 1);
    double[] ones = new double[rows.rows()];
    Arrays.fill(ones, 1);
    HeadTrainer.Result same =
        train(new FieldRows(rows.fields(), rows.features(), rows.numbers(), ones));
    assertThat(same.head()).isNull();
    assertThat(same.why()).contains("2000 rows with and 0 without");
    // All that was clicked was clicked long ago.
    double[] early = new double[rows.rows()];
    Arrays.fill(early, 0, 500, 1);
    HeadTrainer.Result ended =
        train(new FieldRows(rows.fields(), rows.features(), rows.numbers(), early));
    assertThat(ended.head()).isNull();
    assertThat(ended.why()).contains("in a part of the time");
  }

  @Test
  void whatIsNoBetterThanTheRateIsNotKept() {
    FieldRows rows = shown(6_000, 3);
    SplittableRandom random = new SplittableRandom(9);
    double[] coin = new double[rows.rows()];
    Arrays.setAll(coin, _ -> random.nextDouble() < 0.2 ? 1 : 0);
    HeadTrainer.Result result =
        train(new FieldRows(rows.fields(), rows.features(), rows.numbers(), coin));
    assertThat(result.head()).isNull();
    assertThat(result.why()).contains("not better than the rate");
    assertThat(result.figures()).isNotNull();
  }

  @Test
  void aRowOfWeightTwoIsTwoRows() {
    FieldRows rows = shown(500, 2);
    int[] twice = new int[1_000];
    Arrays.setAll(twice, i -> i / 2);
    double[] twos = new double[500];
    Arrays.fill(twos, 2);
    FieldRows weighted =
        new FieldRows(rows.fields(), rows.features(), rows.numbers(), rows.labels(), twos);
    DeepMachine.Options options =
        new DeepMachine.Options(4, new int[0], 0, 0.01, 0, 4_000, 5, 5, 7, 2);
    double[] first =
        DeepMachine.train(
                weighted, rows, options, p -> -ClassifierMetrics.logLoss(p, rows.labels()))
            .predict(rows);
    double[] second =
        DeepMachine.train(
                rows.at(twice), rows, options, p -> -ClassifierMetrics.logLoss(p, rows.labels()))
            .predict(rows);
    assertThat(first).containsExactly(second, within(0.01));
    assertThatThrownBy(
            () -> new FieldRows(1, 2, new int[] {1}, new double[] {1}, new double[] {Double.NaN}))
        .hasMessageContaining("weight NaN");
  }

  // ---- of candidates

  private static final RankColumns COLUMNS =
      new RankColumns(List.of("seq-knn"), List.of("user:a"), List.of("item:b"));

  private final ItemNumbers numbers = new ItemNumbers();
  private final CatalogueSnapshot snapshot = snapshot(numbers);

  private static CatalogueSnapshot snapshot(ItemNumbers numbers) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      items.add(
          Item.newBuilder()
              .setItemId("i" + i)
              .setCategory("c" + i % 2)
              .setBrand(i < 4 ? "x" : "")
              .setPriceMinorUnits(100L << i)
              .setCurrency("EUR")
              .build());
    }
    return CatalogueSnapshot.of(numbers, items);
  }

  private RankRows rows(float stored) {
    CatalogueItem[] items = snapshot.sortedById().toArray(CatalogueItem[]::new);
    StoredFeatures features = StoredFeatures.nothing(COLUMNS, items.length);
    features.context()[0] = stored;
    Arrays.fill(features.items(), stored);
    return RankRows.of(
            COLUMNS,
            new Blend(List.of(), _ -> 1),
            items,
            snapshot,
            new int[] {1, 2},
            1_700_000_000_000L,
            CatalogueItem::priceMinorUnits)
        .with(features);
  }

  private ShopHeads heads(String kind) {
    HeadFields.Learner learner = new HeadFields.Learner(COLUMNS, 1);
    for (float stored : new float[] {1, 2, Float.NaN}) {
      RankRows rows = rows(stored);
      for (int i = 0; i < rows.rows(); i++) {
        learner.add(rows, i, snapshot.sortedById().get(i), snapshot.sortedById().get(i % 3));
      }
    }
    HeadFields fields = learner.learn();
    SplittableRandom random = new SplittableRandom(4);
    int count = 600;
    int[] table = new int[count * fields.fields()];
    double[] labels = new double[count];
    for (int row = 0; row < count; row++) {
      int i = random.nextInt(8);
      fields
          .encoder(snapshot.sortedById().get(random.nextInt(8)), random.nextLong(1L << 40))
          .encode(
              rows(random.nextInt(4)),
              i,
              snapshot.sortedById().get(i),
              1 + random.nextInt(12),
              table,
              row * fields.fields());
      labels[row] = random.nextInt(10) < i ? 1 : 0;
    }
    FieldRows rows = new FieldRows(fields.fields(), fields.features(), table, labels);
    Head head =
        switch (kind) {
          case "ftrl" -> FtrlRegression.train(rows, 0.1, 0.1, 1, 2);
          case "fm" -> machine(rows, new int[0]);
          default -> machine(rows, new int[] {6, 5});
        };
    CalibratedHead calibrated =
        new CalibratedHead(head, IsotonicCalibration.fit(head.predict(rows), rows.labels()));
    return new ShopHeads(fields, "hash", calibrated, kind.equals("ftrl") ? null : calibrated);
  }

  private static DeepMachine machine(FieldRows rows, int[] layers) {
    return DeepMachine.train(
        rows,
        rows,
        new DeepMachine.Options(4, layers, 0.1, 0.01, 1e-5, 64, 4, 4, 1, 2),
        p -> -ClassifierMetrics.logLoss(p, rows.labels()));
  }

  private static ShopHeads again(byte[] bytes) throws IOException {
    return ShopHeads.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static byte[] written(ShopHeads heads) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    heads.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void whatIsReadSaysWhatWasWritten() throws Exception {
    for (String kind : List.of("ftrl", "fm", "deep-fm")) {
      ShopHeads heads = heads(kind);
      byte[] bytes = written(heads);
      ShopHeads read = again(bytes);
      assertThat(read.featureSetHash()).isEqualTo("hash");
      assertThat(read.columns()).isEqualTo(COLUMNS);
      assertThat(read.click().head().kind()).isEqualTo(kind);
      assertThat(read.name()).isEqualTo(heads.name());
      for (float stored : new float[] {0, 1.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
        RankRows rows = rows(stored);
        ShopHeads.Asked one = heads.asked(snapshot.sortedById().get(1), 1_700_000_000_000L);
        ShopHeads.Asked other = read.asked(snapshot.sortedById().get(1), 1_700_000_000_000L);
        for (int i = 0; i < rows.rows(); i++) {
          one.look(rows, i, snapshot.sortedById().get(i));
          other.look(rows, i, snapshot.sortedById().get(i));
          assertThat(other.click()).isBetween(1e-5, 1 - 1e-5).isEqualTo(one.click(), within(1e-6));
          assertThat(other.purchase()).isEqualTo(one.purchase(), within(1e-6));
          assertThat(other.click())
              .isEqualTo(
                  heads.click().probability(heads.click().head().logOdds(row(heads, rows, i), 0)),
                  within(1e-6));
        }
      }
      byte[] cut = Arrays.copyOf(bytes, bytes.length / 2);
      assertThatThrownBy(() -> again(cut)).isInstanceOf(IOException.class);
      byte[] other = bytes.clone();
      other[5] ^= 1;
      assertThatThrownBy(() -> again(other)).isInstanceOf(LearningException.class);
    }
  }

  private int[] row(ShopHeads heads, RankRows rows, int i) {
    int[] row = new int[heads.fields().fields()];
    heads
        .fields()
        .encoder(snapshot.sortedById().get(1), 1_700_000_000_000L)
        .encode(rows, i, snapshot.sortedById().get(i), HeadFields.TOP, row, 0);
    return row;
  }

  @Test
  void namesAndNumbersThatNobodyHasSeenHaveAProbabilityToo() {
    ShopHeads heads = heads("fm");
    CatalogueItem stranger =
        CatalogueSnapshot.of(
                new ItemNumbers(),
                List.of(Item.newBuilder().setItemId("new").setCategory("never").build()))
            .sortedById()
            .getFirst();
    ShopHeads.Asked asked = heads.asked(null, -5);
    asked.look(rows(Float.NaN), 0, stranger);
    assertThat(asked.click()).isBetween(1e-5, 1 - 1e-5);
    assertThat(asked.shares(rows(Float.NaN), 0, 3)).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aCandidateCostsNoMemory() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (String kind : List.of("ftrl", "deep-fm")) {
      ShopHeads heads = heads(kind);
      RankRows rows = rows(1);
      CatalogueItem[] items = snapshot.sortedById().toArray(CatalogueItem[]::new);
      ShopHeads.Asked asked = heads.asked(items[0], 0);
      double sum = 0;
      for (int i = 0; i < 20_000; i++) {
        asked.look(rows, i % 8, items[i % 8]);
        sum += asked.click() + asked.purchase();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      int looked = 20_000;
      for (int i = 0; i < looked; i++) {
        asked.look(rows, i % 8, items[i % 8]);
        sum += asked.click() + asked.purchase();
      }
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(sum).isPositive();
      // What the virtual machine itself allocates now and then is not per candidate.
      assertThat((double) bytes / looked).isLessThan(8);
    }
  }
}
