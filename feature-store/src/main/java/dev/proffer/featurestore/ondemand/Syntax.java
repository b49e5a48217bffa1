// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import java.util.List;

/// An expression as it is written. Operators are calls of functions of their name.
@SuppressWarnings("AvoidCommonTypeNames") // Always written as Syntax.Number.
sealed interface Syntax {
  /// Where it begins in the text, from 0.
  int at();

  /// A number, or a time such as `7d` in seconds.
  record Number(double value, int at) implements Syntax {}

  record Truth(boolean value, int at) implements Syntax {}

  record Text(String value, int at) implements Syntax {}

  /// A feature or a value of the request, such as `price` or `user_activity.clicks_7d`.
  record Name(String name, int at) implements Syntax {}

  record Call(String function, List<Syntax> arguments, int at) implements Syntax {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }
}
