// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.ondemand.Expression;
import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.row.FeatureType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The names that expressions may use: values of the request by their name, features by
/// `view.feature` or `entity.feature`, and by their own name where only one view has it.
final class OnDemandScope implements Expression.Scope {
  private final Map<String, FeatureType> sent;
  private final List<FeatureView.Declaration> views;

  OnDemandScope(Map<String, FeatureType> sent, List<FeatureView.Declaration> views) {
    this.sent = sent;
    this.views = views;
  }

  @Override
  public Input resolve(String name) {
    int dot = name.indexOf('.');
    String owner = dot < 0 ? "" : name.substring(0, dot);
    String feature = name.substring(dot + 1);
    FeatureType type = sent.get(feature);
    if (type != null && (owner.isEmpty() || owner.equals("request"))) {
      return new Input.Sent(feature, type);
    }
    boolean isView = views.stream().anyMatch(view -> view.name().equals(owner));
    List<String> owners = new ArrayList<>();
    Input found = null;
    for (FeatureView.Declaration view : views) {
      if (!owner.isEmpty() && !owner.equals(isView ? view.name() : view.entity())) {
        continue;
      }
      for (Feature candidate : view.features()) {
        if (candidate.name().equals(feature)) {
          owners.add(view.name() + "." + feature);
          found =
              new Input.Stored(view.name(), feature, candidate.type(), candidate.vectorLength());
        }
      }
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "no feature and no value of the request is named '"
              + name
              + "' (expected: view.feature, entity.feature, or a name under request)");
    }
    if (owners.size() > 1) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is in more than one view (expected: "
              + String.join(" or ", owners)
              + ")");
    }
    return found;
  }
}
