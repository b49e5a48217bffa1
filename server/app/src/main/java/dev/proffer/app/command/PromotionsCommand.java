// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.CartText;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.ApplyPromotionsResponse;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CheckPromotionsRequest;
import dev.proffer.proto.promotion.v1.CheckPromotionsResponse;
import dev.proffer.proto.promotion.v1.DeletePromotionRequest;
import dev.proffer.proto.promotion.v1.DeletePromotionResponse;
import dev.proffer.proto.promotion.v1.ExportPromotionsRequest;
import dev.proffer.proto.promotion.v1.GetPromotionRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesResponse;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PlanPromotionsRequest;
import dev.proffer.proto.promotion.v1.PlanPromotionsResponse;
import dev.proffer.proto.promotion.v1.PreviewPromotionsRequest;
import dev.proffer.proto.promotion.v1.PreviewPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionChange;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceBlockingStub;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.SetPromotionStateRequest;
import dev.proffer.proto.promotion.v1.SetPromotionStateResponse;
import dev.proffer.runtime.grpc.Pages;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// What a marketer does with promotions.
@Command(
    name = "promotions",
    description = {
      "List, show, write, check and preview promotions; propose campaigns and allocate offers.",
      "",
      "A declaration is a YAML file. 'diff FILE' shows what it would change, 'apply FILE' creates and"
          + " replaces promotions, 'export' writes one. 'plan' proposes campaigns from behaviour."
    },
    footer = "./proffer promotions list",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      PromotionsCommand.ListAll.class,
      PromotionsCommand.Show.class,
      PromotionsCommand.Diff.class,
      PromotionsCommand.Apply.class,
      PromotionsCommand.Export.class,
      PromotionsCommand.Activate.class,
      PromotionsCommand.Pause.class,
      PromotionsCommand.Resume.class,
      PromotionsCommand.End.class,
      PromotionsCommand.Delete.class,
      PromotionsCommand.Check.class,
      PromotionsCommand.History.class,
      PromotionsCommand.Preview.class,
      PromotionsPlanCommand.class,
      PromotionsAllocateCommand.class
    })
final class PromotionsCommand implements Callable<Integer> {
  private final Console console;

  PromotionsCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("promotions: name what to do, such as 'promotions list'");
    return Commands.WRONG_USE;
  }

  private static PromotionServiceBlockingStub service(EngineSession engine) {
    return PromotionServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER));
  }

  /// Draft, scheduled, live, paused or ended, at a time.
  static String stateAt(Promotion promotion, long nowUnixMs) {
    return switch (promotion.getState()) {
      case PROMOTION_STATE_DRAFT -> "draft";
      case PROMOTION_STATE_PAUSED -> "paused";
      case PROMOTION_STATE_ENDED -> "ended";
      case PROMOTION_STATE_LIVE, PROMOTION_STATE_UNSPECIFIED, UNRECOGNIZED -> {
        long end = promotion.getSchedule().getEndUnixMs();
        yield promotion.getSchedule().getStartUnixMs() > nowUnixMs
            ? "scheduled"
            : end != 0 && end <= nowUnixMs ? "ended" : "live";
      }
    };
  }

  static String name(Promotion promotion, String language) {
    return promotion
        .getNamesMap()
        .getOrDefault(language, promotion.getNamesMap().values().stream().findFirst().orElse(""));
  }

  private static String time(long unixMs) {
    return unixMs == 0 ? "" : Instant.ofEpochMilli(unixMs).toString();
  }

  private static void warn(Console console, List<String> warnings) {
    warnings.forEach(warning -> console.print("warning: " + warning));
  }

  /// All promotions with their state.
  @Command(
      name = "list",
      description = "List promotions with their state: draft, scheduled, live, paused or ended.",
      footer = "./proffer promotions list --state live",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only draft, scheduled, live, paused or ended.")
    private @Nullable String state;

    @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
    private String language = "en";

    @Override
    public Integer call() throws Exception {
      if (state != null
          && !List.of("draft", "scheduled", "live", "paused", "ended").contains(state)) {
        throw new IllegalArgumentException(
            "--state: '" + state + "' (expected: draft, scheduled, live, paused or ended)");
      }
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        long now = System.currentTimeMillis();
        Table table = new Table("promotion", "state", "type", "starts", "ends", "name");
        ListPromotionsResponse.Builder all = ListPromotionsResponse.newBuilder();
        for (Promotion promotion :
            new Pages<>(
                token ->
                    service(engine)
                        .listPromotions(
                            ListPromotionsRequest.newBuilder()
                                .setPageSize(500)
                                .setPageToken(token)
                                .build()),
                ListPromotionsResponse::getPromotionsList,
                ListPromotionsResponse::getNextPageToken)) {
          if (state == null || state.equals(stateAt(promotion, now))) {
            all.addPromotions(promotion);
          }
        }
        for (Promotion promotion : all.getPromotionsList()) {
          table.row(
              promotion.getPromotionId(),
              stateAt(promotion, now),
              promotion
                  .getType()
                  .name()
                  .substring("PROMOTION_TYPE_".length())
                  .toLowerCase(Locale.ROOT),
              time(promotion.getSchedule().getStartUnixMs()),
              time(promotion.getSchedule().getEndUnixMs()),
              name(promotion, language));
        }
        table.printTo(console);
        console.print(all.getPromotionsCount() + " promotions");
        if (session.json()) {
          console.print(Texts.json(all.build()));
        }
        return Commands.DONE;
      }
    }
  }

  /// One promotion.
  @Command(
      name = "show",
      description = "Show one promotion as YAML, with its state and its last changes.",
      footer = "./proffer promotions show kitchen-15",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Show implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "ID", description = "The promotion.")
    private String id;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        Promotion promotion =
            service(engine)
                .getPromotion(GetPromotionRequest.newBuilder().setPromotionId(id).build())
                .getPromotion();
        console.print("# " + stateAt(promotion, System.currentTimeMillis()));
        for (PromotionChange change :
            service(engine)
                .listPromotionChanges(
                    ListPromotionChangesRequest.newBuilder()
                        .setPromotionId(id)
                        .setPageSize(5)
                        .build())
                .getChangesList()) {
          console.print("# " + sentence(change));
        }
        console.print(
            service(engine)
                .exportPromotions(ExportPromotionsRequest.newBuilder().addPromotionIds(id).build())
                .getYaml()
                .stripTrailing());
        if (session.json()) {
          console.print(Texts.json(promotion));
        }
        return Commands.DONE;
      }
    }
  }

  private static String sentence(PromotionChange change) {
    return time(change.getChangedAtUnixMs())
        + " version "
        + change.getCatalogueVersion()
        + " by "
        + change.getChangedBy()
        + ": "
        + change.getChange()
        + (change.getFieldsCount() == 0 ? "" : " " + String.join(", ", change.getFieldsList()));
  }

  /// What a declaration would change.
  @Command(
      name = "diff",
      description =
          "Show what a declaration would change and what is odd about it; change nothing.",
      footer = "./proffer promotions diff promotions.yaml",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Diff implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "FILE", description = "The declaration (YAML).")
    private Path file;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      String yaml = Files.readString(file);
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        PlanPromotionsResponse plan =
            service(engine)
                .planPromotions(PlanPromotionsRequest.newBuilder().setYaml(yaml).build());
        plan.getChangesList().forEach(console::print);
        warn(console, plan.getWarningsList());
        if (session.json()) {
          console.print(Texts.json(plan));
        }
        return Commands.DONE;
      }
    }
  }

  /// Makes a declaration so.
  @Command(
      name = "apply",
      aliases = {"create", "update"},
      description = "Create and replace the promotions of a declaration, all of them or none.",
      footer = "./proffer promotions apply promotions.yaml",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Apply implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "FILE", description = "The declaration (YAML).")
    private Path file;

    @Option(names = "--strict", description = "Change nothing when there is a warning.")
    private boolean strict;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      String yaml = Files.readString(file);
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        PlanPromotionsResponse plan =
            service(engine)
                .planPromotions(PlanPromotionsRequest.newBuilder().setYaml(yaml).build());
        warn(console, plan.getWarningsList());
        if (strict && plan.getWarningsCount() > 0) {
          console.say("nothing was changed: there are warnings and --strict is set");
          return Commands.FAILED;
        }
        ApplyPromotionsResponse applied =
            service(engine)
                .applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(yaml).build());
        applied.getChangesList().forEach(console::print);
        console.print("version " + applied.getCatalogueVersion());
        if (session.json()) {
          console.print(Texts.json(applied));
        }
        return Commands.DONE;
      }
    }
  }

  /// Writes a declaration.
  @Command(
      name = "export",
      description = "Write promotions as a declaration that 'apply' reads.",
      footer = "./proffer promotions export --out promotions.yaml",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Export implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(arity = "0..*", paramLabel = "ID", description = "The promotions (default: all).")
    private List<String> ids = new ArrayList<>();

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "Where to write it (default: the terminal).")
    private @Nullable Path out;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        String yaml =
            service(engine)
                .exportPromotions(
                    ExportPromotionsRequest.newBuilder().addAllPromotionIds(ids).build())
                .getYaml();
        if (out == null) {
          console.print(yaml.stripTrailing());
        } else {
          Files.writeString(out, yaml);
          console.say("written to " + out);
        }
        return Commands.DONE;
      }
    }
  }

  /// Moves promotions to a state.
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  abstract static class StateChange implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The promotions.")
    private List<String> ids;

    private final PromotionState state;

    StateChange(PromotionState state) {
      this.state = state;
    }

    @Override
    public final Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        for (String id : ids) {
          SetPromotionStateResponse set =
              service(engine)
                  .setPromotionState(
                      SetPromotionStateRequest.newBuilder()
                          .setPromotionId(id)
                          .setState(state)
                          .build());
          warn(console, set.getWarningsList());
          console.print(id + ": " + stateAt(set.getPromotion(), System.currentTimeMillis()));
          if (session.json()) {
            console.print(Texts.json(set));
          }
        }
        return Commands.DONE;
      }
    }
  }

  /// From draft to live.
  @Command(
      name = "activate",
      description = "Make drafts live inside their schedule.",
      footer = "./proffer promotions activate kitchen-15",
      mixinStandardHelpOptions = true)
  static final class Activate extends StateChange {
    Activate() {
      super(PromotionState.PROMOTION_STATE_LIVE);
    }
  }

  /// From live to paused.
  @Command(
      name = "pause",
      description = "Stop promotions from being applied until they are resumed.",
      footer = "./proffer promotions pause kitchen-15",
      mixinStandardHelpOptions = true)
  static final class Pause extends StateChange {
    Pause() {
      super(PromotionState.PROMOTION_STATE_PAUSED);
    }
  }

  /// From paused to live.
  @Command(
      name = "resume",
      description = "Let paused promotions be applied again.",
      footer = "./proffer promotions resume kitchen-15",
      mixinStandardHelpOptions = true)
  static final class Resume extends StateChange {
    Resume() {
      super(PromotionState.PROMOTION_STATE_LIVE);
    }
  }

  /// To ended.
  @Command(
      name = "end",
      description = "End promotions for good.",
      footer = "./proffer promotions end kitchen-15",
      mixinStandardHelpOptions = true)
  static final class End extends StateChange {
    End() {
      super(PromotionState.PROMOTION_STATE_ENDED);
    }
  }

  /// Away with it.
  @Command(
      name = "delete",
      description = "Remove promotions; one that was redeemed is kept and ended instead.",
      footer = "./proffer promotions delete kitchen-15",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Delete implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The promotions.")
    private List<String> ids;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        for (String id : ids) {
          DeletePromotionResponse gone =
              service(engine)
                  .deletePromotion(DeletePromotionRequest.newBuilder().setPromotionId(id).build());
          console.print(id + ": " + (gone.getEnded() ? "ended, it was redeemed" : "removed"));
        }
        return Commands.DONE;
      }
    }
  }

  /// What is odd.
  @Command(
      name = "check",
      description =
          "Warn about promotions that overlap, contradict, never apply or meet floor prices.",
      footer = "./proffer promotions check",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Check implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        CheckPromotionsResponse checked =
            service(engine).checkPromotions(CheckPromotionsRequest.getDefaultInstance());
        warn(console, checked.getWarningsList());
        console.print(checked.getWarningsCount() + " warnings");
        if (session.json()) {
          console.print(Texts.json(checked));
        }
        return Commands.DONE;
      }
    }
  }

  /// The audit trail.
  @Command(
      name = "history",
      description = "Show the audit trail of one promotion or of all, newest first.",
      footer = "./proffer promotions history kitchen-15",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class History implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "The promotion (default: all).")
    private String id = "";

    @Option(names = "--count", description = "Changes to show (default: ${DEFAULT-VALUE}).")
    private int count = 50;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        ListPromotionChangesResponse page =
            service(engine)
                .listPromotionChanges(
                    ListPromotionChangesRequest.newBuilder()
                        .setPromotionId(id)
                        .setPageSize(count)
                        .build());
        Table table =
            new Table("time", ">version", "promotion", "who", "change", "fields", "state");
        for (PromotionChange change : page.getChangesList()) {
          table.row(
              time(change.getChangedAtUnixMs()),
              change.getCatalogueVersion(),
              change.getPromotionId(),
              change.getChangedBy(),
              change.getChange(),
              String.join(", ", change.getFieldsList()),
              change.hasAfter() ? stateAt(change.getAfter(), change.getChangedAtUnixMs()) : "");
        }
        table.printTo(console);
        if (session.json()) {
          console.print(Texts.json(page));
        }
        return Commands.DONE;
      }
    }
  }

  /// As this person at this time.
  @Command(
      name = "preview",
      description = {
        "Show what a person would see at a time: offers, and a cart when items are named.",
        "Drafts and a declaration can be looked at as if they were live; nothing is changed."
      },
      footer =
          "./proffer promotions preview --user 17850 --time 2026-11-27T20:00:00+08:00 --drafts"
              + " 85123A:6",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Preview implements Callable<Integer> {
    @ParentCommand private PromotionsCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(
        arity = "0..*",
        paramLabel = "ITEM[:QUANTITY]",
        description = "The lines of a cart to price as well.")
    private List<String> lines = new ArrayList<>();

    @Option(names = "--user", paramLabel = "ID", description = "The person; none for a stranger.")
    private String user = "";

    @Option(names = "--member-level", description = "The member level, when the shop knows none.")
    private int memberLevel;

    @Option(
        names = "--time",
        paramLabel = "TIME",
        description = "When, such as 2026-11-27T20:00:00+08:00 (default: now).")
    private @Nullable String time;

    @Option(names = "--code", paramLabel = "CODE", description = "A code that was entered.")
    private List<String> codes = new ArrayList<>();

    @Option(names = "--drafts", description = "Drafts and paused promotions as if they were live.")
    private boolean drafts;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "A declaration as if it were applied and live.")
    private @Nullable Path file;

    @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
    private String language = "en";

    @Override
    public Integer call() throws Exception {
      PreviewPromotionsRequest.Builder request =
          PreviewPromotionsRequest.newBuilder()
              .setPerson(Person.newBuilder().setUserId(user).setMemberLevel(memberLevel))
              .setAtUnixMs(unixMs())
              .setWithDrafts(drafts);
      if (file != null) {
        request.setYaml(Files.readString(file));
      }
      if (!lines.isEmpty()) {
        Cart.Builder cart = Cart.newBuilder().addAllCodes(codes);
        lines.forEach(line -> cart.addLines(EvaluateCartCommand.line(line)));
        request.setCart(cart);
      }
      Console console = parent.console();
      try (EngineSession engine = session.open(console, Peers.RANKER)) {
        PreviewPromotionsResponse seen = service(engine).previewPromotions(request.build());
        Table table = new Table("offer", "ends", "what it is");
        for (Offer offer : seen.getOffersList()) {
          table.row(
              offer.getPromotionId(),
              PromotionsCommand.time(offer.getEndsAtUnixMs()),
              offer.getSummariesMap().getOrDefault(language, ""));
        }
        table.printTo(console);
        if (seen.hasCart()) {
          console.print("");
          CartText.print(console, seen.getCart(), language);
        }
        if (session.json()) {
          console.print(Texts.json(seen));
        }
        return Commands.DONE;
      }
    }

    private long unixMs() {
      if (time == null) {
        return 0;
      }
      try {
        return OffsetDateTime.parse(time).toInstant().toEpochMilli();
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(
            "--time: '" + time + "' (expected: such as 2026-11-27T20:00:00+08:00)", e);
      }
    }
  }
}
