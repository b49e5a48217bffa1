// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.RankedLists;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.reranking.StoredHistory;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.Trail;
import dev.proffer.ranker.retrieval.TrendingNext;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A bundle as large as that of a real shop, made from a seed, to measure serving with. It has
/// learnt nothing that is true; what it costs does not depend on that.
public final class SampleBundle {
  private static final int PEOPLE = 60_000;
  private static final int STEPS = 10;
  private static final int LISTS = 400;
  private static final int ROWS = 60;

  /// What was made.
  ///
  /// @param columns that the ranker reads
  /// @param trees of the ranker
  public record Made(String version, int columns, int trees) {}

  private SampleBundle() {}

  /// Writes a bundle and makes it the current one.
  ///
  /// @param itemIds the items, in groups of `group` that people stay in
  /// @param trees of the ranker
  public static Made write(
      Path modelsFolder, Channel featureStore, List<String> itemIds, int group, int trees)
      throws IOException, BundleException {
    ItemNumbers numbers = new ItemNumbers();
    itemIds.forEach(numbers::intern);
    Random random = new Random(1);
    SeqKnn seqKnn = new SeqKnn(SeqKnn.Parameters.DEFAULT);
    Popularity popularity = new Popularity(30 * 86_400_000.0);
    for (int person = 0; person < PEOPLE; person++) {
      Trail trail = seqKnn.newTrail();
      int from = random.nextInt(Math.max(1, itemIds.size() / group)) * group;
      for (int step = 0; step < STEPS; step++) {
        // Low numbers of a group are wanted more.
        int within = (int) (group * Math.pow(random.nextDouble(), 2));
        int item = Math.min(itemIds.size() - 1, from + within);
        seqKnn.learn(trail, item, (long) person * STEPS + step);
        popularity.learn(item, person, 1);
      }
    }
    seqKnn.prune();
    StoredHistory stored = StoredHistory.of(featureStore, "ranker", itemIds.getFirst());
    RankColumns columns =
        new RankColumns(
            List.of(SeqKnn.NAME, TrendingNext.NAME, ContentSource.NAME, Popularity.NAME),
            stored.context(),
            stored.items());
    RankModel ranker = new RankModel(columns, stored.hash(), trees(columns, trees, random));
    String version = "sample-" + itemIds.size() + "-" + trees;
    ModelStore store = new ModelStore(modelsFolder);
    store.write(
        new TrainedModel(
            version,
            0,
            0,
            stored.hash(),
            Map.of(
                SeqKnn.NAME, 1.0,
                TrendingNext.NAME, 0.5,
                ContentSource.NAME, 0.3,
                Popularity.NAME, 0.1),
            Map.of(),
            seqKnn,
            popularity,
            ranker),
        numbers);
    store.activate(version);
    return new Made(version, columns.count(), ranker.trees().trees());
  }

  /// Trees that use every column.
  private static TreeModel trees(RankColumns columns, int trees, Random random) {
    int width = columns.count();
    Examples.Builder table = Examples.of(columns.names());
    int[] sizes = new int[LISTS];
    double[] row = new double[width];
    for (int list = 0; list < LISTS; list++) {
      sizes[list] = ROWS;
      for (int i = 0; i < ROWS; i++) {
        double worth = random.nextGaussian();
        for (int c = 0; c < width; c++) {
          row[c] = random.nextInt(10) == 0 ? Double.NaN : (float) (random.nextDouble() * 3);
          worth += Double.isNaN(row[c]) ? 0 : Math.sin(row[c] * (1 + c % 4)) / 3;
        }
        table.add(worth > 4 ? 2 : worth > 2.5 ? 1 : 0, row);
      }
    }
    return TreeTrainer.trainOrder(
        new RankedLists(table.build(), sizes, null),
        null,
        TreeOptions.BOOSTING
            .withObjective(TreeOptions.Objective.ORDER)
            .withRounds(trees)
            .withThreads(2));
  }
}
