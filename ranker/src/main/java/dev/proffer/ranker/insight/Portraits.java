// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.intent.IntentReport;
import dev.proffer.ranker.insight.intent.IntentTarget;
import dev.proffer.ranker.insight.lifetime.RepeatHistory;
import dev.proffer.ranker.segment.FactSource;
import dev.proffer.ranker.segment.RuleSegments;
import dev.proffer.ranker.segment.Segmentation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes portraits from the live events of a person and the findings of the last study: live facts
/// win, facts that need other people come from the study.
public final class Portraits {
  private static final double VALUE_HORIZON_DAYS = 365;

  /// A visit without an event for half an hour has ended.
  private static final long VISIT_ENDS_MILLIS = 1_800_000;

  private final LivePeople live;
  private final RuleSegments rules;
  private volatile @Nullable Findings findings;
  private volatile IntentModel intent = IntentModel.none();

  public Portraits(LivePeople live, RuleSegments rules) {
    this.live = live;
    this.rules = rules;
  }

  void findings(Findings latest) {
    findings = latest;
    intent = latest.intent();
    live.currency(latest.shop().currency());
  }

  /// Models that serve until a study brings its own.
  void intent(IntentModel saved) {
    intent = saved;
  }

  Optional<Findings> findings() {
    return Optional.ofNullable(findings);
  }

  /// The portrait of a person, or empty when nobody of this id was ever heard of.
  ///
  /// @param languages of the tags, of [Portrait#LANGUAGES]
  public Optional<Portrait> find(String userId, List<String> languages) {
    LivePerson person = live.find(userId);
    Findings study = findings;
    int row = study == null ? -1 : study.people().find(userId);
    if (person == null && row < 0) {
      return Optional.empty();
    }
    long asOf = Math.max(live.newestMillis(), study == null ? 0 : study.asOfMillis());
    Map<PersonFact, Double> facts = new EnumMap<>(PersonFact.class);
    Map<String, Double> categories = Map.of();
    Map<String, Double> brands = Map.of();
    if (study != null && row >= 0) {
      for (PersonFact fact : PersonFact.values()) {
        double value = study.people().get(fact, row);
        if (Double.isFinite(value)) {
          facts.put(fact, value);
        }
      }
      categories = study.people().categories(row);
      brands = study.people().brands(row);
    }
    Map<String, Double> terms = Map.of();
    float[] interest = new float[0];
    double[] hours = new double[24];
    double[] weekdays = new double[7];
    if (person != null) {
      int today = live.today(asOf);
      facts.putAll(person.facts(asOf, today));
      categories = person.categories();
      brands = person.brands();
      hours = person.hourShares();
      weekdays = person.weekdayShares();
      if (study != null && study.lifetime().isPresent()) {
        Optional<RepeatHistory> history = person.history(today);
        if (history.isPresent()) {
          var model = study.lifetime().get();
          facts.put(
              PersonFact.CHURN_PROBABILITY,
              model.absenceProbability(history.get(), VALUE_HORIZON_DAYS));
          facts.put(
              PersonFact.EXPECTED_VALUE_MINOR_UNITS,
              model.expectedValue(history.get(), VALUE_HORIZON_DAYS));
        }
      }
      IntentModel model = intent;
      person
          .intent(state -> model.buysInWeek(state, asOf))
          .ifPresent(probability -> facts.put(PersonFact.BUYS_IN_7_DAYS, probability));
      person
          .intent(state ->
              model.buysInVisit(
                  state,
                  asOf - state.lastMillis() < VISIT_ENDS_MILLIS ? state.visitKey() : "",
                  asOf))
          .ifPresent(probability -> facts.put(PersonFact.BUYS_IN_VISIT, probability));
      terms = person.terms();
      interest = InterestVector.of(terms, live::rarity);
    }
    Map<String, List<String>> tags = new HashMap<>();
    for (String language : languages) {
      tags.put(
          language, Tags.of(facts, categories, brands, terms, live::rarity, language.equals("zh")));
    }
    return Optional.of(
        new Portrait(
            userId,
            facts,
            live.currency(),
            categories,
            brands,
            Arrays.stream(hours).boxed().toList(),
            Arrays.stream(weekdays).boxed().toList(),
            segments(facts, categories, brands, study),
            tags,
            interest,
            asOf));
  }

  /// The segments of a person, the found one first; empty for who was never heard of. Much cheaper
  /// than a portrait when nothing happened since it was last asked.
  @SuppressWarnings("ReferenceEquality") // The same study, not an equal one.
  public List<String> segmentIds(String userId) {
    LivePerson person = live.find(userId);
    Findings study = findings;
    if (person == null && (study == null || study.people().find(userId) < 0)) {
      return List.of();
    }
    if (person == null) {
      return find(userId, List.of()).map(Portrait::segmentIds).orElse(List.of());
    }
    long events = person.events();
    long minute = live.newestMillis() / 60_000;
    LivePerson.Membership known = person.membership();
    if (known == null
        || known.events() != events
        || known.minute() != minute
        || known.study() != study) {
      List<String> ids = find(userId, List.of()).map(Portrait::segmentIds).orElse(List.of());
      known = new LivePerson.Membership(events, minute, study, ids);
      person.membership(known);
    }
    return known.segmentIds();
  }

  private List<String> segments(
      Map<PersonFact, Double> facts,
      Map<String, Double> categories,
      Map<String, Double> brands,
      @Nullable Findings study) {
    List<String> ids = new ArrayList<>();
    if (study != null) {
      Segmentation segmentation = study.segmentation();
      int place = segmentation.place(fact -> facts.getOrDefault(fact, Double.NaN));
      if (place >= 0) {
        ids.add(segmentation.segments().get(place).id());
      }
    }
    String found = ids.isEmpty() ? "" : ids.getFirst();
    FactSource source = new Facts(facts, categories, brands, found);
    for (RuleSegments.RuleSegment segment : rules.segments()) {
      if (segment.rule().test(source)) {
        ids.add(segment.id());
      }
    }
    return List.copyOf(ids);
  }

  /// What will happen, as far as behaviour tells.
  record Intent(
      double inVisit, double inWeek, String version, List<IntentModel.Contribution> why) {}

  /// Predicts for a person, for a visit, or for both; of a category when one is named. Without a
  /// model, or of somebody who was never heard of, it is what is usual in the shop.
  Intent intent(String userId, String sessionId, String category) {
    Findings study = findings;
    IntentModel model = intent;
    LivePerson person = userId.isEmpty() ? live.stranger(sessionId) : live.find(userId);
    long asOf = Math.max(live.newestMillis(), study == null ? 0 : study.asOfMillis());
    if (person == null) {
      person = live.nobody();
    }
    double usualVisit = 0;
    if (study != null) {
      ShopFacts.Funnel funnel = study.shop().funnel();
      usualVisit = funnel.visits() == 0 ? 0 : (double) funnel.bought() / funnel.visits();
    }
    double usualWeek =
        model.reports().stream()
            .filter(report -> report.target() == IntentTarget.WEEK)
            .mapToDouble(IntentReport::baseRate)
            .findFirst()
            .orElse(0);
    return new Intent(
        person
            .intent(state ->
                model.buysInVisit(
                    state,
                    sessionId.isEmpty() && asOf - state.lastMillis() < VISIT_ENDS_MILLIS
                        ? state.visitKey()
                        : sessionId,
                    asOf))
            .orElse(usualVisit),
        person
            .intent(state ->
                category.isEmpty()
                    ? model.buysInWeek(state, asOf)
                    : model.buysCategory(state, category, asOf))
            .orElse(category.isEmpty() ? usualWeek : 0),
        model.version(),
        person.intent(state -> model.why(state, category, asOf, REASONS_MAX)));
  }

  private static final int REASONS_MAX = 8;

  RuleSegments rules() {
    return rules;
  }

  /// The people of the study who are in a rule segment, as rows.
  static List<Integer> members(Findings study, RuleSegments.RuleSegment segment) {
    List<Integer> members = new ArrayList<>();
    PeopleTable people = study.people();
    for (int row = 0; row < people.size(); row++) {
      Map<PersonFact, Double> facts = new EnumMap<>(PersonFact.class);
      for (PersonFact fact : PersonFact.values()) {
        double value = people.get(fact, row);
        if (Double.isFinite(value)) {
          facts.put(fact, value);
        }
      }
      int place = study.places().get(row);
      String found = place < 0 ? "" : study.segmentation().segments().get(place).id();
      if (segment
          .rule()
          .test(new Facts(facts, people.categories(row), people.brands(row), found))) {
        members.add(row);
      }
    }
    return members;
  }

  private record Facts(
      Map<PersonFact, Double> facts,
      Map<String, Double> categories,
      Map<String, Double> brands,
      String foundSegment)
      implements FactSource {
    @Override
    public double fact(PersonFact fact) {
      return facts.getOrDefault(fact, Double.NaN);
    }

    @Override
    public double category(String category) {
      double share = 0;
      for (Map.Entry<String, Double> entry : categories.entrySet()) {
        if (isWithin(entry.getKey(), category)) {
          share += entry.getValue();
        }
      }
      return share;
    }

    private static boolean isWithin(String path, String category) {
      return path.equals(category)
          || path.startsWith(category + "/")
          || (category.indexOf('/') < 0 && ("/" + path + "/").contains("/" + category + "/"));
    }

    @Override
    public double brand(String brand) {
      return brands.getOrDefault(brand, 0.0);
    }

    @Override
    public boolean inSegment(String segmentId) {
      return foundSegment.equals(segmentId);
    }
  }
}
