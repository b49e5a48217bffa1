// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.ranker.insight.PersonFact;
import java.io.StringReader;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RuleSegmentsTest {
  /// Recency 10 days, 3 orders, nothing else is known.
  private static final FactSource ANN =
      new FactSource() {
        @Override
        public double fact(PersonFact fact) {
          return Map.of(PersonFact.RECENCY_DAYS, 10.0, PersonFact.FREQUENCY, 3.0)
              .getOrDefault(fact, Double.NaN);
        }

        @Override
        public double category(String category) {
          return category.equals("shoes") ? 0.5 : 0;
        }

        @Override
        public double brand(String brand) {
          return brand.equals("Runner") ? 1 : 0;
        }

        @Override
        public boolean inSegment(String segmentId) {
          return segmentId.equals("loyal");
        }
      };

  private static boolean test(String rule) {
    return RuleExpression.parse(rule).test(ANN);
  }

  @Test
  void readsComparisonsAndShares() {
    assertThat(test("recency_days < 30 and category(\"shoes\") > 0.4")).isTrue();
    assertThat(test("recency_days < 30 and category('hats') > 0.4")).isFalse();
    assertThat(test("brand(\"Runner\") == 1 and segment(\"loyal\")")).isTrue();
    assertThat(test("RECENCY_DAYS <= 10 AND frequency >= 3 AND frequency != 4")).isTrue();
  }

  @Test
  void bindsNotBeforeAndBeforeOr() {
    assertThat(test("true or false and false")).isTrue();
    assertThat(test("(true or false) and false")).isFalse();
    assertThat(test("not false and not not true")).isTrue();
    assertThat(test("not (frequency > 2 or recency_days > 2)")).isFalse();
  }

  @Test
  void calculates() {
    assertThat(test("frequency * 2 + 4 == recency_days")).isTrue();
    assertThat(test("recency_days - frequency - 2 == 5")).isTrue();
    assertThat(test("-frequency < 0 and recency_days / 4 == 2.5")).isTrue();
  }

  @Test
  void aComparisonWithWhatIsNotKnownIsFalse() {
    assertThat(test("churn_probability < 0.5")).isFalse();
    assertThat(test("churn_probability >= 0.5")).isFalse();
    assertThat(test("known(churn_probability)")).isFalse();
    assertThat(test("known(frequency)")).isTrue();
    assertThat(test("frequency / 0 > 1")).isFalse();
  }

  @Test
  void saysWhereARuleIsWrong() {
    assertThatThrownBy(() -> RuleExpression.parse("recncy_days < 3"))
        .hasMessageContaining("column 1")
        .hasMessageContaining("not 'recncy_days'")
        .hasMessageContaining("recency_days");
    assertThatThrownBy(() -> RuleExpression.parse("frequency"))
        .hasMessageContaining("not a number alone");
    assertThatThrownBy(() -> RuleExpression.parse("frequency > (true)"))
        .hasMessageContaining("not a truth");
    assertThatThrownBy(() -> RuleExpression.parse("frequency > 2 3"))
        .hasMessage("rule: column 15 (expected: the end of the rule, 'and' or 'or')");
    assertThatThrownBy(() -> RuleExpression.parse("category(shoes) > 1"))
        .hasMessageContaining("a text in quotes");
    assertThatThrownBy(() -> RuleExpression.parse("(".repeat(200))).hasMessageContaining("nesting");
    assertThatThrownBy(() -> RuleExpression.parse("")).hasMessageContaining("column 1");
  }

  @Test
  void readsYaml() {
    RuleSegments segments =
        RuleSegments.read(
            new StringReader(
                """
                segments:
                  - id: shoe-lovers
                    names: {en: Shoe lovers, zh: 爱鞋人士}
                    rule: recency_days < 30 and category("shoes") > 0.4
                """));
    assertThat(segments.segments()).hasSize(1);
    assertThat(segments.segments().getFirst().names()).containsEntry("zh", "爱鞋人士");
    assertThat(segments.segments().getFirst().rule().test(ANN)).isTrue();
  }

  @Test
  void namesTheSegmentThatIsWrong() {
    assertThatThrownBy(
            () -> RuleSegments.read(new StringReader("segments: [{id: a, rule: 'frequency >'}]")))
        .hasMessageStartingWith("a.rule: column 12");
    assertThatThrownBy(() -> RuleSegments.read(new StringReader("segments: [{id: A b}]")))
        .hasMessageContaining("segments[0].id");
    assertThatThrownBy(() -> RuleSegments.read(new StringReader("nothing: 1")))
        .hasMessageContaining("a list of segments");
    assertThatThrownBy(() ->
            RuleSegments.read(new StringReader("segments: [{id: a, rule: 'true', colour: 1}]")))
        .hasMessageContaining("segments[0].colour");
  }
}
