// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class GroupTrendingTest {
  private static final long DAY = 86_400_000;
  private static final Query STRANGER = new Query(new int[0], 100 * DAY, _ -> true);

  private static GroupTrending learned() {
    GroupTrending trending = new GroupTrending(GroupTrending.SEGMENT, 7.0 * DAY, 3);
    for (int i = 0; i < 200; i++) {
      trending.learn(i % 2, i * DAY / 2, 1, List.of("segment:a"));
      trending.learn(2 + i % 3, i * DAY / 2, 1, List.of("segment:b"));
    }
    return trending;
  }

  @Test
  void eachSegmentGetsWhatItsOwnPeopleWant() {
    GroupTrending trending = learned();
    assertThat(trending.propose(STRANGER.withGroups(List.of("segment:a")), 10).items())
        .containsExactlyInAnyOrder(0, 1);
    assertThat(trending.propose(STRANGER.withGroups(List.of("segment:b")), 10).items())
        .containsExactlyInAnyOrder(2, 3, 4);
    assertThat(trending.score(STRANGER.withGroups(List.of("segment:a")), new int[] {0, 2, 99}))
        .satisfies(scores -> {
          assertThat(scores[0]).isPositive();
          assertThat(scores[1]).isZero();
          assertThat(scores[2]).isZero();
        });
  }

  @Test
  void whatIsNewsBeatsWhatWas() {
    GroupTrending trending = learned();
    for (int i = 0; i < 30; i++) {
      trending.learn(9, 100 * DAY + i, 1, List.of("segment:a"));
    }
    assertThat(trending.propose(STRANGER.withGroups(List.of("segment:a")), 1).items())
        .containsExactly(9);
  }

  @Test
  void aGroupOfFewEventsLeansOnEverybody() {
    GroupTrending trending = learned();
    // One event each: what everybody wants more comes first.
    trending.learn(7, 100 * DAY, 1, List.of("segment:new"));
    trending.learn(0, 100 * DAY, 1, List.of("segment:new"));
    assertThat(trending.propose(STRANGER.withGroups(List.of("segment:new")), 2).items())
        .containsExactly(0, 7);
  }

  @Test
  void whoIsOfNoKnownGroupGetsNothing() {
    GroupTrending trending = learned();
    assertThat(trending.propose(STRANGER, 5).size()).isZero();
    assertThat(trending.propose(STRANGER.withGroups(List.of("other")), 5).size()).isZero();
  }

  @Test
  void groupsAreLimited() {
    GroupTrending trending = new GroupTrending("x", DAY, 1);
    trending.learn(1, DAY, 1, List.of("first", "second"));
    assertThat(trending.propose(STRANGER.withGroups(List.of("second")), 5).size()).isZero();
    assertThat(trending.propose(STRANGER.withGroups(List.of("first")), 5).items())
        .containsExactly(1);
    assertThatThrownBy(() -> new GroupTrending("x", DAY, 0)).hasMessageContaining("groupsMax");
  }
}
