// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.demo;

import dev.proffer.app.engine.Engine;
import dev.proffer.app.progress.Progress;
import dev.proffer.app.training.Training;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.ranker.RankerSettings;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingReport;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Makes an engine ready to be looked at: the sample shop is there, a model is trained, and all
/// parts have said that they are ready. What an earlier start did is not done again.
public final class Demo {
  /// A person of the sample shop.
  public static final String USER = "u-00017";

  public static final String QUESTION = "Are there any deals for me today?";

  // The structure of the sample shop is found long before a real shop's would be.
  private static final Duration TUNING = Duration.ofSeconds(8);
  private static final Duration READY_MAX = Duration.ofSeconds(90);
  private static final Duration READY_POLL = Duration.ofMillis(100);

  private final Engine engine;
  private final Path dataFolder;
  private final Progress progress;

  public Demo(Engine engine, Path dataFolder, Progress progress) {
    this.engine = engine;
    this.dataFolder = dataFolder;
    this.progress = progress;
  }

  /// Does what is left to do, telling about it in single lines.
  public void prepare(Consumer<String> say) throws IOException, InterruptedException {
    Channel ranker = engine.peers().channel(Peers.RANKER);
    Channel featureStore = engine.peers().channel(Peers.FEATURE_STORE);
    boolean isNew =
        new DemoShop(dataFolder, Clock.systemUTC()).load(ranker, featureStore, progress);
    if (!isNew) {
      say.accept("the sample shop is there already");
    }
    if (isNew || !hasModel(ranker)) {
      TrainingOptions usual = TrainingOptions.DEFAULT;
      TrainingReport report =
          Training.run(
              ranker,
              featureStore,
              dataFolder.resolve(engine.settings().get(RankerSettings.MODELS_FOLDER)),
              // A demo is not to be waited for: it does without sources that are learned as a
              // whole.
              new TrainingOptions(
                      TUNING, usual.tuningCases(), 2_000, usual.threads(), usual.activate())
                  .withSources(TrainingOptions.SourceChoice.parse("none")),
              progress);
      say.accept(
          String.format(
              Locale.ROOT,
              "trained model %s: NDCG@10 %.3f on test, popularity %.3f",
              report.version(),
              report.row("test", "blend").ndcg10(),
              report.row("test", "popularity-plain").ndcg10()));
    }
    awaitReady(say);
  }

  /// A cart of what is recommended to the person, as arguments of `evaluate-cart`.
  public static String cart(Channel ranker) {
    return RecommenderServiceGrpc.newBlockingStub(ranker)
        .recommend(RecommendRequest.newBuilder().setUserId(USER).setK(3).build())
        .getItemsList()
        .stream()
        .map(item -> item.getItemId() + ":2")
        .collect(Collectors.joining(" "));
  }

  private static boolean hasModel(Channel ranker) {
    return ModelServiceGrpc.newBlockingStub(ranker)
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList()
        .stream()
        .anyMatch(Model::getActive);
  }

  /// Waits until no service lacks anything, or says what is still missing when that takes too long.
  private void awaitReady(Consumer<String> say) throws InterruptedException {
    long deadline = System.nanoTime() + READY_MAX.toNanos();
    boolean told = false;
    while (true) {
      Map<String, List<Shortcoming>> lacking = engine.status();
      lacking.values().removeIf(List::isEmpty);
      if (lacking.isEmpty()) {
        return;
      }
      if (!told) {
        say.accept("waiting for " + text(lacking) + " …");
        told = true;
      }
      if (System.nanoTime() > deadline) {
        say.accept("going on without " + text(lacking));
        return;
      }
      Thread.sleep(READY_POLL);
    }
  }

  private static String text(Map<String, List<Shortcoming>> lacking) {
    return String.join(
        ", ",
        lacking.values().stream()
            .flatMap(List::stream)
            .map(missing -> missing.part() + " (" + missing.detail() + ")")
            .toList());
  }
}
