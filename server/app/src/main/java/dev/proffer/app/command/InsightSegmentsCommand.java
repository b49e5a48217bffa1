// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.insight.v1.GetSegmentRequest;
import dev.proffer.proto.insight.v1.GetSegmentResponse;
import dev.proffer.proto.insight.v1.ListSegmentsRequest;
import dev.proffer.proto.insight.v1.ListSegmentsResponse;
import dev.proffer.proto.insight.v1.Segment;
import dev.proffer.runtime.service.Peers;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Lists the segments.
@Command(
    name = "segments",
    description = "List the groups that people fall into, with what sets each apart.",
    footer = "./proffer insight segments --lang zh",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class InsightSegmentsCommand implements Callable<Integer> {
  @ParentCommand private InsightCommand parent;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Option(names = "--fresh", description = "Study the event log first.")
  private boolean fresh;

  @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
  private String language = "en";

  @Option(
      names = "--segment",
      paramLabel = "SEGMENT",
      description = "Show this one, with example people under pseudonyms.")
  private @Nullable String one;

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    if (one != null) {
      return show(console, one);
    }
    ListSegmentsResponse response;
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      response =
          InsightCommand.studied(engine, fresh, console)
              .listSegments(ListSegmentsRequest.getDefaultInstance());
    }
    if (session.json()) {
      console.print(Texts.json(response));
      return Commands.DONE;
    }
    Table table = new Table("segment", "name", ">people", ">change", "what sets it apart");
    for (Segment segment : response.getSegmentsList()) {
      table.row(
          segment.getSegmentId(),
          text(segment.getNamesMap(), segment.getSegmentId()),
          String.format(Locale.ROOT, "%,d", segment.getSize()),
          segment.getRule().isEmpty()
              ? String.format(Locale.ROOT, "%+.1f %%", 100 * segment.getSizeChange())
              : "",
          segment.getRule().isEmpty() ? text(segment.getDescriptionsMap(), "") : segment.getRule());
    }
    table.printTo(console);
    return Commands.DONE;
  }

  private int show(Console console, String id) throws Exception {
    GetSegmentResponse response;
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      response =
          InsightCommand.studied(engine, fresh, console)
              .getSegment(GetSegmentRequest.newBuilder().setSegmentId(id).build());
    }
    if (session.json()) {
      console.print(Texts.json(response));
      return Commands.DONE;
    }
    Segment segment = response.getSegment();
    console.print(text(segment.getNamesMap(), id));
    console.print(text(segment.getDescriptionsMap(), segment.getRule()));
    Table table = new Table("mean", ">value");
    segment.getProfileMap().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            fact -> table.row(fact.getKey(), String.format(Locale.ROOT, "%,.3f", fact.getValue())));
    table.printTo(console);
    console.print("such as " + String.join(", ", response.getExamplePseudonymsList()));
    return Commands.DONE;
  }

  private String text(Map<String, String> texts, String otherwise) {
    return texts.getOrDefault(language, texts.getOrDefault("en", otherwise));
  }
}
