// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import java.util.List;

/// A declaration is wrong. It says where and what would be right, for all problems at once.
public final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /// One thing that is wrong.
  ///
  /// @param path where in the declaration, such as `views[2].features[0].type`
  public record Problem(String path, String description) {
    @Override
    public String toString() {
      return path.isEmpty() ? description : path + ": " + description;
    }
  }

  public RegistryException(List<Problem> problems) {
    super(String.join("\n", problems.stream().map(Problem::toString).toList()));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }
}
