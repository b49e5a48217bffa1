// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.runtime.service.Peers;
import java.util.Map;

/// Runs a tool that the chatbot plugin brings along.
final class PluginTool {
  private PluginTool() {}

  static int run(Console console, String name, Map<String, String> options) throws Exception {
    return ServiceModules.find(Installation.pluginFolder())
            .tool(Peers.CHATBOT, name)
            .orElseThrow(() -> new Failure(name + ": the chatbot plugin is not installed"))
            .run(options, console.out())
        ? Commands.DONE
        : Commands.FAILED;
  }
}
