// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.service;

import java.io.PrintStream;
import java.util.Map;

/// A command that a plugin brings along, such as an evaluation of its models.
///
/// The command line knows the name, the options and the help of each, so that help never opens a
/// plugin; what it does is found with [java.util.ServiceLoader] in the plugin's own loader.
/// Implementations have a public constructor without arguments.
public interface ToolModule {
  /// The name of the command, such as `evaluate-nlu`.
  String name();

  /// Does the work.
  ///
  /// @param options the values of the options that were given, by name without dashes; `json` is
  ///   present when one JSON object is wanted as the last line
  /// @param out where results are printed
  /// @return whether it could do what it was asked to
  boolean run(Map<String, String> options, PrintStream out) throws Exception;
}
