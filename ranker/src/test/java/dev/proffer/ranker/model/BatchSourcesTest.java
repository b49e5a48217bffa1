// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.retrieval.BatchSource;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentMap;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.ItemKnn;
import dev.proffer.ranker.retrieval.ItemRegression;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.Spectral;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BatchSourcesTest {
  private static final int ITEMS = 60;

  @TempDir private Path folder;

  private final ItemNumbers trained = new ItemNumbers();
  private final List<Item> items = new ArrayList<>();

  /// Three groups of items, of which people want one; titles say which group an item is of.
  private static final String[] WORDS = {"porcelain tea cup", "garden tool", "woollen scarf"};

  private static Item item(int i) {
    return Item.newBuilder()
        .setItemId("i" + i)
        .putTitles("en", WORDS[i % 3] + " number " + i)
        .setCategory("c" + i % 3)
        .build();
  }

  private static boolean isTea(String id) {
    return Integer.parseInt(id.substring(1)) % 3 == 0;
  }

  private int[][] people() {
    Random random = new Random(3);
    return IntStream.range(0, 300)
        .mapToObj(
            p -> random.ints(7, 0, ITEMS / 3).map(i -> 3 * i + p % 3).distinct().sorted().toArray())
        .toArray(int[][]::new);
  }

  private List<BatchSource> learned() {
    for (int i = 0; i < ITEMS; i++) {
      trained.intern("i" + i);
      items.add(item(i));
    }
    int[][] people = people();
    SelfAttention.Shape shape = new SelfAttention.Shape(ITEMS, 8, 1, 1, 8, 20);
    Random random = new Random(5);
    Map<String, float[]> tensors = new HashMap<>();
    shape
        .lengths()
        .forEach((name, length) -> {
          float[] values = new float[length];
          for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
          }
          tensors.put(name, values);
        });
    return List.of(
        new ItemKnn(people, ITEMS, ItemKnn.Parameters.DEFAULT, 1),
        ImplicitFactors.train(
            people, ITEMS, new ImplicitFactors.Parameters(8, 0.1, 0.01, 1, 6, 1, 3), 1),
        new Spectral(Spectral.Basis.of(people, ITEMS, 8, 1, 1), new Spectral.Parameters(8, 0.5, 0)),
        ItemRegression.train(people, ITEMS, new ItemRegression.Parameters(30, 0.9), 1),
        new SelfAttention(shape, tensors));
  }

  private ContentMap map(List<BatchSource> learned) {
    int[] counts = new int[ITEMS];
    Arrays.stream(people()).flatMapToInt(Arrays::stream).forEach(i -> counts[i]++);
    return new ContentMap.Lessons(
            CatalogueSnapshot.of(trained, items), (ImplicitFactors) learned.get(1), counts)
        .solve(0.1);
  }

  private TrainedModel model(String version, BatchSources sources) {
    return new TrainedModel(
        version,
        1,
        0,
        "",
        Map.of(),
        Map.of(),
        new SeqKnn(SeqKnn.Parameters.DEFAULT),
        new Popularity(1),
        null,
        sources,
        null);
  }

  private static Query query(ItemNumbers numbers, String... history) {
    return new Query(Arrays.stream(history).mapToInt(numbers::find).toArray(), 0, _ -> true);
  }

  private static List<String> ids(ItemNumbers numbers, Hits hits) {
    return Arrays.stream(hits.items()).mapToObj(numbers::id).toList();
  }

  @Test
  void aBundleProposesWhatTheModelProposedAlthoughItemsHaveOtherNumbers() throws Exception {
    List<BatchSource> learned = learned();
    ModelStore store = new ModelStore(folder);
    store.write(model("one", BatchSources.of(learned, map(learned), ITEMS)), trained);
    ItemNumbers other = new ItemNumbers();
    other.intern("something else");
    for (int i = ITEMS - 1; i >= 0; i -= 2) {
      other.intern("i" + i);
    }

    BatchSources loaded = store.load("one", other).sources();

    assertThat(loaded.all())
        .extracting(CandidateSource::name)
        .containsExactlyElementsOf(BatchSource.NAMES);
    for (int s = 0; s < learned.size(); s++) {
      CandidateSource before = learned.get(s);
      CandidateSource after = loaded.all().get(s);
      for (String[] history : new String[][] {{"i3", "i30"}, {"i7"}, {"i0", "i1", "i2", "i59"}}) {
        Hits expected = before.propose(query(trained, history), 15);
        Hits found = after.propose(query(other, history), 15);
        assertThat(ids(other, found)).as(before.name()).isEqualTo(ids(trained, expected));
        assertThat(found.scores()).as(before.name()).containsExactly(expected.scores());
        assertThat(after.score(query(other, history), new int[] {other.find("i9"), 0}))
            .as(before.name())
            .containsExactly(
                before.score(query(trained, history), new int[] {trained.find("i9")})[0], 0);
        assertThat(after.because(query(other, history), other.find("i12")))
            .isEqualTo(before.because(query(trained, history), trained.find("i12")));
      }
      assertThat(after.propose(query(other), 5).size()).isZero();
      assertThat(after.propose(query(other, "something else", "never seen"), 5).size()).isZero();
    }
  }

  @Test
  void newItemsAreFoundFromWhenTheyAreInTheCatalogue() throws Exception {
    List<BatchSource> learned = learned();
    ModelStore store = new ModelStore(folder);
    store.write(model("one", BatchSources.of(learned, map(learned), ITEMS)), trained);
    ItemNumbers numbers = new ItemNumbers();
    BatchSources loaded = store.load("one", numbers).sources();
    CandidateSource factors = loaded.all().get(1);
    List<Item> more = new ArrayList<>(items);
    for (int i = ITEMS; i < ITEMS + 30; i++) {
      more.add(item(i));
    }
    Query lovesTea = query(numbers, "i0", "i3", "i9", "i12");
    assertThat(ids(numbers, factors.propose(lovesTea, 90))).doesNotContain("i60");

    loaded.follow(CatalogueSnapshot.of(numbers, more));

    Query onlyNew =
        lovesTea.withEligible(item -> Integer.parseInt(numbers.id(item).substring(1)) >= ITEMS);
    List<String> found = ids(numbers, factors.propose(onlyNew, 10));
    // A number in a title may look like a word of another group: a third would be chance.
    assertThat(found).hasSize(10);
    assertThat(found).filteredOn(BatchSourcesTest::isTea).hasSizeGreaterThanOrEqualTo(8);
    assertThat(factors.score(lovesTea, new int[] {numbers.find("i60")})[0])
        .isGreaterThan(factors.score(lovesTea, new int[] {numbers.find("i61")})[0]);
    // What is new counts in a history, too.
    assertThat(ids(numbers, factors.propose(query(numbers, "i60", "i63"), 5)))
        .filteredOn(BatchSourcesTest::isTea)
        .hasSizeGreaterThanOrEqualTo(4);
    // And what left the catalogue is proposed no more.
    loaded.follow(CatalogueSnapshot.of(numbers, items));
    assertThat(factors.propose(onlyNew, 10).size()).isZero();
  }

  @Test
  void filesOfSourcesThatWereCutOrAreUnknownAreRefusedByName() throws Exception {
    List<BatchSource> learned = learned();
    ModelStore store = new ModelStore(folder);
    store.write(model("one", BatchSources.of(learned, map(learned), ITEMS)), trained);
    Path file = folder.resolve("one").resolve("source-factors.bin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
    assertThatThrownBy(() -> store.load("one", new ItemNumbers()))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("source-factors.bin");
    Files.write(file, bytes);
    Path manifest = folder.resolve("one").resolve("manifest.json");
    String text = Files.readString(manifest);
    Files.move(file, folder.resolve("one").resolve("source-magic.bin"));
    Files.writeString(manifest, text.replace("source-factors.bin", "source-magic.bin"));
    assertThatThrownBy(() -> store.load("one", new ItemNumbers()))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("source-magic.bin");
  }

  @Test
  void aBundleWithoutSuchSourcesOpens() throws Exception {
    ModelStore store = new ModelStore(folder);
    store.write(model("old", BatchSources.NONE), new ItemNumbers());
    BatchSources loaded = store.load("old", new ItemNumbers()).sources();
    assertThat(loaded.all()).isEmpty();
    loaded.follow(CatalogueSnapshot.of(new ItemNumbers(), List.of(item(1))));
    assertThat(loaded.all()).isEmpty();
  }
}
