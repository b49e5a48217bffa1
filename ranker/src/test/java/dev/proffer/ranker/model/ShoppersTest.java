// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.SeqKnn;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShoppersTest {
  private static final long DAY = 86_400_000;

  private final ItemNumbers numbers = new ItemNumbers();
  private final Shoppers shoppers =
      new Shoppers(numbers, new SeqKnn(SeqKnn.Parameters.DEFAULT), new Popularity(30.0 * DAY), 100);

  private void buys(String user, String item, long day) {
    shoppers.learn(
        Event.newBuilder()
            .setType(EventType.EVENT_TYPE_PURCHASE)
            .setUserId(user)
            .setItemId(item)
            .setEventTimeUnixMs(day * DAY)
            .setChannel(user.startsWith("a") ? "app" : "web")
            .build(),
        true);
  }

  private Query query(long day) {
    return new Query(new int[0], day * DAY, _ -> true);
  }

  @Test
  void remembersWhenEachItemWasBoughtLast() {
    buys("a1", "coffee", 3);
    buys("a1", "sofa", 4);
    buys("a1", "coffee", 33);
    assertThat(shoppers.memory("a1", "", 10).purchases())
        .containsExactly(
            new Query.Purchase(numbers.intern("coffee"), 33 * DAY),
            new Query.Purchase(numbers.intern("sofa"), 4 * DAY));
    assertThat(shoppers.memory("stranger", "", 10).purchases()).isEmpty();
  }

  @Test
  void learnsWhatPeopleComeBackTo() {
    for (int p = 0; p < 20; p++) {
      buys("a" + p, "coffee", 1 + p);
      buys("a" + p, "coffee", 31 + p);
      buys("a" + p, "sofa", 31 + p);
    }
    Query due = query(80).withPurchases(shoppers.memory("a19", "", 10).purchases());
    assertThat(shoppers.repeatPurchases().propose(due, 5).items())
        .startsWith(numbers.intern("coffee"));
  }

  @Test
  void anOrderThatIsSentTwiceIsNoRepeat() {
    buys("a1", "coffee", 1);
    buys("a1", "coffee", 1);
    Query due = query(30).withPurchases(shoppers.memory("a1", "", 10).purchases());
    assertThat(shoppers.repeatPurchases().propose(due, 5).size()).isZero();
  }

  @Test
  void countsByChannelAndBySegmentFromWhenItIsKnown() {
    buys("a1", "app-thing", 1);
    buys("b1", "web-thing", 1);
    assertThat(
            shoppers
                .contextTrending()
                .propose(query(2).withGroups(Shoppers.contexts("app", "")), 5)
                .items())
        .containsExactly(numbers.intern("app-thing"));
    Query loyal = query(2).withGroups(Shoppers.segments(List.of("loyal")));
    assertThat(shoppers.segmentTrending().propose(loyal, 5).size()).isZero();
    shoppers.belong("b1", "", List.of("loyal"));
    shoppers.belong("stranger", "", List.of("loyal"));
    buys("b1", "tea", 2);
    assertThat(shoppers.segmentTrending().propose(loyal, 5).items())
        .containsExactly(numbers.intern("tea"));
  }
}
