// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.ranker.insight.ManyPeople;
import dev.proffer.ranker.insight.PeopleTable;
import dev.proffer.ranker.insight.PersonFact;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SegmentFinderTest {
  private final SegmentFinder finder = new SegmentFinder(1, "EUR");

  @Test
  void findsTheGroupsThatAreThere() {
    PeopleTable people = ManyPeople.fourGroups(400, 1);
    Segmentation found = finder.find(people, Segmentation.none());
    int[] groups = new int[people.size()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = ManyPeople.group(people.id(i));
    }
    assertThat(found.segments()).hasSize(4);
    assertThat(Agreement.adjustedRand(groups, found.placeAll(people))).isGreaterThan(0.9);
    assertThat(found.tried()).allMatch(t -> Double.isFinite(t.silhouette()));
  }

  @Test
  void givesNamesThatDifferAndDescriptionsInBothLanguages() {
    Segmentation found = finder.find(ManyPeople.fourGroups(400, 1), Segmentation.none());
    assertThat(found.segments().stream().map(s -> s.name("en")).collect(Collectors.toSet()))
        .hasSize(4);
    assertThat(found.segments().stream().map(s -> s.name("zh")).collect(Collectors.toSet()))
        .hasSize(4);
    assertThat(found.segments())
        .allSatisfy(segment -> {
          assertThat(segment.descriptions().get("en")).contains("all:").doesNotContain("NaN");
          assertThat(segment.descriptions().get("zh")).contains("全体").doesNotContain("NaN");
        });
  }

  @Test
  void keepsIdsOverRetrainingWithOtherPeopleAndAnotherSeed() {
    Segmentation before = finder.find(ManyPeople.fourGroups(400, 1), Segmentation.none());
    Segmentation after = new SegmentFinder(99, "EUR").find(ManyPeople.fourGroups(500, 2), before);
    assertThat(after.segments().stream().map(Segment::id).collect(Collectors.toSet()))
        .isEqualTo(before.segments().stream().map(Segment::id).collect(Collectors.toSet()));
    assertThat(after.segments()).allMatch(s -> s.sizeChange() > 0.1 && s.sizeChange() < 0.5);
  }

  @Test
  void recordsARename() {
    Segmentation before = finder.find(ManyPeople.fourGroups(400, 1), Segmentation.none());
    Segmentation renamed =
        new Segmentation(
            before.scaling(),
            before.segments().stream()
                .map(s ->
                    new Segment(
                        s.id(),
                        java.util.Map.of("en", "Old " + s.name("en"), "zh", "旧"),
                        s.descriptions(),
                        s.size(),
                        0,
                        s.profile(),
                        s.centre(),
                        s.earlierNames()))
                .toList(),
            before.tried(),
            before.outlierDistance());
    Segmentation after = finder.find(ManyPeople.fourGroups(400, 1), renamed);
    assertThat(after.segments())
        .allSatisfy(s -> assertThat(s.earlierNames()).containsExactly("Old " + s.name("en")));
  }

  @Test
  void leavesOutConstantFactsByName() {
    Segmentation found = finder.find(ManyPeople.fourGroups(100, 1), Segmentation.none());
    assertThat(found.scaling().rules().stream().map(Scaling.Rule::fact))
        .doesNotContain(PersonFact.DISCOUNT_AFFINITY);
    assertThat(Scaling.find(ManyPeople.fourGroups(100, 1)).leftOut())
        .contains(PersonFact.DISCOUNT_AFFINITY);
  }

  @Test
  void onePersonOrNobodyIsNoReasonToFail() {
    assertThat(finder.find(ManyPeople.fourGroups(0, 1), Segmentation.none()).segments()).isEmpty();
    Segmentation one = finder.find(ManyPeople.fourGroups(1, 1), Segmentation.none());
    assertThat(one.segments()).hasSize(1);
    assertThat(one.segments().getFirst().name("en")).isEqualTo("Everyone");
    Segmentation few = finder.find(ManyPeople.fourGroups(7, 1), Segmentation.none());
    assertThat(few.segments().stream().mapToInt(Segment::size).sum()).isEqualTo(7);
  }
}
