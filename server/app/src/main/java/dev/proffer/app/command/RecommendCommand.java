// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.RecommendationText;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Asks for recommendations and prints them with prices and reasons.
@Command(
    name = "recommend",
    description = "Recommend items to a person, with prices after promotion and reasons.",
    footer = {
      "./proffer recommend --user 17850 --k 10 --explain",
      "./proffer recommend --users people.txt --out recommendations.jsonl.gz --k 20"
    },
    mixinStandardHelpOptions = true)
final class RecommendCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Option(names = "--user", paramLabel = "ID", description = "The person; none for a stranger.")
  private String user = "";

  @Option(
      names = "--users",
      paramLabel = "FILE",
      description = "People to recommend to, one id a line, plain or gzip. It needs --out.")
  private @Nullable Path users;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where their recommendations go, one JSON object a line; gzip for .gz.")
  private @Nullable Path out;

  @Option(names = "--recent", split = ",", paramLabel = "ITEM", description = "Items just seen.")
  private List<String> recent = List.of();

  @Option(names = "--k", description = "How many items (default: 10).")
  private int k = 10;

  @Option(names = "--explain", description = "Say why, and which sources proposed each item.")
  private boolean explain;

  @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
  private String language = "en";

  @Option(names = "--category", paramLabel = "PATH", description = "Only items of this category.")
  private List<String> categories = List.of();

  @Option(names = "--on-promotion", description = "Only items with an offer for this person.")
  private boolean onPromotion;

  RecommendCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setUserId(user)
            .addAllRecentItemIds(recent)
            .setK(k)
            .setExplain(explain)
            .setContext(RequestContext.newBuilder().setLanguage(language).setChannel("cli"))
            .setFilter(
                ItemFilter.newBuilder().addAllCategories(categories).setOnPromotion(onPromotion))
            .build();
    if ((users == null) != (out == null)) {
      throw new IllegalArgumentException("--users and --out: each needs the other");
    }
    if (users != null && out != null) {
      if (!user.isEmpty()) {
        throw new IllegalArgumentException("--user: cannot stand beside --users");
      }
      if (!Files.isRegularFile(users)) {
        throw new Failure(users + ": there is no such file");
      }
      try (EngineSession engine = session.open(console, Peers.FEATURE_STORE, Peers.RANKER)) {
        BatchRecommendation.Done done =
            new BatchRecommendation(console, engine.channel(Peers.RANKER), request).run(users, out);
        if (done.degraded() > 0) {
          console.say(done.degraded() + " of them were made with less than everything");
        }
        if (done.refused() > 0) {
          throw new Failure(
              "ids that were refused: "
                  + done.refused()
                  + "; "
                  + out
                  + " says why, the others are done");
        }
      }
      return Commands.DONE;
    }
    try (EngineSession engine = session.open(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      RecommendResponse response =
          RecommenderServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER)).recommend(request);
      if (session.json()) {
        console.print(Texts.json(response));
      } else {
        RecommendationText.print(console, response, language, explain);
      }
    }
    return Commands.DONE;
  }
}
