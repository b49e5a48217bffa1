// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.proto.ranker.v1.ListItemsResponse;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.decision.DecisionPages;
import dev.proffer.ranker.evaluation.RankingMetrics;
import dev.proffer.ranker.model.BatchSources;
import dev.proffer.ranker.model.BundleException;
import dev.proffer.ranker.model.ModelStore;
import dev.proffer.ranker.model.Shoppers;
import dev.proffer.ranker.model.TrainedModel;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.reranking.RankTrainer;
import dev.proffer.ranker.retrieval.BatchSource;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentMap;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.Trail;
import dev.proffer.ranker.retrieval.TrendingNext;
import dev.proffer.ranker.retrieval.Workers;
import dev.proffer.ranker.training.Cases.Case;
import dev.proffer.runtime.grpc.Pages;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Learns a model bundle from the catalogue and the event log, and says how good it is.
///
/// Steps are sorted by time and cut into train (80 %), validation (10 %) and test (10 %). A case is
/// one basket of a person who was seen before: the question is all that the person did before that
/// basket, also inside the period, while the model knows nothing after its cut; the answer is the
/// items of the basket that are new to the person. Items dealt with before are left out of every
/// list and every answer, for all rows alike. Parameters are chosen on validation alone; the
/// figures of test are those of a model of train and validation; what serves has learned from
/// everything.
public final class Trainer {
  private static final String JOURNAL = "tuning.journal";
  private static final int HISTORY_MAX = 50;
  private static final int LIST = 10;
  private static final int CANDIDATES = 300;
  private static final int WEIGHED = 100;
  private static final double EARLIER = 0.7;
  // Of the time for tuning; the rest is for the sources that are learned as a whole.
  private static final double SHARE_OF_LINKS = 0.4;
  private static final int STEPS_MIN = 100;
  private static final int PAGE = 1_000;
  private static final int DECISIONS_MAX = 200_000;
  private static final long DAY_MILLIS = 86_400_000;
  private static final DateTimeFormatter VERSION =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  private static final String PROTOCOL =
      "Events in order of time: 80 % train, 10 % validation, 10 % test. One case for each basket of"
          + " somebody seen before; the model is frozen at the cut, the history goes up to the"
          + " basket. Items that the person dealt with before are left out of all lists and"
          + " answers; ranking is over the whole catalogue. Parameters are chosen on validation,"
          + " weights on it and the tenth of the events before it; test figures are of a model of train + validation; popularity-plain counts the same"
          + " training data.";

  private final Channel catalogue;
  private final Channel featureStore;
  private final ModelStore store;
  private final TrainingOptions options;
  private final Clock clock;
  private final TrainingProgress progress;

  /// @param catalogue the ranker that holds the catalogue
  /// @param featureStore the feature store that holds the event log
  /// @param modelsFolder where bundles are
  public Trainer(
      Channel catalogue,
      Channel featureStore,
      Path modelsFolder,
      TrainingOptions options,
      Clock clock,
      TrainingProgress progress) {
    this.catalogue = catalogue;
    this.featureStore = featureStore;
    this.store = new ModelStore(modelsFolder);
    this.options = options;
    this.clock = clock;
    this.progress = progress;
  }

  private record Data(
      ItemNumbers numbers, CatalogueSnapshot snapshot, Steps steps, long eventOffset) {
    boolean inCatalogue(int item) {
      return snapshot.item(item) != null;
    }
  }

  /// Trains, measures, writes the bundle, and makes it the current one when the options say so.
  ///
  /// @throws TrainingException when there is too little to learn from, or a service is lost
  public TrainingReport train() throws TrainingException {
    long start = System.nanoTime();
    Data data = read();
    Steps steps = data.steps();
    if (steps.size() < STEPS_MIN) {
      throw new TrainingException(
          "the event log has "
              + steps.size()
              + " clicks, carts and purchases of items (expected:"
              + " at least "
              + STEPS_MIN
              + "); import or ingest events first");
    }
    int validationFrom = steps.cut(0.8);
    int testFrom = steps.cut(0.9);
    ContentSource scanned = new ContentSource(data.snapshot());
    ContentSource content = scanned.wantsGraph() ? scanned.graphed() : scanned;
    BatchLearner learner =
        new BatchLearner(steps, data.numbers().size(), options.threads(), options.seed());
    List<Case> validation = cases(data, validationFrom, testFrom, options.cases());
    List<Case> test = cases(data, testFrom, steps.size(), options.cases());
    Tuned tuned;
    NewItemStage.Result newItems = null;
    String about = about(data, validationFrom, testFrom);
    try (TrialJournal journal = TrialJournal.open(store.folder().resolve(JOURNAL), about)) {
      tuned = tune(data, content, learner, validationFrom, testFrom, journal, about);
      NewItemStage stage = newItemStage(data, content, tuned);
      if (stage != null) {
        try (TrainingProgress.Step step = progress.begin("placing new items", 1, "parts")) {
          newItems = stage.choose(validationFrom, testFrom, journal);
          step.advance(1);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new TrainingException("the trials could not be written: " + e.getMessage(), e);
    }

    List<TrainingReport.Row> rows = new ArrayList<>();
    try (TrainingProgress.Step step = progress.begin("measuring", 2, "parts")) {
      rows.addAll(measure("validation", data, content, tuned, validationFrom, validation));
      step.advance(1);
      rows.addAll(measure("test", data, content, tuned, testFrom, test));
      step.advance(1);
    }
    if (newItems != null) {
      rows.addAll(newItems.rows());
    }

    List<Decision> decisions = decisions();
    RankTrainer.Result ranking =
        rank(data, decisions, content, tuned, validationFrom, testFrom, test, rows);
    HeadReport heads = heads(data, decisions, content, tuned, validationFrom, testFrom);

    Map<String, Double> metrics = new TreeMap<>();
    for (TrainingReport.Row row : rows) {
      String name = row.part() + (row.name().equals("blend") ? "" : "." + row.name());
      metrics.put(name + ".hr@10", row.hitRate10());
      metrics.put(name + ".ndcg@10", row.ndcg10());
      metrics.put(name + ".coverage@10", row.coverage10());
    }
    metrics.putAll(heads.metrics());
    String version = VERSION.format(clock.instant());
    try (TrainingProgress.Step step = progress.begin("writing the bundle", 1, "bundles")) {
      SeqKnn seqKnn = seqKnn(steps, steps.size(), tuned.seqKnn());
      seqKnn.prune();
      List<BatchSource> batch =
          tuned.recipes().stream().map(recipe -> learner.at(recipe, steps.size())).toList();
      TrainedModel model =
          new TrainedModel(
              version,
              Instant.now(clock).toEpochMilli(),
              data.eventOffset(),
              ranking.model() != null
                  ? ranking.model().featureSetHash()
                  : heads.heads() != null ? heads.heads().featureSetHash() : "",
              tuned.weights(),
              metrics,
              seqKnn,
              popularity(steps, steps.size(), tuned.halfLifeMillis()),
              ranking.model(),
              BatchSources.of(
                  batch, map(data, content, tuned, newItems, batch), data.numbers().size()),
              heads.heads());
      store.write(model, data.numbers());
      forgetTrials();
      if (options.activate()) {
        store.activate(version);
      }
      step.advance(1);
    } catch (IOException | BundleException e) {
      throw new TrainingException("the bundle could not be written: " + e.getMessage(), e);
    }
    return new TrainingReport(
        version,
        store.folder().resolve(version),
        PROTOCOL,
        steps.size(),
        steps.people(),
        data.snapshot().count(),
        rows,
        tuned.seqKnn(),
        tuned.weights(),
        tuned.notes(),
        tuned.cutOff(),
        ranking.why(),
        heads,
        heldOut(data, content, tuned, testFrom),
        (System.nanoTime() - start) / 1e9);
  }

  private @Nullable NewItemStage newItemStage(Data data, ContentSource content, Tuned tuned) {
    for (Recipe recipe : tuned.recipes()) {
      if (recipe instanceof Recipe.Factors(ImplicitFactors.Parameters parameters)) {
        return new NewItemStage(
            data.snapshot(), data.steps(), tuned.learner(), parameters, content, options.seed());
      }
    }
    return null;
  }

  /// The map of new items, of everything; null when there are no factors for them to lie among.
  private @Nullable ContentMap map(
      Data data,
      ContentSource content,
      Tuned tuned,
      NewItemStage.@Nullable Result newItems,
      List<BatchSource> batch) {
    NewItemStage stage = newItemStage(data, content, tuned);
    for (BatchSource source : batch) {
      if (source instanceof ImplicitFactors factors && stage != null && newItems != null) {
        return stage.map(factors, newItems.ridge());
      }
    }
    return null;
  }

  /// The bundle is there: the next run begins anew.
  private void forgetTrials() throws IOException {
    for (String file : List.of(JOURNAL, SourceSearch.LAST, SourceSearch.BEST)) {
      Files.deleteIfExists(store.folder().resolve(file));
    }
  }

  /// What was decided and what followed, where something is learned from it.
  private List<Decision> decisions() throws TrainingException {
    List<Decision> decisions = new ArrayList<>();
    if (options.ranker() == TrainingOptions.RankerChoice.BLEND) {
      return decisions;
    }
    try {
      for (Decision decision : DecisionPages.of(catalogue)) {
        decisions.add(decision);
        if (decisions.size() == DECISIONS_MAX) {
          break;
        }
      }
    } catch (StatusRuntimeException e) {
      // A catalogue alone has no log.
      if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw unread(e);
      }
    }
    return decisions;
  }

  private static TrainingException unread(StatusRuntimeException e) {
    return new TrainingException(
        "features, promotions or decisions could not be read: " + e.getStatus(), e);
  }

  /// Learns to order candidates from the validation period, and measures it on test when it is
  /// better than the blend.
  private RankTrainer.Result rank(
      Data data,
      List<Decision> decisions,
      ContentSource content,
      Tuned tuned,
      int validationFrom,
      int testFrom,
      List<Case> test,
      List<TrainingReport.Row> rows)
      throws TrainingException {
    Steps steps = data.steps();
    if (options.ranker() == TrainingOptions.RankerChoice.BLEND) {
      return new RankTrainer.Result(null, 0, 0, 0, "the blend, as was asked for");
    }
    try (TrainingProgress.Step step = progress.begin("learning to order", 2, "parts")) {
      List<CandidateSource> before = sourcesAt(data, content, tuned, validationFrom);
      RankStage stage =
          new RankStage(
              catalogue,
              featureStore,
              data.numbers(),
              data.snapshot(),
              steps,
              before.stream().map(CandidateSource::name).toList(),
              tuned.weights(),
              options.threads(),
              options.seed(),
              options.ranker() == TrainingOptions.RankerChoice.LAMBDAMART);
      RankTrainer.Result result =
          stage.train(
              cases(data, validationFrom, testFrom, options.cases()),
              decisions,
              before,
              validationFrom,
              testFrom);
      step.advance(1);
      if (result.model() != null) {
        rows.addAll(stage.measure(result.model(), test, sourcesAt(data, content, tuned, testFrom)));
      }
      step.advance(1);
      return result;
    } catch (StatusRuntimeException e) {
      throw unread(e);
    }
  }

  /// Learns from the decision log how probable clicks and purchases are.
  private HeadReport heads(
      Data data,
      List<Decision> decisions,
      ContentSource content,
      Tuned tuned,
      int validationFrom,
      int testFrom)
      throws TrainingException {
    if (options.ranker() != TrainingOptions.RankerChoice.AUTO) {
      return HeadReport.none("no heads: another ranker was asked for");
    }
    try (TrainingProgress.Step step = progress.begin("learning from decisions", 1, "parts")) {
      HeadReport report =
          new HeadStage(
                  catalogue,
                  featureStore,
                  data.snapshot(),
                  data.steps(),
                  tuned.weights(),
                  new int[] {testFrom, validationFrom},
                  options.threads())
              .train(decisions, to -> sourcesAt(data, content, tuned, to));
      step.advance(1);
      return report;
    } catch (StatusRuntimeException e) {
      throw unread(e);
    }
  }

  /// The sources, with models that know nothing after a step.
  private static List<CandidateSource> sourcesAt(
      Data data, ContentSource content, Tuned tuned, int to) {
    SeqKnn seqKnn = seqKnn(data.steps(), to, tuned.seqKnn());
    seqKnn.prune();
    return sources(
        seqKnn, content, popularity(data.steps(), to, tuned.halfLifeMillis()), tuned.batch(to));
  }

  /// The model of train and validation that the figures of test are those of.
  private static HeldOutModel heldOut(Data data, ContentSource content, Tuned tuned, int testFrom) {
    Steps steps = data.steps();
    return new HeldOutModel(
        data.numbers(),
        data.snapshot(),
        steps,
        sourcesAt(data, content, tuned, testFrom),
        tuned.weights(),
        CANDIDATES,
        HISTORY_MAX,
        // A decision at the time of the last step before the cut may have led to it.
        testFrom == 0 ? 0 : steps.time(testFrom - 1) + 1);
  }

  private Data read() throws TrainingException {
    ItemNumbers numbers = new ItemNumbers();
    List<Item> items = new ArrayList<>();
    Steps steps = new Steps();
    long offset = 0;
    try {
      try (TrainingProgress.Step step = progress.begin("reading items", -1, "items")) {
        CatalogueServiceGrpc.CatalogueServiceBlockingStub listing =
            CatalogueServiceGrpc.newBlockingStub(catalogue);
        new Pages<>(
                token ->
                    listing.listItems(
                        ListItemsRequest.newBuilder()
                            .setPageSize(PAGE)
                            .setPageToken(token)
                            .build()),
                ListItemsResponse::getItemsList,
                ListItemsResponse::getNextPageToken)
            .forEach(item -> {
              items.add(item);
              step.advance(1);
            });
      }
      if (items.isEmpty()) {
        throw new TrainingException("the catalogue is empty; import or upsert items first");
      }
      FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub events =
          FeatureStoreServiceGrpc.newBlockingStub(featureStore);
      long total =
          events.getIngestStatus(GetIngestStatusRequest.getDefaultInstance()).getLogEndOffset();
      try (TrainingProgress.Step step = progress.begin("reading events", total, "events")) {
        Iterator<ReadEventsResponse> batches =
            events.readEvents(ReadEventsRequest.newBuilder().setBatchSize(PAGE).build());
        while (batches.hasNext()) {
          ReadEventsResponse batch = batches.next();
          for (Event event : batch.getEventsList()) {
            double strength = Shoppers.strength(event);
            if (strength > 0) {
              steps.add(
                  event.getUserId().isEmpty() ? "s:" + event.getSessionId() : event.getUserId(),
                  numbers.intern(event.getItemId()),
                  event.getEventTimeUnixMs(),
                  Shoppers.basketKey(event),
                  strength);
            }
          }
          offset = batch.getFirstOffset() + batch.getEventsCount();
          step.advance(batch.getEventsCount());
        }
      }
    } catch (StatusRuntimeException e) {
      throw new TrainingException("catalogue or events could not be read: " + e.getStatus(), e);
    }
    steps.sort();
    return new Data(numbers, CatalogueSnapshot.of(numbers, items), steps, offset);
  }

  private static List<Case> cases(Data data, int from, int to, int max) {
    return Cases.of(data.steps(), from, to, HISTORY_MAX, max, data::inCatalogue);
  }

  // ---- learning

  private static SeqKnn seqKnn(Steps steps, int to, SeqKnn.Parameters parameters) {
    SeqKnn model = new SeqKnn(parameters);
    Trail[] trails = new Trail[steps.people()];
    for (int i = 0; i < to; i++) {
      int person = steps.person(i);
      if (trails[person] == null) {
        trails[person] = model.newTrail();
      }
      model.learn(trails[person], steps.item(i), steps.basket(i));
    }
    return model;
  }

  private static Popularity popularity(Steps steps, int to, double halfLifeMillis) {
    Popularity model = new Popularity(halfLifeMillis);
    for (int i = 0; i < to; i++) {
      model.learn(steps.item(i), steps.time(i), steps.strength(i));
    }
    return model;
  }

  // ---- choosing parameters

  /// @param recipes of the batch sources that validation wants
  /// @param notes what became of each batch source, by name
  /// @param cutOff whether the search ended because the time was over
  private record Tuned(
      SeqKnn.Parameters seqKnn,
      double halfLifeMillis,
      Map<String, Double> weights,
      BatchLearner learner,
      List<Recipe> recipes,
      Map<String, String> notes,
      boolean cutOff) {
    List<CandidateSource> batch(int to) {
      return recipes.stream().<CandidateSource>map(recipe -> learner.at(recipe, to)).toList();
    }
  }

  /// What trials have to agree on to stand for each other.
  private String about(Data data, int trainTo, int validationTo) {
    return "events to "
        + data.eventOffset()
        + ", steps "
        + data.steps().size()
        + " cut at "
        + trainTo
        + " and "
        + validationTo
        + ", catalogue "
        + data.snapshot().count()
        + ", cases "
        + options.tuningCases()
        + ", sources "
        + options.sources()
        + ", seed "
        + options.seed();
  }

  private Tuned tune(
      Data data,
      ContentSource content,
      BatchLearner learner,
      int trainTo,
      int validationTo,
      TrialJournal journal,
      String about) {
    List<Case> cases = cases(data, trainTo, validationTo, options.tuningCases());
    Steps steps = data.steps();
    long start = System.nanoTime();
    boolean alone = !options.sources().automatic() && options.sources().names().isEmpty();
    long deadline = start + (long) (options.tuning().toNanos() * (alone ? 1 : SHARE_OF_LINKS));
    Search search;
    SeqKnn chosen;
    double halfLife = TrainedModel.HALF_LIFE_MILLIS_UNTRAINED;
    try (TrainingProgress.Step step = progress.begin("choosing parameters", -1, "trials")) {
      search = new Search(data, cases, deadline, step, journal);
      // 1. How links are read: cheap, because the counts stay.
      SeqKnn.Parameters best = search.read(seqKnn(steps, trainTo, SeqKnn.Parameters.DEFAULT));
      // 2. How links are counted, one question after the other.
      for (List<SeqKnn.Parameters> variants : countings(best)) {
        for (SeqKnn.Parameters variant : variants) {
          if (search.over()) {
            break;
          }
          SeqKnn.Parameters merged = merge(search.best(), best, variant);
          search.offer(merged, () -> seqKnn(steps, trainTo, merged));
        }
      }
      best = search.best();
      // 3. Reading again, now that the counts are others.
      chosen = seqKnn(steps, trainTo, best);
      chosen = chosen.reading(search.read(chosen));
      // 4. How fast popularity fades.
      double bestNdcg = -1;
      for (int days : new int[] {2, 5, 14, 60, 365}) {
        double ndcg =
            journal.worth(
                "half-life " + days + " days",
                () ->
                    metrics(
                            data,
                            cases,
                            only(popularity(steps, trainTo, days * (double) DAY_MILLIS)))
                        .ndcg());
        step.advance(1);
        if (ndcg > bestNdcg) {
          bestNdcg = ndcg;
          halfLife = days * (double) DAY_MILLIS;
        }
      }
    }
    // 5. Sources that are learned as a whole.
    SourceSearch batch =
        new SourceSearch(
            learner,
            steps.people(),
            trainTo,
            source -> metrics(data, cases, only(source)).ndcg(),
            options,
            journal,
            store.folder(),
            about,
            progress);
    List<SourceSearch.Tried> tried =
        cases.isEmpty() ? List.of() : batch.search(start + options.tuning().toNanos());
    // 6. What each source weighs, and which of them add nothing.
    try (TrainingProgress.Step step = progress.begin("weighing sources", -1, "trials")) {
      List<Period> periods = new ArrayList<>();
      List<Recipe> allRecipes = tried.stream().map(SourceSearch.Tried::recipe).toList();
      periods.add(
          new Period(
              cases,
              sources(
                  chosen,
                  content,
                  popularity(steps, trainTo, halfLife),
                  allRecipes.stream()
                      .<CandidateSource>map(recipe -> learner.at(recipe, trainTo))
                      .toList())));
      // What is wanted changes with the season: weights that suit two periods suit the next one
      // better. The sequence model has seen the earlier one, so with it there is only the later.
      int before = steps.cut(EARLIER);
      List<Case> earlier = cases(data, before, trainTo, options.tuningCases());
      if (!earlier.isEmpty() && allRecipes.stream().noneMatch(Recipe.Sequences.class::isInstance)) {
        periods.add(
            new Period(
                earlier,
                sources(
                    seqKnn(steps, before, search.best()),
                    content,
                    popularity(steps, before, halfLife),
                    allRecipes.stream()
                        .<CandidateSource>map(recipe -> learner.learn(recipe, before))
                        .toList())));
      }
      SourceWeights weighed =
          weigh(
              data,
              periods,
              options.sources().automatic()
                  ? tried.stream().map(one -> one.recipe().name()).toList()
                  : List.of(),
              trial -> step.advance(1));
      Map<String, String> notes = new LinkedHashMap<>(batch.notes());
      List<Recipe> recipes = new ArrayList<>();
      for (SourceSearch.Tried one : tried) {
        String name = one.recipe().name();
        boolean named = options.sources().names(name);
        boolean kept = named || weighed.kept().contains(name);
        if (kept) {
          recipes.add(one.recipe());
        } else {
          learner.forget(one.recipe());
        }
        notes.put(
            name,
            String.format(
                Locale.ROOT,
                "%s: NDCG@10 %.4f alone on validation, %s",
                named
                    ? "kept, as was asked for"
                    : kept ? "kept" : "left out, it adds nothing to the others",
                one.worth(),
                one.recipe()));
      }
      return new Tuned(
          search.best(),
          halfLife,
          weighed.weights(),
          learner,
          recipes,
          notes,
          search.wasCutOff() || batch.cutOff());
    }
  }

  /// Cases, and sources that know nothing after they begin.
  private record Period(List<Case> cases, List<CandidateSource> sources) {}

  /// Chooses weights on what all sources propose for the cases.
  private SourceWeights weigh(
      Data data,
      List<Period> periods,
      List<String> optional,
      Consumer<Map<String, Double>> trialDone) {
    List<Case> cases = periods.stream().flatMap(period -> period.cases().stream()).toList();
    @Nullable Mixture[] mixtures = new Mixture[cases.size()];
    int first = 0;
    for (Period period : periods) {
      int from = first;
      parallel(
          data,
          period.cases(),
          (i, _) -> {
            Query query = query(data, period.cases().get(i));
            mixtures[from + i] =
                Mixture.of(
                    period.cases().get(i).targets(),
                    period.sources().stream()
                        .map(source -> source.propose(query, WEIGHED))
                        .toList());
          });
      first += period.cases().size();
    }
    return SourceWeights.find(
        periods.getFirst().sources().stream().map(CandidateSource::name).toList(),
        optional,
        weights -> {
          double[] gains = new double[cases.size()];
          parallel(
              data,
              cases,
              (i, _) -> {
                Mixture mixture = mixtures[i];
                gains[i] = mixture == null ? 0 : mixture.ndcg(weights, LIST);
              });
          return gains;
        },
        trialDone);
  }

  /// Questions about counting, each with its possible answers as changes of the parameters.
  private static List<List<SeqKnn.Parameters>> countings(SeqKnn.Parameters p) {
    return List.of(
        List.of(
            counting(p, 1, p.inBasket(), p.basketPower()),
            counting(p, 6, p.inBasket(), p.basketPower())),
        List.of(
            counting(p, p.window(), 0, p.basketPower()),
            counting(p, p.window(), 0.3, p.basketPower()),
            counting(p, p.window(), 3, p.basketPower())),
        List.of(
            counting(p, p.window(), p.inBasket(), 0), counting(p, p.window(), p.inBasket(), 1)));
  }

  private static SeqKnn.Parameters counting(
      SeqKnn.Parameters p, int window, double inBasket, double basketPower) {
    return new SeqKnn.Parameters(
        window,
        inBasket,
        basketPower,
        p.alpha(),
        p.shrink(),
        p.decay(),
        p.historyMax(),
        p.linksMax());
  }

  /// The best parameters so far, with the one change that a variant makes to the base.
  private static SeqKnn.Parameters merge(
      SeqKnn.Parameters best, SeqKnn.Parameters base, SeqKnn.Parameters variant) {
    return counting(
        best,
        variant.window() == base.window() ? best.window() : variant.window(),
        variant.inBasket() == base.inBasket() ? best.inBasket() : variant.inBasket(),
        variant.basketPower() == base.basketPower() ? best.basketPower() : variant.basketPower());
  }

  /// Hill climbing over one parameter after the other, as long as there is time.
  private final class Search {
    private final Data data;
    private final List<Case> cases;
    private final long deadline;
    private final TrainingProgress.Step step;
    private final TrialJournal journal;
    private SeqKnn.Parameters best = SeqKnn.Parameters.DEFAULT;
    private double bestNdcg = -1;
    private boolean cutOff;

    Search(
        Data data,
        List<Case> cases,
        long deadline,
        TrainingProgress.Step step,
        TrialJournal journal) {
      this.journal = journal;
      this.data = data;
      this.cases = cases;
      this.deadline = deadline;
      this.step = step;
    }

    SeqKnn.Parameters best() {
      return best;
    }

    boolean over() {
      boolean over = System.nanoTime() > deadline;
      cutOff |= over;
      return over;
    }

    boolean wasCutOff() {
      return cutOff;
    }

    void offer(SeqKnn.Parameters parameters, Supplier<SeqKnn> model) {
      double ndcg =
          journal.worth(
              parameters.toString(), () -> metrics(data, cases, only(model.get())).ndcg());
      step.advance(1);
      if (ndcg > bestNdcg) {
        bestNdcg = ndcg;
        best = parameters;
      }
    }

    SeqKnn.Parameters read(SeqKnn counted) {
      if (bestNdcg < 0) {
        offer(counted.parameters(), () -> counted);
      }
      List<Function<SeqKnn.Parameters, SeqKnn.Parameters>> changes = new ArrayList<>();
      for (double decay : new double[] {0.6, 0.8, 0.9, 0.96, 1}) {
        changes.add(p -> p.reading(p.alpha(), p.shrink(), decay, p.historyMax()));
      }
      for (int history : new int[] {5, 50}) {
        changes.add(p -> p.reading(p.alpha(), p.shrink(), p.decay(), history));
      }
      for (double alpha : new double[] {0.3, 0.5, 0.7, 0.85}) {
        changes.add(p -> p.reading(alpha, p.shrink(), p.decay(), p.historyMax()));
      }
      for (double shrink : new double[] {0.5, 3, 30, 100}) {
        changes.add(p -> p.reading(p.alpha(), shrink, p.decay(), p.historyMax()));
      }
      for (Function<SeqKnn.Parameters, SeqKnn.Parameters> change : changes) {
        SeqKnn.Parameters changed = change.apply(best);
        if (over()) {
          break;
        }
        if (!changed.equals(best)) {
          offer(changed, () -> counted.reading(changed));
        }
      }
      return best;
    }
  }

  // ---- measuring

  private List<TrainingReport.Row> measure(
      String part, Data data, ContentSource content, Tuned tuned, int trainTo, List<Case> cases) {
    Steps steps = data.steps();
    List<CandidateSource> sources = sourcesAt(data, content, tuned, trainTo);
    List<TrainingReport.Row> rows = new ArrayList<>();
    rows.add(
        row(part, "blend", blended(data, cases, proposals(data, cases, sources), tuned.weights())));
    for (CandidateSource source : sources) {
      rows.add(row(part, source.name(), metrics(data, cases, only(source))));
    }
    rows.add(row(part, "popularity-plain", metrics(data, cases, only(plain(steps, trainTo)))));
    return rows;
  }

  private static List<CandidateSource> sources(
      SeqKnn seqKnn, ContentSource content, Popularity popularity, List<CandidateSource> batch) {
    List<CandidateSource> all = new ArrayList<>();
    all.add(seqKnn);
    all.add(new TrendingNext(seqKnn, popularity));
    all.add(content);
    all.add(popularity);
    all.addAll(batch);
    return List.copyOf(all);
  }

  private static TrainingReport.Row row(String part, String name, RankingMetrics metrics) {
    return new TrainingReport.Row(
        part, name, metrics.lists(), metrics.hitRate(), metrics.ndcg(), metrics.coverage());
  }

  /// Plain counts of the training data: what any model has to beat.
  private static Popularity plain(Steps steps, int to) {
    Popularity counts = new Popularity(DAY_MILLIS);
    for (int i = 0; i < to; i++) {
      counts.learn(steps.item(i), 0, 1);
    }
    return counts;
  }

  private static Function<Query, int[]> only(CandidateSource source) {
    return query -> source.propose(query, LIST).items();
  }

  private static Query query(Data data, Case one) {
    IntPredicate eligible = item -> data.inCatalogue(item) && one.isNew(item);
    return new Query(one.history(), one.atMillis(), eligible);
  }

  private RankingMetrics metrics(Data data, List<Case> cases, Function<Query, int[]> recommender) {
    return parallel(
        data,
        cases,
        (i, metrics) ->
            metrics.add(recommender.apply(query(data, cases.get(i))), cases.get(i).targets()));
  }

  private List<List<Retrieval.Proposal>> proposals(
      Data data, List<Case> cases, List<CandidateSource> sources) {
    // Each place is written by one thread.
    List<List<Retrieval.Proposal>> all =
        new ArrayList<>(Collections.nCopies(cases.size(), List.of()));
    parallel(
        data,
        cases,
        (i, _) -> {
          Query query = query(data, cases.get(i));
          List<Retrieval.Proposal> proposals = new ArrayList<>(sources.size());
          for (CandidateSource source : sources) {
            proposals.add(new Retrieval.Proposal(source, source.propose(query, CANDIDATES)));
          }
          all.set(i, proposals);
        });
    return all;
  }

  private RankingMetrics blended(
      Data data,
      List<Case> cases,
      List<List<Retrieval.Proposal>> proposals,
      Map<String, Double> weights) {
    ToDoubleFunction<String> weightOf = name -> weights.getOrDefault(name, 0.0);
    return parallel(
        data,
        cases,
        (i, metrics) ->
            metrics.add(
                new Blend(proposals.get(i), weightOf).top(LIST).items(), cases.get(i).targets()));
  }

  @FunctionalInterface
  private interface CaseWork {
    void run(int index, RankingMetrics metrics);
  }

  private RankingMetrics parallel(Data data, List<Case> cases, CaseWork work) {
    int threads = Math.min(options.threads(), Math.max(1, cases.size()));
    List<RankingMetrics> parts =
        Stream.generate(() -> new RankingMetrics(LIST, data.snapshot().count()))
            .limit(threads)
            .toList();
    Workers.run(
        "measure",
        threads,
        t -> {
          for (int i = t; i < cases.size(); i += threads) {
            work.run(i, parts.get(t));
          }
        });
    RankingMetrics total = new RankingMetrics(LIST, data.snapshot().count());
    parts.forEach(total::add);
    return total;
  }
}
