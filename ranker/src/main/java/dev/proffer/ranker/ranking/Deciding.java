// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.ranker.v1.DecisionArm;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.experiment.Experiments;
import dev.proffer.ranker.model.TrainedModel;
import dev.proffer.ranker.policy.Policies;
import dev.proffer.ranker.policy.PolicyState;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.runtime.degraded.Degradation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What of a reply is left to experiments and policies: the ranker, the layout, the offer of each
/// item and the personal offer.
///
/// An experiment says what it changes by parameters of its variants: `ranker` and `layout` name
/// one, `interleave` names two rankers, `model_version` tries out a model bundle, and
/// `offer_policy`, `personal_offer_policy`, `ranker_policy` and `layout_policy` name policies. They
/// go before the settings. Nothing that is lost here fails a request: the choice falls back to what
/// would be done without, and the reply says so.
public final class Deciding {
  /// The ranker that uses all sources with their trained weights.
  public static final String BLEND = "blend";

  /// Rankers that can be named.
  public static final Set<String> RANKERS =
      Set.of(
          BLEND,
          RankModel.NAME,
          ShopHeads.EXPECTED_MARGIN,
          SeqKnn.NAME,
          Popularity.NAME,
          ContentSource.NAME);

  /// The ranker of a bundle when nobody chooses: the best that it has.
  static String usual(TrainedModel model) {
    return model.heads() != null
        ? ShopHeads.EXPECTED_MARGIN
        : model.ranker() != null ? RankModel.NAME : BLEND;
  }

  /// The choice to give no personal offer.
  public static final String NO_OFFER = "none";

  private static final Logger log = LoggerFactory.getLogger(Deciding.class);

  /// The policies that decide; empty names decide nothing.
  ///
  /// @param rankers what the policy of rankers chooses from
  public record Options(
      String offerPolicy,
      String personalOfferPolicy,
      String rankerPolicy,
      String layoutPolicy,
      List<String> rankers) {
    public static final Options NONE = new Options("", "", "", "", List.of());

    public Options {
      for (String ranker : rankers) {
        if (!RANKERS.contains(ranker)) {
          throw new IllegalArgumentException(
              "ranker: '" + ranker + "' (expected: one of " + RANKERS + ")");
        }
      }
      rankers = List.copyOf(rankers);
    }
  }

  /// A choice and how probable it was; 1 when nothing was left to a policy.
  record Choice(String option, double propensity) {}

  private final Experiments experiments;
  private final Policies policies;
  private final Options options;

  public Deciding(Experiments experiments, Policies policies, Options options) {
    this.experiments = experiments;
    this.policies = policies;
    this.options = options;
  }

  /// Begins a request.
  ///
  /// @param unitId the person or the visit; empty for nobody, for whom nothing is decided
  /// @param context features that the caller brings; empty for none
  /// @param atMillis the moment of the request
  /// @param logged whether the decision counts
  Turn turn(
      String unitId,
      Collection<String> segments,
      double[] context,
      long atMillis,
      boolean logged,
      Degradation degradation) {
    Experiments.Assigned assigned = new Experiments.Assigned(Map.of(), false, Map.of());
    if (!unitId.isEmpty()) {
      try {
        assigned = experiments.assign(unitId, segments, !logged);
      } catch (RuntimeException e) {
        log.warn("no experiments for now: {}", e.toString());
        degradation.missing("experiments", e, "no experiment", 0);
      }
    }
    return new Turn(unitId, segments, context, atMillis, logged, degradation, assigned);
  }

  /// One request. Belongs to one thread.
  final class Turn {
    private final String unitId;
    private final String segment;
    private final double[] context;
    private final long atMillis;
    private final boolean active;
    private final Degradation degradation;
    private final Experiments.Assigned assigned;
    private final List<DecisionArm> arms = new ArrayList<>();

    private Turn(
        String unitId,
        Collection<String> segments,
        double[] context,
        long atMillis,
        boolean logged,
        Degradation degradation,
        Experiments.Assigned assigned) {
      this.unitId = unitId;
      this.segment = segments.stream().sorted().findFirst().orElse("");
      this.context = context;
      this.atMillis = atMillis;
      this.active = logged && !unitId.isEmpty() && !assigned.heldOut();
      this.degradation = degradation;
      this.assigned = assigned;
    }

    Map<String, String> variants() {
      return assigned.variants();
    }

    boolean heldOut() {
      return assigned.heldOut();
    }

    /// The choices of policies so far.
    List<DecisionArm> arms() {
      return arms;
    }

    /// The bundle that an experiment tries out; empty for none.
    String modelVersion() {
      return assigned.parameters().getOrDefault("model_version", "");
    }

    /// The two rankers of an interleaved list, or none.
    List<String> interleaved() {
      String named = assigned.parameters().getOrDefault("interleave", "");
      if (named.isEmpty()) {
        return List.of();
      }
      List<String> two = List.of(named.split(",", -1));
      if (two.size() == 2 && RANKERS.containsAll(two)) {
        return two;
      }
      degradation.missing(
          "experiments",
          dev.proffer.proto.common.v1.DegradedCause.DEGRADED_CAUSE_UNAVAILABLE,
          "one ranker",
          "interleave: '" + named + "' (expected: two of " + RANKERS + ")",
          0);
      return List.of();
    }

    /// The ranker of the reply.
    ///
    /// @param usual what it is when nobody chooses
    Choice ranker(String usual, double[] own) {
      String named = assigned.parameters().getOrDefault("ranker", "");
      if (RANKERS.contains(named)) {
        return new Choice(named, 1);
      }
      return choose(
          "ranker",
          "",
          parameter("ranker_policy", options.rankerPolicy()),
          options.rankers(),
          usual,
          own);
    }

    /// The layout, among those that the caller has.
    Choice layout(List<String> layouts, double[] own) {
      if (layouts.isEmpty()) {
        return new Choice("", 0);
      }
      String named = assigned.parameters().getOrDefault("layout", "");
      if (layouts.contains(named)) {
        return new Choice(named, 1);
      }
      return choose(
          "layout",
          "",
          parameter("layout_policy", options.layoutPolicy()),
          layouts,
          layouts.getFirst(),
          own);
    }

    /// The offer of an item among its legal ones, or null when no policy chooses.
    @Nullable Choice offer(String itemId, List<String> legal, double[] own) {
      String policy = parameter("offer_policy", options.offerPolicy());
      if (policy.isEmpty() || !active || legal.size() < 2) {
        return null;
      }
      Choice choice = choose("offer", itemId, policy, legal, "", own);
      return choice.option().isEmpty() ? null : choice;
    }

    /// The personal offer, or [#NO_OFFER], or null when there is nothing to choose.
    @Nullable Choice personalOffer(List<String> granted, double[] own) {
      String policy = parameter("personal_offer_policy", options.personalOfferPolicy());
      if (policy.isEmpty() || !active || granted.isEmpty()) {
        return null;
      }
      List<String> all = new ArrayList<>(granted.size() + 1);
      all.add(NO_OFFER);
      all.addAll(granted);
      return choose("personal-offer", "", policy, all, NO_OFFER, own);
    }

    private String parameter(String name, String otherwise) {
      return assigned.parameters().getOrDefault(name, otherwise);
    }

    private Choice choose(
        String slot,
        String itemId,
        String policy,
        List<String> among,
        String otherwise,
        double[] own) {
      if (policy.isEmpty() || !active || among.isEmpty()) {
        return new Choice(otherwise, 1);
      }
      PolicyState state = policies.find(policy);
      if (state == null) {
        degradation.missing(
            "policy:" + policy,
            dev.proffer.proto.common.v1.DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
            otherwise,
            "there is no policy of this name",
            0);
        return new Choice(otherwise, 1);
      }
      double[] seen = context.length > 0 ? context : own;
      try {
        Policies.Chosen chosen = policies.choose(policy, unitId, among, segment, seen, atMillis);
        DecisionArm.Builder arm =
            DecisionArm.newBuilder()
                .setSlot(slot)
                .setItemId(itemId)
                .setPolicy(policy)
                .setPolicyVersion(chosen.policyVersion())
                .setDecisionId(chosen.decisionId())
                .addAllOptions(among)
                .setOption(chosen.option())
                .setPropensity(chosen.propensity())
                .addAllPropensities(chosen.propensities());
        for (double feature : seen) {
          arm.addContext(feature);
        }
        arms.add(arm.build());
        return new Choice(chosen.option(), chosen.propensity());
      } catch (RuntimeException e) {
        // A context of the wrong length, or a log that cannot keep up.
        log.debug("policy {} does not choose: {}", policy, e.toString());
        degradation.missing("policy:" + policy, e, otherwise, 0);
        return new Choice(otherwise, 1);
      }
    }
  }
}
