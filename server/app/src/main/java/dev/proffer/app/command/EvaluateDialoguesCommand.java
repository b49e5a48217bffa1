// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.console.Failure;
import dev.proffer.app.demo.DemoShop;
import dev.proffer.app.dialogue.DialogueRun;
import dev.proffer.app.dialogue.DialogueScript;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageState;
import dev.proffer.proto.chatbot.v1.LanguageStatus;
import dev.proffer.proto.chatbot.v1.ListLanguagesRequest;
import dev.proffer.proto.chatbot.v1.UnderstandRequest;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.runtime.service.Peers;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Holds scripted conversations with the bot and says how many of them worked out.
@Command(
    name = "evaluate-dialogues",
    description =
        "Hold scripted conversations with the chatbot and count completed and grounded ones.",
    footer = "./proffer evaluate-dialogues chatbot/dialogues/en.yaml --sample-shop --json",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class EvaluateDialoguesCommand implements Callable<Integer> {
  private static final int READY_WAIT_SECONDS = 600;
  private static final int NAMES_WAIT_SECONDS = 120;
  private static final Set<String> NAMES = Set.of("product", "category", "brand");

  private final Console console;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "YAML files of dialogues.")
  private List<Path> files;

  @Option(
      names = "--sample-shop",
      description = "Bring the sample shop into the data folder first, once.")
  private boolean sampleShop;

  @Option(names = "--faults", description = "How many faults to print (default: 20).")
  private int faults = 20;

  EvaluateDialoguesCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    DialogueRun run = hold(console, session, files, sampleShop);
    print(console, run, faults, session.json());
    return Commands.DONE;
  }

  static DialogueRun hold(
      Console console, SessionOptions session, List<Path> files, boolean sampleShop)
      throws Exception {
    for (Path file : files) {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": cannot be read");
      }
    }
    try (EngineSession engine =
        session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER, Peers.CHATBOT)) {
      if (sampleShop) {
        openSampleShop(console, session, engine);
      }
      Channel channel = engine.channel(Peers.CHATBOT);
      awaitReady(channel, engine.channel(Peers.RANKER));
      var stub = ChatServiceGrpc.newBlockingStub(channel);
      DialogueRun run =
          new DialogueRun(turn -> stub.withDeadlineAfter(60, TimeUnit.SECONDS).chat(turn));
      for (Path file : files) {
        DialogueScript.read(file).forEach(run::hold);
      }
      return run;
    }
  }

  /// Brings the sample shop into the data folder of a session, unless it is there.
  static void openSampleShop(Console console, SessionOptions session, EngineSession engine)
      throws IOException {
    new DemoShop(session.folder().path(), Clock.systemUTC())
        .load(
            engine.channel(Peers.RANKER),
            engine.channel(Peers.FEATURE_STORE),
            new ConsoleProgress(console, Clock.systemUTC()));
  }

  /// What is measured is the bot as it is after its start, with the names of the catalogue.
  static void awaitReady(Channel chatbot, Channel ranker) throws InterruptedException {
    var languages = LanguageServiceGrpc.newBlockingStub(chatbot);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_WAIT_SECONDS);
    while (languages
            .listLanguages(ListLanguagesRequest.getDefaultInstance())
            .getLanguagesList()
            .stream()
            .anyMatch(language -> language.getState() == LanguageState.LANGUAGE_STATE_LOADING)
        && System.nanoTime() < deadline) {
      Thread.sleep(200);
    }
    // The bot looks for changes of the catalogue now and then: it knows one item when it knows all.
    deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(NAMES_WAIT_SECONDS);
    for (Item item :
        CatalogueServiceGrpc.newBlockingStub(ranker)
            .listItems(ListItemsRequest.newBuilder().setPageSize(1).build())
            .getItemsList()) {
      for (LanguageStatus language :
          languages.listLanguages(ListLanguagesRequest.getDefaultInstance()).getLanguagesList()) {
        String title = item.getTitlesOrDefault(language.getLanguage(), "");
        if (language.getState() == LanguageState.LANGUAGE_STATE_READY && !title.isEmpty()) {
          UnderstandRequest asked =
              UnderstandRequest.newBuilder()
                  .setText(title)
                  .setLanguage(language.getLanguage())
                  .build();
          while (languages.understand(asked).getEntitiesList().stream()
                  .noneMatch(entity -> NAMES.contains(entity.getType()))
              && System.nanoTime() < deadline) {
            Thread.sleep(200);
          }
        }
      }
    }
  }

  static void print(Console console, DialogueRun run, int faults, boolean json) {
    run.faults().stream()
        .limit(faults)
        .forEach(fault ->
            console.print(
                fault.dialogue()
                    + ", turn "
                    + fault.turn()
                    + " \""
                    + fault.text()
                    + "\": "
                    + fault.wrong()));
    String figures =
        String.format(
            Locale.ROOT,
            "{\"dialogues\":%d,\"turns\":%d,\"completed\":%.4f,\"grounded\":%.4f,\"slot_f1\":%.4f,"
                + "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"faults\":%d}",
            run.dialogues(),
            run.turns(),
            run.completed(),
            run.grounded(),
            run.slotF1(),
            run.millis(0.5),
            run.millis(0.99),
            run.faults().size());
    if (!json) {
      console.print(
          String.format(
              Locale.ROOT,
              "%d dialogues, %d turns: %.1f %% completed, %.1f %% grounded, slot F1 %.1f %%, p50 %.1f ms, p99 %.1f ms",
              run.dialogues(),
              run.turns(),
              run.completed() * 100,
              run.grounded() * 100,
              run.slotF1() * 100,
              run.millis(0.5),
              run.millis(0.99)));
    } else {
      console.print(figures);
    }
  }
}
