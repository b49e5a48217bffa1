// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What content proposes while the catalogue changes.
class ContentSourceTest {
  private static final String[] WORDS = {
    "blue", "red", "kettle", "chair", "lamp", "steel", "oak", "round", "small", "garden", "vase"
  };

  private final ItemNumbers numbers = new ItemNumbers();
  private final Map<String, Item> items = new HashMap<>();

  ContentSourceTest() {
    Random random = new Random(3);
    for (int i = 0; i < 600; i++) {
      StringBuilder title = new StringBuilder();
      for (int w = 0; w < 4; w++) {
        title.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
      }
      put("i" + i, title.toString() + i);
    }
  }

  private void put(String id, String title) {
    items.put(id, Item.newBuilder().setItemId(id).putTitles("en", title).build());
  }

  private CatalogueSnapshot snapshot() {
    return CatalogueSnapshot.of(numbers, List.copyOf(items.values()));
  }

  private ContentSource graphed() {
    return new ContentSource(snapshot()).graphed();
  }

  private int number(String id) {
    return numbers.find(id);
  }

  private List<Integer> like(ContentSource source, String id) {
    Query query = new Query(new int[] {number(id)}, 0, _ -> true);
    return Arrays.stream(source.propose(query, 5).items()).boxed().toList();
  }

  @Test
  void aChangedItemIsPutIntoTheGraphThatIsThere() {
    ContentSource before = graphed();
    put("new", "purple zebra umbrella");
    put("i7", "purple zebra umbrella stand");
    items.remove("i9");

    ContentSource after = before.updated(snapshot());

    assertThat(after.searchesGraph()).isTrue();
    assertThat(like(after, "i7").getFirst()).isEqualTo(number("new"));
    assertThat(like(after, "new").getFirst()).isEqualTo(number("i7"));
    assertThat(after.similarity(number("new"), number("i7"))).isGreaterThan(0.7f);
    assertThat(after.because(new Query(new int[] {number("i7")}, 0, _ -> true), number("new")))
        .isZero();
    assertThat(after.similarity(number("i9"), number("i7"))).isZero();
    for (int i = 0; i < 600; i++) {
      assertThat(like(after, "i" + i)).doesNotContain(number("i9"));
    }
  }

  @Test
  void aChangeOfAChangeCountsOnce() {
    ContentSource source = graphed();
    for (int round = 0; round < 5; round++) {
      put("new", round % 2 == 0 ? "purple zebra umbrella" : "golden teapot for six");
      put("i7", "purple zebra umbrella stand");
      source = source.updated(snapshot());
    }
    assertThat(source.searchesGraph()).isTrue();
    assertThat(like(source, "i7").getFirst()).isEqualTo(number("new"));
    items.remove("new");
    source = source.updated(snapshot());
    assertThat(like(source, "i7")).doesNotContain(number("new"));
  }

  @Test
  void afterManyChangesAScanAnswersUntilThereIsANewGraph() {
    ContentSource source = graphed();
    for (int i = 0; i < 61; i++) {
      put("new" + i, "golden teapot");
      source = source.updated(snapshot());
    }
    assertThat(source.searchesGraph()).isFalse();
    assertThat(like(source, "new60")).allMatch(item -> item >= number("new0"));
  }

  @Test
  void aGraphThatWasLongInTheMakingCatchesUp() {
    ContentSource scan = new ContentSource(snapshot());
    ContentSource built = scan.graphed();
    for (int i = 0; i < 40; i++) {
      put("new" + i, "golden teapot");
      items.remove("i" + i);
      scan = scan.updated(snapshot());
    }
    ContentSource caughtUp = built.updated(snapshot());
    assertThat(caughtUp.searchesGraph()).isFalse();
    for (int i = 20; i < 40; i++) {
      put("i" + (i - 20), "purple zebra umbrella");
    }
    built = scan.graphed();
    caughtUp = built.updated(snapshot());
    assertThat(caughtUp.searchesGraph()).isTrue();
    assertThat(like(caughtUp, "new3")).allMatch(item -> item >= number("new0"));
    assertThat(like(caughtUp, "i3")).allMatch(item -> title(item).equals("purple zebra umbrella"));
  }

  private String title(int number) {
    return items.values().stream()
        .filter(item -> number(item.getItemId()) == number)
        .map(item -> item.getTitlesOrThrow("en"))
        .findFirst()
        .orElse("gone");
  }

  @Test
  void aPriceIsNoContent() {
    ContentSource before = graphed();
    items.replaceAll((_, item) -> item.toBuilder().setPriceMinorUnits(100).build());
    assertThat(before.updated(snapshot())).isSameAs(before);
  }
}
