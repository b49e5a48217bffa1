// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.experiment.v1.AttributionRule;
import dev.proffer.proto.experiment.v1.CreatePolicyRequest;
import dev.proffer.proto.experiment.v1.ForgetUnitRequest;
import dev.proffer.proto.experiment.v1.ListPoliciesRequest;
import dev.proffer.proto.experiment.v1.Policy;
import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicyServiceGrpc;
import dev.proffer.proto.experiment.v1.PolicyServiceGrpc.PolicyServiceBlockingStub;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.ResetPolicyRequest;
import dev.proffer.proto.experiment.v1.RewardMetric;
import dev.proffer.runtime.service.Peers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// Policies: write them, look at what they have learnt, and make them forget.
@Command(
    name = "policies",
    description = "Write policies that choose offers, rankers and layouts, list, reset and erase.",
    footer = "./proffer policies create gifts --kind linear-thompson --features 8 --reward margin",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      PoliciesCommand.ListAll.class,
      PoliciesCommand.Create.class,
      PoliciesCommand.Reset.class,
      PoliciesCommand.Forget.class
    })
final class PoliciesCommand implements Callable<Integer> {
  private final Console console;

  PoliciesCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("policies: name what to do, such as 'policies list'");
    return Commands.WRONG_USE;
  }

  private static <T> T ask(
      Console console, SessionOptions session, Function<PolicyServiceBlockingStub, T> question)
      throws Exception {
    try (EngineSession engine = session.open(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      return question.apply(PolicyServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER)));
    }
  }

  private static void print(Console console, SessionOptions session, List<Policy> policies)
      throws Exception {
    Table table = new Table("policy", "kind", ">decisions", ">mean reward", ">version");
    for (Policy policy : policies) {
      if (session.json()) {
        console.print(Texts.json(policy));
      }
      table.row(
          policy.getName(),
          policy.getKind(),
          String.format(Locale.ROOT, "%,d", policy.getDecisions()),
          String.format(Locale.ROOT, "%.5g", policy.getMeanReward()),
          policy.getVersion());
    }
    if (!session.json()) {
      table.printTo(console);
    }
  }

  /// The enum constant of a name as it is typed, such as `lin-ucb`.
  private static <E extends Enum<E>> E constant(
      Class<E> type, String prefix, String option, String name) {
    String wanted = prefix + name.toUpperCase(Locale.ROOT).replace('-', '_');
    for (E each : type.getEnumConstants()) {
      if (each.name().equals(wanted) && !wanted.endsWith("UNSPECIFIED")) {
        return each;
      }
    }
    List<String> known =
        List.of(type.getEnumConstants()).stream()
            .map(Enum::name)
            .filter(each -> each.startsWith(prefix) && !each.endsWith("UNSPECIFIED"))
            .map(each -> each.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList();
    throw new IllegalArgumentException(
        option + ": '" + name + "' (expected: one of " + known + ")");
  }

  /// Lists policies.
  @Command(
      name = "list",
      description = "List all policies with what they have learnt from.",
      footer = "./proffer policies list",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private PoliciesCommand parent;
    @Mixin private SessionOptions session;

    @Override
    public Integer call() throws Exception {
      print(
          parent.console(),
          session,
          ask(
              parent.console(),
              session,
              stub ->
                  stub.listPolicies(ListPoliciesRequest.getDefaultInstance()).getPoliciesList()));
      return Commands.DONE;
    }
  }

  /// Writes a policy.
  @Command(
      name = "create",
      description = {
        "Write a policy. Settings such as ranker.personal-offer-policy, or a variant of an",
        "experiment, let it decide."
      },
      footer =
          "./proffer policies create gifts --kind linear-thompson --features 8 --reward margin"
              + " --scale 2000",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Create implements Callable<Integer> {
    @ParentCommand private PoliciesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "NAME", description = "The policy.")
    private String name;

    @Option(
        names = "--kind",
        required = true,
        description = {
          "fixed, epsilon-greedy, bernoulli-thompson, gaussian-thompson, ucb1, lin-ucb,",
          "linear-thompson, square-cb or long-term."
        })
    private String kind;

    @Option(
        names = "--features",
        description = {
          "Numbers of the context, for lin-ucb, linear-thompson, square-cb and long-term: 8 for",
          "personal offers, rankers and layouts, 10 for offers of items, or what your calls send."
        })
    private int features;

    @Option(names = "--floor", description = "Share left to chance among all (default: 0.05).")
    private double floor;

    @Option(names = "--exploration", description = "How bold it is; 0 takes what the kind needs.")
    private double exploration;

    @Option(
        names = "--discount",
        description = "What an observation keeps with each later one (default: 1, all).")
    private double discount;

    @Option(
        names = "--reward",
        description = "click, purchase, revenue or margin (default: margin).")
    private String reward = "margin";

    @Option(
        names = "--scale",
        description = "Divides rewards, so that they are about 1 (default: 1).")
    private double scale;

    @Option(
        names = "--rule",
        description = "last-touch, first-touch or linear (default: last-touch).")
    private String rule = "last-touch";

    @Option(names = "--window-hours", description = "How long rewards count (default: 168).")
    private long windowHours = 168;

    @Option(
        names = "--weights",
        split = ",",
        paramLabel = "OPTION=WEIGHT",
        description = "Of a fixed policy (default: all alike).")
    private Map<String, Double> weights = new LinkedHashMap<>();

    @Option(
        names = "--patience",
        description = "Of long-term: what a reward at the next visit counts (default: 0.9).")
    private double patience;

    @Override
    public Integer call() throws Exception {
      PolicySpec spec =
          PolicySpec.newBuilder()
              .setName(name)
              .setKind(constant(PolicyKind.class, "POLICY_KIND_", "--kind", kind))
              .setFeatures(features)
              .setFloor(floor)
              .setExploration(exploration)
              .setDiscount(discount)
              .setRewardMetric(constant(RewardMetric.class, "REWARD_METRIC_", "--reward", reward))
              .setRewardScale(scale)
              .setAttributionRule(
                  constant(AttributionRule.class, "ATTRIBUTION_RULE_", "--rule", rule))
              .setAttributionWindowSeconds(Duration.ofHours(windowHours).toSeconds())
              .putAllWeights(weights)
              .setPatience(patience)
              .build();
      Policy written =
          ask(
              parent.console(),
              session,
              stub ->
                  stub.createPolicy(CreatePolicyRequest.newBuilder().setSpec(spec).build())
                      .getPolicy());
      print(parent.console(), session, List.of(written));
      return Commands.DONE;
    }
  }

  /// Makes a policy forget.
  @Command(
      name = "reset",
      description = "Forget everything that a policy has learnt, on every server.",
      footer = "./proffer policies reset gifts",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Reset implements Callable<Integer> {
    @ParentCommand private PoliciesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "NAME", description = "The policy.")
    private String name;

    @Override
    public Integer call() throws Exception {
      Policy fresh =
          ask(
              parent.console(),
              session,
              stub ->
                  stub.resetPolicy(ResetPolicyRequest.newBuilder().setPolicy(name).build())
                      .getPolicy());
      print(parent.console(), session, List.of(fresh));
      return Commands.DONE;
    }
  }

  /// Erases a person.
  @Command(
      name = "forget",
      description = "Erase every decision and reward of a person, here and in the decision log.",
      footer = "./proffer policies forget 17850",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Forget implements Callable<Integer> {
    @ParentCommand private PoliciesCommand parent;
    @Mixin private SessionOptions session;

    @Parameters(paramLabel = "PERSON", description = "The person or session.")
    private String person;

    @Override
    public Integer call() throws Exception {
      int forgotten =
          ask(
              parent.console(),
              session,
              stub ->
                  stub.forgetUnit(ForgetUnitRequest.newBuilder().setUnitId(person).build())
                      .getForgotten());
      parent
          .console()
          .print(String.format(Locale.ROOT, "%,d decisions and rewards are gone", forgotten));
      if (session.json()) {
        parent.console().print("{\"forgotten\":" + forgotten + "}");
      }
      return Commands.DONE;
    }
  }
}
