// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import com.sun.management.ThreadMXBean;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankRows;
import dev.proffer.ranker.reranking.StoredFeatures;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// What a calibrated head costs for a candidate: cutting its columns into steps, looking up its
/// names, the head, the calibration. One thread, 200 candidates a request.
public final class HeadBenchmark {
  private static final int CANDIDATES = 200;
  private static final int ROUNDS = 9;

  /// Of one kind of head.
  ///
  /// @param nanos a candidate; the median of some rounds
  /// @param bytes allocated a candidate, with what each request allocates once
  public record Cost(String kind, int fields, double nanos, double bytes) {}

  private HeadBenchmark() {}

  /// Measures each kind of head.
  ///
  /// @param columns of the learned ranker, of which 23 are not of the store
  /// @param requests a round
  public static List<Cost> measure(int columns, int requests) {
    RankColumns layout =
        new RankColumns(
            List.of("a", "b", "c", "d"),
            List.of(),
            IntStream.range(0, Math.max(1, columns - 22)).mapToObj(i -> "item:f" + i).toList());
    SplittableRandom random = new SplittableRandom(1);
    ItemNumbers numbers = new ItemNumbers();
    List<Item> all = new ArrayList<>();
    for (int i = 0; i < CANDIDATES; i++) {
      all.add(
          Item.newBuilder()
              .setItemId("item-" + i)
              .setCategory("category/" + i % 20)
              .setBrand("brand-" + i % 30)
              .setPriceMinorUnits(100 + random.nextInt(10_000))
              .build());
    }
    CatalogueSnapshot snapshot = CatalogueSnapshot.of(numbers, all);
    CatalogueItem[] items = snapshot.sortedById().toArray(CatalogueItem[]::new);
    StoredFeatures stored = StoredFeatures.nothing(layout, items.length);
    for (int i = 0; i < stored.items().length; i++) {
      stored.items()[i] = random.nextInt(10) == 0 ? Float.NaN : random.nextInt(1_000);
    }
    RankRows rows =
        RankRows.of(
                layout,
                new Blend(List.of(), _ -> 1),
                items,
                snapshot,
                new int[] {1, 2, 3},
                1_700_000_000_000L,
                CatalogueItem::priceMinorUnits)
            .with(stored);
    HeadFields.Learner learner = new HeadFields.Learner(layout, 1);
    for (int i = 0; i < items.length; i++) {
      learner.add(rows, i, items[i], items[0]);
    }
    HeadFields fields = learner.learn();
    FieldRows table = table(fields, rows, items, random);
    DeepMachine.Options once =
        new DeepMachine.Options(8, new int[0], 0, 0.01, 1e-5, 256, 1, 1, 1, 1);
    DeepMachine.Options deep =
        new DeepMachine.Options(8, new int[] {32, 16}, 0, 0.01, 1e-5, 256, 1, 1, 1, 1);
    List<Cost> costs = new ArrayList<>();
    for (Head head :
        List.of(
            FtrlRegression.train(table, 0.1, 0.1, 1, 1),
            DeepMachine.train(table, table, once, _ -> 1),
            DeepMachine.train(table, table, deep, _ -> 1))) {
      CalibratedHead calibrated =
          new CalibratedHead(head, IsotonicCalibration.fit(head.predict(table), table.labels()));
      costs.add(cost(new ShopHeads(fields, "", calibrated, null), rows, items, requests));
    }
    return costs;
  }

  private static FieldRows table(
      HeadFields fields, RankRows rows, CatalogueItem[] items, SplittableRandom random) {
    int count = 4_000;
    int[] numbers = new int[count * fields.fields()];
    double[] labels = new double[count];
    HeadFields.Encoder encoder = fields.encoder(items[0], 0);
    for (int row = 0; row < count; row++) {
      int i = random.nextInt(items.length);
      encoder.encode(rows, i, items[i], 1 + random.nextInt(10), numbers, row * fields.fields());
      labels[row] = random.nextInt(items.length) < i ? 1 : 0;
    }
    return new FieldRows(fields.fields(), fields.features(), numbers, labels);
  }

  private static Cost cost(ShopHeads heads, RankRows rows, CatalogueItem[] items, int requests) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[] nanos = new double[ROUNDS];
    double bytes = 0;
    double sum = 0;
    for (int round = -3; round < ROUNDS; round++) {
      long allocated = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      for (int request = 0; request < requests; request++) {
        ShopHeads.Asked asked = heads.asked(items[request % items.length], request);
        for (int i = 0; i < items.length; i++) {
          asked.look(rows, i, items[i]);
          sum += asked.click();
        }
      }
      double candidates = (double) requests * items.length;
      if (round >= 0) {
        nanos[round] = (System.nanoTime() - start) / candidates;
        bytes = (threads.getCurrentThreadAllocatedBytes() - allocated) / candidates;
      }
    }
    if (!(sum > 0)) {
      throw new IllegalStateException("a probability of nothing");
    }
    Arrays.sort(nanos);
    return new Cost(heads.click().head().kind(), heads.fields().fields(), nanos[ROUNDS / 2], bytes);
  }
}
