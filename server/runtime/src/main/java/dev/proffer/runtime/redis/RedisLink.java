// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection to Redis (one server, Sentinel or Cluster) that fails fast and comes back by
/// itself.
///
/// Every option that matters under failure is set on purpose in [RedisNodes]: queues are bounded,
/// commands are refused at once while a node is not connected, and nothing is replayed after a
/// reconnect, so that a write never happens twice behind our back. Each node has a circuit breaker;
/// a lost node costs its keys at most one timeout before they fail at once, and the other nodes
/// none. All calls block and belong on virtual threads, never on an event loop.
public final class RedisLink implements AutoCloseable {
  /// `MGET` is split at this many keys, so that one reply does not hold up a connection.
  private static final int MGET_MAX = 512;

  private static final Duration OPENING_PAUSE = Duration.ofMillis(5);

  private final RedisNodes nodes;
  private final Duration commandTimeout;

  private RedisLink(RedisNodes nodes, Duration commandTimeout) {
    this.nodes = nodes;
    this.commandTimeout = commandTimeout;
  }

  /// Opens a link. It returns also while Redis cannot be reached, and connects when it can.
  ///
  /// @param name tells links apart in metrics, such as `features-read`
  public static RedisLink open(RedisLinkOptions options, String name, MeterRegistry meters) {
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom()
            .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(20)
            .minimumNumberOfCalls(4)
            .failureRateThreshold(50)
            .waitDurationInOpenState(Duration.ofMillis(500))
            .permittedNumberOfCallsInHalfOpenState(3)
            .maxWaitDurationInHalfOpenState(Duration.ofSeconds(2))
            // An error that Redis answers with is an answer.
            .ignoreException(thrown -> thrown instanceof RedisCommandExecutionException)
            .build();
    CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(config);
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(meters);
    return new RedisLink(RedisNodes.open(options, name, breakers), options.commandTimeout());
  }

  /// Runs one command, such as `call(redis -> redis.get(key))`.
  ///
  /// @throws RedisException when Redis does not answer in time, is not connected, or refuses
  /// @throws CallNotPermittedException when it failed repeatedly just before
  public <T> T call(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    CircuitBreaker breaker = nodes.wholeBreaker();
    breaker.acquirePermission();
    long startNanos = System.nanoTime();
    try {
      T result = await(command.apply(nodes.commands()), startNanos + commandTimeout.toNanos());
      breaker.onSuccess(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
      return result;
    } catch (RuntimeException e) {
      breaker.onError(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS, e);
      throw e;
    }
  }

  /// What a batch of reads or writes came back with: one answer for each key or command.
  public static final class Answers<T> {
    private final @Nullable Object[] values;
    private final BitSet answered = new BitSet();
    private @Nullable Throwable failure;

    private Answers(int size) {
      this.values = new @Nullable Object[size];
    }

    /// The result at a position; null where there is none or nothing was answered.
    @SuppressWarnings("unchecked") // Filled with results of the commands only.
    public @Nullable T value(int position) {
      return (T) values[position];
    }

    /// Whether the command at a position was answered.
    public boolean answered(int position) {
      return answered.get(position);
    }

    /// Why the first that was not answered was not; null when all were.
    public @Nullable Throwable failure() {
      return failure;
    }

    /// Throws the failure, if there is one.
    public Answers<T> orThrow() {
      if (failure instanceof RuntimeException known) {
        throw known;
      }
      if (failure != null) {
        throw new RedisException(failure);
      }
      return this;
    }

    private void set(int position, @Nullable Object value) {
      values[position] = value;
      answered.set(position);
    }

    private void failed(Throwable thrown) {
      failure = failure == null ? thrown : failure;
    }
  }

  /// Reads many keys with one dispatch to each node. What does not arrive in time is reported as
  /// not answered; the rest is returned.
  public Answers<byte[]> mget(List<byte[]> keys, Duration timeout) {
    List<KeyGroup> chunks = new ArrayList<>();
    for (KeyGroup group : nodes.group(keys, true)) {
      if (group.positions().length <= MGET_MAX) {
        chunks.add(group);
        continue;
      }
      for (int from = 0; from < group.positions().length; from += MGET_MAX) {
        int to = Math.min(from + MGET_MAX, group.positions().length);
        chunks.add(new KeyGroup(group.node(), Arrays.copyOfRange(group.positions(), from, to)));
      }
    }
    List<Sent<byte[] @Nullable []>> sent =
        run(chunks, i -> mgetOf(chunks.get(i).positions(), keys), timeout);
    Answers<byte[]> answers = new Answers<>(keys.size());
    for (int i = 0; i < sent.size(); i++) {
      Throwable failed = sent.get(i).failure;
      if (failed != null && isSplit(failed)) {
        oneByOne(chunks.get(i).positions(), keys, timeout, answers);
        continue;
      }
      if (failed != null) {
        answers.failed(failed);
        continue;
      }
      byte[] @Nullable [] part = sent.get(i).command.join();
      int[] positions = chunks.get(i).positions();
      for (int j = 0; j < positions.length; j++) {
        answers.set(positions[j], part[j]);
      }
    }
    return answers;
  }

  /// Whether some keys of a command are on the node that a slot leaves and some on the one that it
  /// goes to.
  private static boolean isSplit(Throwable failure) {
    return failure instanceof RedisCommandExecutionException
        && String.valueOf(failure.getMessage()).startsWith("TRYAGAIN");
  }

  /// Reads keys of a slot that is moving right now: each by itself is somewhere.
  private void oneByOne(
      int[] positions, List<byte[]> keys, Duration timeout, Answers<byte[]> answers) {
    long deadlineNanos = System.nanoTime() + min(timeout, commandTimeout).toNanos();
    try {
      for (int position : positions) {
        Supplier<RedisCommand<byte[], byte[], byte[]>> get =
            () ->
                new Command<>(
                    CommandType.GET,
                    new ValueOutput<>(ByteArrayCodec.INSTANCE),
                    args().addKey(keys.get(position)));
        answers.set(position, anywhere(get, deadlineNanos).join());
      }
    } catch (RedisException e) {
      answers.failed(e);
    }
  }

  /// Runs many commands with one dispatch to each node; the order is kept for each key.
  ///
  /// @param keys the key of each command, which decides its node
  /// @param commands makes the command of a position; it may be asked twice when a slot has moved
  public <T> Answers<T> pipeline(
      List<byte[]> keys, IntFunction<RedisCommand<byte[], byte[], T>> commands, Duration timeout) {
    List<KeyGroup> singles = new ArrayList<>(keys.size());
    for (KeyGroup group : nodes.group(keys, false)) {
      for (int position : group.positions()) {
        singles.add(new KeyGroup(group.node(), new int[] {position}));
      }
    }
    List<Sent<T>> sent = run(singles, i -> commands.apply(singles.get(i).positions()[0]), timeout);
    Answers<T> answers = new Answers<>(keys.size());
    for (int i = 0; i < sent.size(); i++) {
      Throwable failed = sent.get(i).failure;
      if (failed == null) {
        answers.set(singles.get(i).positions()[0], sent.get(i).command.join());
      } else {
        answers.failed(failed);
      }
    }
    return answers;
  }

  private <T> List<Sent<T>> run(
      List<KeyGroup> groups, IntFunction<RedisCommand<byte[], byte[], T>> commands, Duration most) {
    long deadlineNanos = System.nanoTime() + min(most, commandTimeout).toNanos();
    List<Sent<T>> all = new ArrayList<>(groups.size());
    Map<RedisNode, List<Sent<T>>> byNode = new HashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      Sent<T> one = new Sent<>(new AsyncCommand<>(commands.apply(i)));
      all.add(one);
      byNode.computeIfAbsent(groups.get(i).node(), _ -> new ArrayList<>()).add(one);
    }
    long startNanos = System.nanoTime();
    byNode.forEach(RedisLink::send);
    byNode.forEach((node, list) -> await(node, list, startNanos, deadlineNanos));
    for (int i = 0; i < all.size(); i++) {
      Sent<T> one = all.get(i);
      if (one.failure != null && isRedirect(one.failure)) {
        // The slot has moved: the cluster connection follows redirects, one command at a time.
        int position = i;
        try {
          one.command = anywhere(() -> commands.apply(position), deadlineNanos);
          one.failure = null;
        } catch (RedisException e) {
          one.failure = e;
        }
      }
    }
    return all;
  }

  /// Runs a command on whatever node has its slot. The connection to that node may be opening just
  /// now and refuses commands until it is open: refused ones were not sent, so they are sent again.
  private <T> AsyncCommand<byte[], byte[], T> anywhere(
      Supplier<RedisCommand<byte[], byte[], T>> command, long deadlineNanos) {
    while (true) {
      AsyncCommand<byte[], byte[], T> sent = new AsyncCommand<>(command.get());
      try {
        nodes.dispatchAnywhere(sent);
        await(sent, deadlineNanos);
        return sent;
      } catch (RedisException e) {
        boolean refused = String.valueOf(e.getMessage()).contains("not connected");
        if (!refused || deadlineNanos - System.nanoTime() < OPENING_PAUSE.toNanos()) {
          throw e;
        }
        LockSupport.parkNanos(OPENING_PAUSE.toNanos());
      }
    }
  }

  private static <T> void send(RedisNode node, List<Sent<T>> list) {
    if (!node.breaker().tryAcquirePermission()) {
      Throwable refused = CallNotPermittedException.createCallNotPermittedException(node.breaker());
      list.forEach(one -> one.failure = refused);
      return;
    }
    long startNanos = System.nanoTime();
    try {
      List<AsyncCommand<byte[], byte[], T>> commands = new ArrayList<>(list.size());
      list.forEach(one -> commands.add(one.command));
      node.dispatch(commands);
    } catch (RuntimeException e) {
      node.breaker().onError(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS, e);
      list.forEach(one -> one.failure = e);
    }
  }

  private static <T> void await(
      RedisNode node, List<Sent<T>> list, long startNanos, long deadlineNanos) {
    if (list.getFirst().failure != null) {
      return;
    }
    Throwable failure = null;
    for (Sent<T> one : list) {
      try {
        await(one.command, failure instanceof RedisCommandTimeoutException ? 0 : deadlineNanos);
      } catch (RedisException e) {
        one.failure = e;
        failure = failure == null || isRedirect(failure) ? e : failure;
      }
    }
    long took = System.nanoTime() - startNanos;
    if (failure == null) {
      node.breaker().onSuccess(took, TimeUnit.NANOSECONDS);
    } else {
      node.breaker().onError(took, TimeUnit.NANOSECONDS, failure);
    }
  }

  private static boolean isRedirect(Throwable failure) {
    String message = failure.getMessage();
    return failure instanceof RedisCommandExecutionException
        && message != null
        && (message.startsWith("MOVED ")
            || message.startsWith("ASK ")
            || message.startsWith("TRYAGAIN"));
  }

  private static RedisCommand<byte[], byte[], byte[] @Nullable []> mgetOf(
      int[] positions, List<byte[]> keys) {
    return new Command<>(
        CommandType.MGET, new ByteArraysOutput(positions.length), new KeyArgs(keys, positions));
  }

  /// Builds a command for [#pipeline].
  public static <T> RedisCommand<byte[], byte[], T> command(
      CommandType type, CommandOutput<byte[], byte[], T> output, CommandArgs<byte[], byte[]> args) {
    return new Command<>(type, output, args);
  }

  public static CommandArgs<byte[], byte[]> args() {
    return new CommandArgs<>(ByteArrayCodec.INSTANCE);
  }

  /// What is lost, in one sentence; empty when every node answers.
  public String shortcoming() {
    return nodes.shortcoming();
  }

  /// Whether every node is connected and no breaker is open.
  public boolean isAvailable() {
    return shortcoming().isEmpty();
  }

  /// How often a connection was lost since the link was opened. A change means that acknowledged
  /// writes may have been lost in a failover.
  public long disconnects() {
    return nodes.disconnects();
  }

  /// Whether keys are spread over the slots of a cluster.
  public boolean isCluster() {
    return nodes.isCluster();
  }

  @Override
  public void close() {
    nodes.close();
  }

  static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  private static <T> T await(RedisFuture<T> future, long deadlineNanos) {
    try {
      return future
          .toCompletableFuture()
          .get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new RedisCommandTimeoutException("Redis did not answer in time");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RedisException known ? known : new RedisException(e.getCause());
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new RedisException("interrupted", e);
    }
  }

  /// One command under way, and why it failed if it did.
  private static final class Sent<T> {
    AsyncCommand<byte[], byte[], T> command;
    @Nullable Throwable failure;

    Sent(AsyncCommand<byte[], byte[], T> command) {
      this.command = command;
    }
  }
}
