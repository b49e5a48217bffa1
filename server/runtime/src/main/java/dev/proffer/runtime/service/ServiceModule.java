// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.service;

import dev.proffer.runtime.settings.Setting;
import java.util.List;

/// A service that a server can host: feature store, ranker or chatbot.
///
/// Implementations have a public constructor without arguments and are found with
/// [java.util.ServiceLoader], so that the host never refers to the classes of a plugin.
public interface ServiceModule {
  /// The name in `--services` and in addresses of peers: `feature-store`, `ranker` or `chatbot`.
  String name();

  /// Every setting that it reads, its own and those of the runtime that it needs.
  List<Setting<?>> settings();

  /// Starts the service. It must not wait for peers: they may start later, or be lost at any time.
  RunningService start(ServiceContext context) throws Exception;
}
