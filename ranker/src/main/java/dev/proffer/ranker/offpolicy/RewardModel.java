// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

/// What an action is expected to earn. The model must not have seen the decision it is asked about,
/// or the doubly robust estimators correct too little.
@FunctionalInterface
public interface RewardModel {
  double expectedReward(int decision, int action);
}
