// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.Reward;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The policies of a shop: they choose, log every propensity, and learn from what follows.
///
/// A decision is answered from memory and written within a fifth of a second. The state of a policy
/// is what its events make of it, in their order: every server reads the same events and so knows
/// the same, and a server that starts reads them all. A decision that was answered but not written
/// when the process is killed is lost, and its rewards are reported as unknown.
public final class Policies implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Policies.class);
  private static final int QUEUE_MAX = 100_000;
  private static final int BATCH_MAX = 1_000;
  private static final long FLUSH_MS = 200;
  private static final long WINDOW_MS = TimeUnit.DAYS.toMillis(7);

  /// What was chosen.
  public record Chosen(
      String decisionId,
      String option,
      double propensity,
      List<Double> propensities,
      long policyVersion) {}

  private record Entry(PolicyState state, long resetSequence) {}

  private final PolicyStore store;
  private final Clock clock;
  private final Supplier<RandomGenerator> random;
  private final BlockingQueue<PolicyStore.Decision> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Counter decided;
  private final ReentrantLock learning = new ReentrantLock();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread worker;
  private volatile Map<String, Entry> entries = Map.of();
  private volatile ToIntFunction<String> alsoForget = _ -> 0;
  private long learnt;

  public Policies(Database database, Clock clock, MeterRegistry meters) {
    this(database, clock, meters, ThreadLocalRandom::current);
  }

  /// @param random the source of chance of the calling thread
  Policies(Database database, Clock clock, MeterRegistry meters, Supplier<RandomGenerator> random) {
    this.store = new PolicyStore(database);
    this.clock = clock;
    this.random = random;
    this.decided =
        Counter.builder("proffer.policy.decisions")
            .description("Decisions of policies")
            .register(meters);
    catchUp();
    this.worker = Thread.ofVirtual().name("policies").start(this::work);
  }

  public List<BindableService> services() {
    return List.of(new PolicyHandler(this));
  }

  PolicyState create(PolicySpec spec) {
    try {
      new PolicyState(spec);
    } catch (IllegalArgumentException e) {
      throw invalid("spec", e);
    }
    PolicySpec written = store.create(spec);
    if (!written.equals(spec)) {
      throw ProfferException.precondition(
          ErrorReason.ERROR_REASON_PRECONDITION,
          "the policy '"
              + spec.getName()
              + "' exists with another spec; what it learnt would mean something else",
          Map.of("policy", spec.getName()));
    }
    catchUp();
    return get(spec.getName());
  }

  public PolicyState get(String policy) {
    Entry entry = entries.get(policy);
    if (entry == null) {
      // Another server may just have written it.
      catchUp();
      entry = entries.get(policy);
    }
    if (entry == null) {
      throw ProfferException.notFound(ErrorReason.ERROR_REASON_UNKNOWN_POLICY, "policy", policy);
    }
    return entry.state();
  }

  Collection<PolicyState> all() {
    catchUp();
    return entries.values().stream().map(Entry::state).toList();
  }

  /// The policy as it is known here now, or null; it never asks the database.
  public @Nullable PolicyState find(String policy) {
    Entry entry = entries.get(policy);
    return entry == null ? null : entry.state();
  }

  /// Chooses, and logs the choice.
  public Chosen choose(
      String policy, String unitId, List<String> options, String segment, double[] context) {
    return choose(policy, unitId, options, segment, context, clock.millis());
  }

  /// Chooses at a time that the caller names, and logs the choice.
  public Chosen choose(
      String policy,
      String unitId,
      List<String> options,
      String segment,
      double[] context,
      long atMillis) {
    PolicyState state = get(policy);
    PolicyState.Choice choice;
    try {
      choice = state.choose(options, segment, context, random.get());
    } catch (IllegalArgumentException e) {
      throw invalid("context", e);
    }
    String option = options.get(choice.index());
    double propensity = choice.propensities()[choice.index()];
    PolicyStore.Decision decision =
        new PolicyStore.Decision(
            UUID.randomUUID().toString(),
            policy,
            unitId,
            segment,
            option,
            String.join("\n", options),
            propensity,
            PolicyStore.print(context),
            state.version(),
            atMillis);
    if (!queue.offer(decision)) {
      // A choice that is not logged could never be learnt from.
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_OVERLOADED,
          "the decision log cannot keep up",
          Map.of(),
          java.time.Duration.ofSeconds(1));
    }
    decided.increment();
    List<Double> propensities = new ArrayList<>(options.size());
    for (double p : choice.propensities()) {
      propensities.add(p);
    }
    return new Chosen(
        decision.decisionId(), option, propensity, propensities, decision.policyVersion());
  }

  /// Learns from rewards of decisions that were made by this or another server.
  public void learn(List<Reward> rewards) {
    record(rewards);
  }

  PolicyStore.Attribution record(List<Reward> rewards) {
    flush();
    PolicyStore.Attribution attribution =
        store.reward(
            rewards,
            policy -> {
              Entry entry = entries.get(policy);
              long seconds = entry == null ? 0 : entry.state().spec().getAttributionWindowSeconds();
              return seconds == 0 ? WINDOW_MS : TimeUnit.SECONDS.toMillis(seconds);
            });
    catchUp();
    return attribution;
  }

  PolicyState reset(String policy) {
    get(policy);
    flush();
    store.reset(policy);
    catchUp();
    return get(policy);
  }

  int forget(String unitId) {
    flush();
    int forgotten = store.forget(unitId);
    catchUp();
    return forgotten + alsoForget.applyAsInt(unitId);
  }

  /// Forgets elsewhere too, whenever a person is forgotten here.
  ///
  /// @param forget takes the person's id and returns how many rows are gone
  public void alsoForget(ToIntFunction<String> forget) {
    alsoForget = forget;
  }

  /// Writes every decision that waits.
  void flush() {
    learning.lock();
    try {
      List<PolicyStore.Decision> batch = new ArrayList<>(BATCH_MAX);
      while (queue.drainTo(batch, BATCH_MAX) > 0) {
        try {
          store.decide(batch);
        } catch (RuntimeException e) {
          batch.forEach(queue::offer);
          throw e;
        }
        batch.clear();
      }
    } finally {
      learning.unlock();
    }
  }

  /// Learns from every event that is new, of this server and of others.
  void catchUp() {
    learning.lock();
    try {
      Map<String, Entry> now = new TreeMap<>();
      boolean again = false;
      for (PolicyStore.Stored stored : store.policies()) {
        String name = stored.spec().getName();
        Entry known = entries.get(name);
        if (known != null && known.resetSequence() == stored.resetSequence()) {
          now.put(name, known);
        } else {
          // New here, or reset: begin after the reset. Events before it are skipped below.
          now.put(name, new Entry(new PolicyState(stored.spec()), stored.resetSequence()));
          again |= stored.resetSequence() < learnt;
        }
      }
      if (again) {
        // Another server created or reset it, and events of it were passed over or learnt into the
        // old state: read all from the start, into fresh states, as none may be learnt twice.
        now.replaceAll(
            (_, entry) -> new Entry(new PolicyState(entry.state().spec()), entry.resetSequence()));
        learnt = 0;
      }
      List<PolicyStore.Event> events = store.after(learnt);
      while (!events.isEmpty()) {
        for (PolicyStore.Event event : events) {
          learnt = event.sequence();
          if (event.isFarewell()) {
            long person = Long.parseLong(event.decisionId());
            now.values().forEach(entry -> entry.state().forget(person));
            continue;
          }
          Entry entry = now.get(event.policy());
          if (entry == null || event.sequence() <= entry.resetSequence()) {
            continue;
          }
          PolicyState state = entry.state();
          PolicyEvent known =
              new PolicyEvent(
                  event.sequence(),
                  event.decisionId(),
                  PolicyEvent.person(event.unitId()),
                  event.segment(),
                  event.chosen(),
                  event.options().isEmpty() || !state.keepsVisits()
                      ? List.of()
                      : List.of(event.options().split("\n", -1)),
                  PolicyStore.parseContext(event.context()),
                  event.atUnixMs());
          if (event.isReward()) {
            state.reward(known, event.value(), event.valueBefore());
          } else {
            state.meet(known);
          }
        }
        events = store.after(learnt);
      }
      entries = Map.copyOf(now);
    } finally {
      learning.unlock();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      worker.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    flush();
  }

  private void work() {
    try {
      while (!closing.await(FLUSH_MS, TimeUnit.MILLISECONDS)) {
        try {
          flush();
          catchUp();
        } catch (RuntimeException e) {
          log.warn("policies do not learn now: {}", e.toString());
        }
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread; close flushes what is left.
      Thread.currentThread().interrupt();
    }
  }

  private static ProfferException invalid(String field, IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(": ");
    return ProfferException.invalidField(
        field.equals("spec") && colon > 0 ? "spec." + message.substring(0, colon) : field,
        colon > 0 ? message.substring(colon + 2) : message);
  }
}
