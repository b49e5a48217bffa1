// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import java.util.List;
import java.util.Map;

/// What an engine is to be.
///
/// @param folder where it keeps its data
/// @param services the names of the services that it hosts
/// @param modules the services that this installation has
/// @param texts settings that differ from their defaults, as texts by key
public record EnginePlan(
    DataFolder folder, List<String> services, ServiceModules modules, Map<String, String> texts) {
  public EnginePlan {
    services = List.copyOf(services);
    texts = Map.copyOf(texts);
  }
}
