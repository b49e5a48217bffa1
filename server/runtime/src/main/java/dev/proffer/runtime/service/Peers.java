// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.service;

import io.grpc.Channel;

/// Channels to the other services: in-process when this process hosts them, over the network
/// otherwise. A channel may be asked for before its service runs; calls then fail with
/// `UNAVAILABLE`.
public interface Peers {
  String FEATURE_STORE = "feature-store";
  String RANKER = "ranker";
  String CHATBOT = "chatbot";

  /// The channel to a service. The same channel is returned each time and is closed by the host.
  Channel channel(String service);
}
