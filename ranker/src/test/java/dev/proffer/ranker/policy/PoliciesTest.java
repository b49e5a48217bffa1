// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.Reward;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoliciesTest {
  private static final long NOW = 1_750_000_000_000L;
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
  private static final List<String> OPTIONS = List.of("ten-off", "free-shipping");
  private static final double[] NONE = {};

  @TempDir private Path folder;
  private Database database;
  private Policies policies;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder.resolve("policies.db"));
    policies = server();
    policies.create(spec("offer"));
  }

  @AfterEach
  void close() {
    policies.close();
    database.close();
  }

  @Test
  void whatWasLearntIsSharedAndSurvivesARestart() {
    List<Reward> rewards = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Policies.Chosen chosen = policies.choose("offer", "u-" + i, OPTIONS, "", NONE);
      if (chosen.option().equals("free-shipping")) {
        rewards.add(reward("r-" + i, chosen.decisionId(), NOW + 5));
      }
    }
    try (Policies replica = server()) {
      PolicyStore.Attribution attribution = policies.record(rewards);
      assertThat(attribution.attributed()).isEqualTo(rewards.size());
      replica.catchUp();
      assertThat(propensity(replica)).isEqualTo(propensity(policies)).isGreaterThan(.9);
    }
    policies.close();
    policies = server();
    assertThat(propensity(policies)).isGreaterThan(.9);
    assertThat(policies.get("offer").decisions()).isEqualTo(200);
    policies.reset("offer");
    assertThat(propensity(policies)).isCloseTo(.5, within(1e-9));
  }

  @Test
  void duplicateLateEarlyAndUnknownRewardsAreToldApart() {
    String decision = policies.choose("offer", "u", OPTIONS, "", NONE).decisionId();
    PolicyStore.Attribution attribution =
        policies.record(
            List.of(
                reward("a", decision, NOW + 1),
                reward("a", decision, NOW + 1),
                reward("b", decision, NOW - 1),
                reward("c", decision, NOW + 3_600_001),
                reward("d", "no-decision", NOW)));
    assertThat(attribution.attributed()).isEqualTo(1);
    assertThat(attribution.duplicates()).isEqualTo(1);
    assertThat(attribution.early()).containsExactly(decision);
    assertThat(attribution.late()).isEqualTo(1);
    assertThat(attribution.unknown()).containsExactly("no-decision");
  }

  @Test
  void visitsOfALongTermPolicyAreSharedAndForgottenEverywhere() {
    policies.create(
        PolicySpec.newBuilder()
            .setName("long")
            .setKind(PolicyKind.POLICY_KIND_LONG_TERM)
            .setFeatures(2)
            .build());
    List<Reward> rewards = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      Policies.Chosen chosen =
          policies.choose("long", "u-" + i % 10, OPTIONS, "", new double[] {1, i % 2}, NOW + i);
      rewards.add(reward("r-" + i, chosen.decisionId(), NOW + i));
    }
    policies.record(rewards);
    try (Policies replica = server()) {
      LongTermModel here = longTerm(policies);
      LongTermModel there = longTerm(replica);
      assertThat(there.steps()).isEqualTo(here.steps()).isEqualTo(250);
      assertThat(here.ready()).isTrue();
      assertThat(there.value(OPTIONS.getFirst(), new double[] {1, 1}))
          .isEqualTo(here.value(OPTIONS.getFirst(), new double[] {1, 1}));

      assertThat(policies.forget("u-3")).isEqualTo(50);
      replica.catchUp();
      assertThat(longTerm(policies).steps()).isEqualTo(225);
      assertThat(longTerm(replica).steps()).isEqualTo(225);
    }
  }

  private static LongTermModel longTerm(Policies policies) {
    LongTermModel model = policies.get("long").longTerm();
    assertThat(model).isNotNull();
    return model;
  }

  @Test
  void aPersonIsForgotten() {
    String decision = policies.choose("offer", "anna", OPTIONS, "", NONE).decisionId();
    policies.record(List.of(reward("a", decision, NOW)));
    assertThat(policies.forget("anna")).isEqualTo(2);
    assertThat(policies.forget("anna")).isZero();
    assertThat(policies.record(List.of(reward("b", decision, NOW))).unknown())
        .containsExactly(decision);
  }

  @Test
  void anotherPolicyOfTheSameNameAndUnknownOnesAreRefused() {
    assertThat(policies.create(spec("offer")).spec()).isEqualTo(spec("offer"));
    assertThatThrownBy(() -> policies.create(spec("offer").toBuilder().setFloor(.2).build()))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("exists with another spec");
    assertThatThrownBy(() -> policies.choose("nobody", "u", OPTIONS, "", NONE))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("nobody");
    assertThatThrownBy(() ->
            policies.create(
                PolicySpec.newBuilder()
                    .setName("linear")
                    .setKind(PolicyKind.POLICY_KIND_LIN_UCB)
                    .build()))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("spec.features");
  }

  private static double propensity(Policies policies) {
    return policies
        .get("offer")
        .choose(OPTIONS, "", NONE, new SplittableRandom(1))
        .propensities()[1];
  }

  private Policies server() {
    return new Policies(database, CLOCK, new SimpleMeterRegistry());
  }

  private static PolicySpec spec(String name) {
    return PolicySpec.newBuilder()
        .setName(name)
        .setKind(PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON)
        .setAttributionWindowSeconds(3_600)
        .build();
  }

  private static Reward reward(String id, String decision, long at) {
    return Reward.newBuilder()
        .setRewardId(id)
        .setDecisionId(decision)
        .setValue(1)
        .setEventTimeUnixMs(at)
        .build();
  }
}
