// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

/// Ways to estimate the value of a target policy. With `w` the probability of the choice under the
/// target over its propensity, `r` the reward, `q` the modelled reward and `v = Σ_a π(a) q(a)`:
///
/// Sources: IPS Horvitz & Thompson 1952; SNIPS Swaminathan & Joachims 2015; DR Dudík, Langford & Li
/// 2011; Switch-DR Wang, Agarwal & Dudík 2017; DRos Su, Dimakopoulou, Krishnamurthy & Dudík 2020.
public enum Estimator {
  /// Direct method: mean of `v`. No variance from weights, all the bias of the model.
  DM,
  /// Inverse propensity score: mean of `w r`. Unbiased, variance grows with the weights.
  IPS,
  /// Self-normalised: `Σ w r / Σ w`. Small bias, far less variance, never outside the rewards.
  SNIPS,
  /// Doubly robust: mean of `v + w (r - q)`.
  DR,
  /// Doubly robust with self-normalised correction: mean of `v` plus `Σ w (r - q) / Σ w`.
  SNDR,
  /// DR where the weight is at most τ and DM where it is more.
  SWITCH_DR,
  /// DR with optimistically shrunk weights `λ w / (w² + λ)`.
  DR_OS
}
