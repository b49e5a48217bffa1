// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import dev.proffer.runtime.settings.Setting;
import java.time.Duration;
import java.util.List;

/// Settings of the gRPC port and of the channels to peers.
public final class GrpcSettings {
  /// Which calls are written to the access log.
  public enum AccessLog {
    ALL,
    ERRORS,
    OFF
  }

  public static final Setting<String> HOST =
      Setting.text(
          "grpc.host", "127.0.0.1", "Address to listen on; 0.0.0.0 listens on all of them");

  public static final Setting<Integer> PORT =
      Setting.integer("grpc.port", 9090, 0, 65535, "Port to listen on; 0 takes a free one");

  public static final Setting<Boolean> REFLECTION =
      Setting.flag("grpc.reflection", true, "Whether clients may ask which services there are");

  public static final Setting<Integer> REQUEST_BYTES_MAX =
      Setting.integer(
          "grpc.request-bytes-max", 4 << 20, 1 << 10, 64 << 20, "Largest request, in bytes");

  public static final Setting<Integer> CALLS_MAX =
      Setting.integer(
          "grpc.calls-max",
          512,
          1,
          100_000,
          "Calls that may be under way at once; more are refused with RESOURCE_EXHAUSTED");

  public static final Setting<Duration> WAIT_MAX =
      Setting.duration(
          "grpc.wait-max",
          "10ms",
          "How long calls may wait for a core, on average of a tenth of a second, before some are"
              + " refused with RESOURCE_EXHAUSTED; 0s refuses none for this");

  public static final Setting<Integer> CALLS_PER_CONNECTION_MAX =
      Setting.integer(
          "grpc.calls-per-connection-max", 256, 1, 100_000, "Calls under way on one connection");

  public static final Setting<Duration> DEADLINE_DEFAULT =
      Setting.duration(
          "grpc.deadline-default", "5s", "Deadline of a unary call whose caller set none");

  public static final Setting<Duration> DEADLINE_MAX =
      Setting.duration("grpc.deadline-max", "60s", "Longest deadline of a unary call");

  public static final Setting<Duration> DRAIN_MAX =
      Setting.duration(
          "grpc.drain-max", "20s", "How long calls under way may take when the server stops");

  public static final Setting<AccessLog> ACCESS_LOG =
      Setting.oneOf(
          "grpc.access-log", AccessLog.ERRORS, AccessLog.class, "Calls to write to the access log");

  public static final Setting<String> FEATURE_STORE_ADDRESS =
      Setting.text(
          "peers.feature-store",
          "",
          "Address of the feature store when another process hosts it, such as"
              + " dns:///feature-store:9090");

  public static final Setting<String> RANKER_ADDRESS =
      Setting.text("peers.ranker", "", "Address of the ranker when another process hosts it");

  public static final Setting<String> CHATBOT_ADDRESS =
      Setting.text("peers.chatbot", "", "Address of the chatbot when another process hosts it");

  public static final Setting<Duration> PEER_DEADLINE =
      Setting.duration(
          "peers.deadline", "2s", "Deadline of a unary call to a peer that sets none of its own");

  private GrpcSettings() {}

  public static List<Setting<?>> all() {
    return List.of(
        HOST,
        PORT,
        REFLECTION,
        REQUEST_BYTES_MAX,
        CALLS_MAX,
        WAIT_MAX,
        CALLS_PER_CONNECTION_MAX,
        DEADLINE_DEFAULT,
        DEADLINE_MAX,
        DRAIN_MAX,
        ACCESS_LOG,
        FEATURE_STORE_ADDRESS,
        RANKER_ADDRESS,
        CHATBOT_ADDRESS,
        PEER_DEADLINE);
  }
}
