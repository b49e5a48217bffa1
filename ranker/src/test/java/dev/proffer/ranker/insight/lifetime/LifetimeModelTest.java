// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Against what the PyPI package lifetimes 0.11.3 makes of the same people; the script beside the
/// reference says how.
final class LifetimeModelTest {
  private final List<RepeatHistory> people = people();
  private final JsonObject reference =
      JsonParser.parseReader(open("lifetime_reference.json")).getAsJsonObject();

  @Test
  void fitsBgNbdAtLeastAsWellAsLifetimesAndAtTheSameParameters() {
    JsonObject expected = reference.getAsJsonObject("bg_nbd");
    BgNbd theirs =
        new BgNbd(
            expected.get("r").getAsDouble(),
            expected.get("alpha").getAsDouble(),
            expected.get("a").getAsDouble(),
            expected.get("b").getAsDouble());
    BgNbd ours = BgNbd.fit(people, 0);
    assertThat(ours.meanLogLikelihood(people))
        .isGreaterThanOrEqualTo(theirs.meanLogLikelihood(people) - 1e-9);
    assertThat(ours.r()).isCloseTo(theirs.r(), within(theirs.r() * 0.005));
    assertThat(ours.alpha()).isCloseTo(theirs.alpha(), within(theirs.alpha() * 0.005));
    assertThat(ours.a()).isCloseTo(theirs.a(), within(theirs.a() * 0.02));
    assertThat(ours.b()).isCloseTo(theirs.b(), within(theirs.b() * 0.02));
  }

  @Test
  void saysOfPeopleWhatLifetimesSays() {
    BgNbd often = BgNbd.fit(people, 0);
    GammaGamma much = GammaGamma.fit(people, 0);
    for (int i = 0; i < 10; i++) {
      RepeatHistory person = people.get(reference.getAsJsonArray("picks").get(i).getAsInt());
      assertThat(often.aliveProbability(person))
          .isCloseTo(reference.getAsJsonArray("alive").get(i).getAsDouble(), within(0.005));
      double expected = reference.getAsJsonArray("expected_365").get(i).getAsDouble();
      assertThat(often.expectedPurchases(person, 365))
          .isCloseTo(expected, within(0.01 * expected + 1e-4));
      double value = reference.getAsJsonArray("value").get(i).getAsDouble();
      assertThat(much.expectedValue(person)).isCloseTo(value, within(0.005 * value));
    }
  }

  @Test
  void fitsGammaGammaAtTheParametersOfLifetimes() {
    JsonObject expected = reference.getAsJsonObject("gamma_gamma");
    GammaGamma ours = GammaGamma.fit(people, 0);
    assertThat(ours.p()).isCloseTo(expected.get("p").getAsDouble(), within(0.05));
    assertThat(ours.q()).isCloseTo(expected.get("q").getAsDouble(), within(0.05));
    double v = expected.get("v").getAsDouble();
    assertThat(ours.v()).isCloseTo(v, within(0.02 * v));
  }

  @Test
  void fitsTheParametersThatFaderAndHardiePublishedForTheirFormulas() {
    // P(alive) of the parameters of CDNOW as published (r .243, α 4.414 weeks, a .793, b 2.426) for
    // x = 2, last = 30.43, age = 38.86: the example of their note, expected 1.226 in 39 weeks.
    BgNbd cdnow = new BgNbd(0.243, 4.414, 0.793, 2.426);
    assertThat(cdnow.expectedPurchases(new RepeatHistory(2, 30.43, 38.86, 0), 39))
        .isCloseTo(1.226, within(0.001));
  }

  @Test
  void saysNothingAboutTooFewPeopleOrPeopleWhoNeverCameBack() {
    assertThat(LifetimeModel.fit(people.subList(0, 5), 100)).isEmpty();
    List<RepeatHistory> once = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      once.add(new RepeatHistory(0, 0, i, 0));
    }
    assertThat(LifetimeModel.fit(once, 100)).isEmpty();
    List<RepeatHistory> today = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      today.add(new RepeatHistory(0, 0, 0, 0));
    }
    assertThat(LifetimeModel.fit(today, 100)).isEmpty();
  }

  @Test
  void staysFiniteWhenAllPeopleAreAlike() {
    List<RepeatHistory> alike = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      alike.add(new RepeatHistory(1, 10, 20, 500));
    }
    LifetimeModel model = LifetimeModel.fit(alike, 500).orElseThrow();
    assertThat(model.churnProbability(alike.getFirst())).isBetween(0.0, 1.0);
    assertThat(model.expectedValue(alike.getFirst(), 365)).isFinite().isNotNegative();
    assertThat(model.expectedValue(new RepeatHistory(0, 0, 0, 0), 365)).isFinite().isNotNegative();
  }

  private static List<RepeatHistory> people() {
    return new BufferedReader(open("lifetime_people.csv"))
        .lines()
        .skip(1)
        .map(line -> line.split(",", -1))
        .map(cells ->
            new RepeatHistory(
                Integer.parseInt(cells[0]),
                Double.parseDouble(cells[1]),
                Double.parseDouble(cells[2]),
                Double.parseDouble(cells[3])))
        .toList();
  }

  private static InputStreamReader open(String name) {
    return new InputStreamReader(
        Objects.requireNonNull(LifetimeModelTest.class.getResourceAsStream("/insight/" + name)),
        StandardCharsets.UTF_8);
  }
}
