// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.connection.DisconnectedEvent;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/// The servers behind a link: one, or the masters of a cluster.
///
/// The options, each set because its default would hurt:
/// - the timeout of the address bounds the handshake too, so it is the connect timeout; commands
///   get their own, or a cold JVM could never connect within 50 ms;
/// - `REJECT_COMMANDS` and a bounded queue, or callers would pile up in front of a lost server;
/// - nothing is replayed after a reconnect, or a write could happen twice;
/// - reconnects are tried at least every 500 ms, where the default backs off to 30 s;
/// - a cluster is looked at again on every sign of change, at most each 500 ms, and every 2 s.
abstract sealed class RedisNodes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisNodes.class);
  private static final int PROBE_CALLS = 3;
  private static final Duration RECONNECT_MIN = Duration.ofMillis(50);
  private static final Duration RECONNECT_MAX = Duration.ofMillis(500);

  final String name;
  final CircuitBreakerRegistry breakers;
  final ClientResources resources;
  final Duration commandTimeout;
  private final AtomicLong disconnects = new AtomicLong();
  private final Disposable subscription;
  private final Thread connector;
  volatile boolean closing;

  private RedisNodes(
      RedisLinkOptions options,
      String name,
      CircuitBreakerRegistry breakers,
      ClientResources resources) {
    this.commandTimeout = options.commandTimeout();
    this.name = name;
    this.breakers = breakers;
    this.resources = resources;
    EventBus events = resources.eventBus();
    this.subscription =
        events
            .get()
            .filter(event -> event instanceof DisconnectedEvent)
            .subscribe(_ -> disconnects.incrementAndGet());
    this.connector = Thread.ofVirtual().name("redis-connector-" + name).unstarted(this::watch);
  }

  static RedisNodes open(RedisLinkOptions options, String name, CircuitBreakerRegistry breakers) {
    ClientResources resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors())))
            .computationThreadPoolSize(2)
            .reconnectDelay(
                () -> Delay.exponential(RECONNECT_MIN, RECONNECT_MAX, 2, TimeUnit.MILLISECONDS))
            .build();
    RedisNodes nodes;
    if (options.uri().startsWith("redis-cluster://")) {
      nodes = new Many(options, name, breakers, resources);
    } else {
      nodes = new One(options, name, breakers, resources);
    }
    nodes.tryConnect();
    nodes.connector.start();
    return nodes;
  }

  /// Connects what is not connected yet; throws when it cannot.
  abstract void connect();

  abstract boolean isConnected();

  /// Groups the positions of keys by node, and by slot where a multi-key command needs it.
  abstract List<KeyGroup> group(List<byte[]> keys, boolean multiKey);

  abstract RedisClusterAsyncCommands<byte[], byte[]> commands();

  /// Sends a command on a connection that follows redirects.
  abstract <T> void dispatchAnywhere(AsyncCommand<byte[], byte[], T> command);

  /// The breaker for single commands whose node is not known here.
  CircuitBreaker wholeBreaker() {
    return breakers.circuitBreaker(name);
  }

  abstract boolean isCluster();

  long disconnects() {
    return disconnects.get();
  }

  String shortcoming() {
    if (!isConnected()) {
      return "Redis is not connected";
    }
    List<String> open =
        breakers.getAllCircuitBreakers().stream()
            .filter(breaker -> breaker.getState() != CircuitBreaker.State.CLOSED)
            .map(CircuitBreaker::getName)
            .toList();
    return open.isEmpty() ? "" : "Redis failed repeatedly: " + String.join(", ", open);
  }

  @Override
  public void close() {
    closing = true;
    connector.interrupt();
    subscription.dispose();
    closeClient();
    resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  abstract void closeClient();

  private boolean tryConnect() {
    try {
      connect();
      return true;
    } catch (RuntimeException e) {
      log.warn("{}: Redis cannot be reached yet: {}", name, e.getMessage());
      return false;
    }
  }

  /// Lettuce comes back by itself once it was connected; the first connection is ours to repeat. An
  /// open breaker is tried out here too, so that health is true also when nobody calls.
  private void watch() {
    while (!closing) {
      try {
        Thread.sleep(RECONNECT_MAX);
        if (!wasConnected()) {
          boolean _ = tryConnect();
        } else {
          probe();
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        log.debug("{}: Redis could not be tried out", name, e);
      }
    }
  }

  /// Whether there was a connection ever.
  abstract boolean wasConnected();

  /// Tries out what a breaker keeps closed off.
  abstract void probe() throws InterruptedException;

  final void probe(RedisNode node) throws InterruptedException {
    CircuitBreaker breaker = node.breaker();
    // A breaker that is half open wants to see a few calls.
    for (int call = 0; call < PROBE_CALLS; call++) {
      if (breaker.getState() == CircuitBreaker.State.CLOSED || !breaker.tryAcquirePermission()) {
        return;
      }
      long startNanos = System.nanoTime();
      AsyncCommand<byte[], byte[], String> ping =
          new AsyncCommand<>(
              new Command<>(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE)));
      try {
        node.dispatch(List.of(ping));
        ping.get(commandTimeout.toNanos(), TimeUnit.NANOSECONDS);
        breaker.onSuccess(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
      } catch (ExecutionException | TimeoutException | RuntimeException e) {
        breaker.onError(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS, e);
        return;
      }
    }
  }

  private static ClientOptions.Builder fill(
      ClientOptions.Builder builder, RedisLinkOptions options) {
    return builder
        .autoReconnect(true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .replayFilter(_ -> true)
        .requestQueueSize(options.queueMax())
        .pingBeforeActivateConnection(true)
        .suspendReconnectOnProtocolFailure(false)
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(options.connectTimeout())
                .tcpNoDelay(true)
                .keepAlive(true)
                .build())
        .timeoutOptions(
            TimeoutOptions.builder()
                .timeoutCommands(true)
                // Calls watch their own time; this only frees what they left behind.
                .fixedTimeout(options.commandTimeout().multipliedBy(2))
                .build());
  }

  /// One server, also behind Sentinel, which is asked again at every reconnect.
  static final class One extends RedisNodes {
    private final RedisClient client;
    private final RedisURI uri;
    private final int connectionsMax;
    private volatile RedisNode node;
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> first;

    One(
        RedisLinkOptions options,
        String name,
        CircuitBreakerRegistry breakers,
        ClientResources resources) {
      super(options, name, breakers, resources);
      this.uri = RedisURI.create(options.uri());
      this.uri.setTimeout(options.connectTimeout());
      this.connectionsMax = options.connections();
      this.client = RedisClient.create(resources);
      this.client.setOptions(fill(ClientOptions.builder(), options).build());
      this.node = new RedisNode(List.of(), wholeBreaker());
    }

    @Override
    void connect() {
      List<StatefulConnection<byte[], byte[]>> opened = new ArrayList<>();
      try {
        for (int i = 0; i < connectionsMax; i++) {
          opened.add(client.connect(ByteArrayCodec.INSTANCE, uri));
        }
      } catch (RuntimeException e) {
        opened.forEach(StatefulConnection::close);
        throw e;
      }
      if (opened.getFirst() instanceof StatefulRedisConnection<byte[], byte[]> connection) {
        first = connection;
      }
      node = new RedisNode(opened, wholeBreaker());
    }

    @Override
    boolean isConnected() {
      return node.isOpen();
    }

    @Override
    boolean wasConnected() {
      return first != null;
    }

    @Override
    void probe() throws InterruptedException {
      probe(node);
    }

    @Override
    List<KeyGroup> group(List<byte[]> keys, boolean multiKey) {
      if (keys.isEmpty()) {
        return List.of();
      }
      int[] positions = new int[keys.size()];
      Arrays.setAll(positions, i -> i);
      return List.of(new KeyGroup(node, positions));
    }

    @Override
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
      StatefulRedisConnection<byte[], byte[]> connection = first;
      if (connection == null) {
        throw new RedisException("Redis is not connected yet");
      }
      return connection.async();
    }

    @Override
    <T> void dispatchAnywhere(AsyncCommand<byte[], byte[], T> command) {
      node.dispatch(List.of(command));
    }

    @Override
    boolean isCluster() {
      return false;
    }

    @Override
    void closeClient() {
      client.shutdown(0, 2, TimeUnit.SECONDS);
    }
  }

  /// The masters of a cluster, each with its own breaker, so that a lost one costs only its keys.
  static final class Many extends RedisNodes {
    private final RedisClusterClient client;
    private final RedisNode nowhere;
    private final Map<String, RedisNode> nodes = new ConcurrentHashMap<>();
    private volatile @Nullable StatefulRedisClusterConnection<byte[], byte[]> cluster;

    Many(
        RedisLinkOptions options,
        String name,
        CircuitBreakerRegistry breakers,
        ClientResources resources) {
      super(options, name, breakers, resources);
      List<RedisURI> seeds =
          Stream.of(options.uri().substring("redis-cluster://".length()).split(",", -1))
              .map(address -> {
                RedisURI seed = RedisURI.create("redis://" + address.strip());
                seed.setTimeout(options.connectTimeout());
                return seed;
              })
              .toList();
      this.client = RedisClusterClient.create(resources, seeds);
      this.nowhere = new RedisNode(List.of(), breakers.circuitBreaker(name + "-no-node"));
      ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
      fill(builder, options);
      this.client.setOptions(
          builder
              .validateClusterNodeMembership(false)
              .maxRedirects(3)
              .topologyRefreshOptions(
                  ClusterTopologyRefreshOptions.builder()
                      // All adaptive triggers are on already; switching them on again is
                      // deprecated.
                      .adaptiveRefreshTriggersTimeout(Duration.ofMillis(500))
                      .refreshTriggersReconnectAttempts(1)
                      .enablePeriodicRefresh(Duration.ofSeconds(2))
                      .closeStaleConnections(true)
                      .dynamicRefreshSources(true)
                      .build())
              .build());
    }

    @Override
    void connect() {
      StatefulRedisClusterConnection<byte[], byte[]> opened =
          client.connect(ByteArrayCodec.INSTANCE);
      // Node connections open lazily and would refuse their first commands: open them now.
      for (RedisClusterNode member : opened.getPartitions()) {
        if (!member.getSlots().isEmpty()) {
          opened.getConnection(member.getNodeId());
        }
      }
      cluster = opened;
    }

    @Override
    boolean isConnected() {
      StatefulRedisClusterConnection<byte[], byte[]> connection = cluster;
      return connection != null && connection.isOpen();
    }

    @Override
    boolean wasConnected() {
      return cluster != null;
    }

    @Override
    void probe() throws InterruptedException {
      StatefulRedisClusterConnection<byte[], byte[]> connection = cluster;
      if (connection == null) {
        return;
      }
      nowhere.breaker().reset();
      wholeBreaker().reset();
      for (Map.Entry<String, RedisNode> entry : List.copyOf(nodes.entrySet())) {
        RedisClusterNode member = connection.getPartitions().getPartitionByNodeId(entry.getKey());
        if (member == null || member.getSlots().isEmpty()) {
          // A node that serves no slot any more is not missed.
          nodes.remove(entry.getKey());
          breakers.remove(entry.getValue().breaker().getName());
        } else {
          probe(entry.getValue());
        }
      }
    }

    @Override
    List<KeyGroup> group(List<byte[]> keys, boolean multiKey) {
      StatefulRedisClusterConnection<byte[], byte[]> connection = cluster;
      Map<Object, Group> groups = new HashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        int slot = SlotHash.getSlot(keys.get(i));
        RedisClusterNode member =
            connection == null ? null : connection.getPartitions().getPartitionBySlot(slot);
        RedisNode node =
            connection == null || member == null ? nowhere : nodeOf(connection, member);
        Object key = multiKey ? Integer.valueOf(slot) : node;
        groups.computeIfAbsent(key, _ -> new Group(node)).add(i);
      }
      return groups.values().stream().map(Group::toKeyGroup).toList();
    }

    private RedisNode nodeOf(
        StatefulRedisClusterConnection<byte[], byte[]> connection, RedisClusterNode member) {
      String id = member.getNodeId();
      RedisNode known = nodes.get(id);
      if (known != null && known.isOpen()) {
        return known;
      }
      CircuitBreaker breaker =
          breakers.circuitBreaker(name + "-" + id.substring(0, Math.min(8, id.length())));
      StatefulRedisConnection<byte[], byte[]> opened;
      try {
        // A lost node must not hold up the keys of the others.
        opened =
            connection.getConnectionAsync(id).get(commandTimeout.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new RedisNode(List.of(), breaker);
      } catch (ExecutionException | TimeoutException | RuntimeException e) {
        return known != null ? known : new RedisNode(List.of(), breaker);
      }
      RedisNode node = new RedisNode(List.of(opened), breaker);
      nodes.put(id, node);
      return node;
    }

    @Override
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
      StatefulRedisClusterConnection<byte[], byte[]> connection = cluster;
      if (connection == null) {
        throw new RedisException("Redis is not connected yet");
      }
      return connection.async();
    }

    @Override
    <T> void dispatchAnywhere(AsyncCommand<byte[], byte[], T> command) {
      StatefulRedisClusterConnection<byte[], byte[]> connection = cluster;
      if (connection == null) {
        throw new RedisException("Redis is not connected yet");
      }
      connection.dispatch(command);
    }

    @Override
    boolean isCluster() {
      return true;
    }

    @Override
    void closeClient() {
      client.shutdown(0, 2, TimeUnit.SECONDS);
    }

    private static final class Group {
      private final RedisNode node;
      private int[] positions = new int[8];
      private int size;

      Group(RedisNode node) {
        this.node = node;
      }

      void add(int position) {
        if (size == positions.length) {
          positions = Arrays.copyOf(positions, size * 2);
        }
        positions[size++] = position;
      }

      KeyGroup toKeyGroup() {
        return new KeyGroup(node, Arrays.copyOf(positions, size));
      }
    }
  }
}
