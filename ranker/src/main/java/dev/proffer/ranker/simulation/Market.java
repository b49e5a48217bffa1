// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

/// The shop's side of a simulation: decides what a visitor is offered, takes the money, and hears
/// what happened. One that runs in this process and one that asks the real services behave alike.
public interface Market {
  /// A visitor looks at an item.
  ///
  /// @param visitId unique in the simulation
  /// @param person the person's number
  /// @param context what the shop knows of the person and the moment
  @SuppressWarnings("ArrayRecordComponent") // Made for one visit.
  record Visit(String visitId, int person, Shop.Item item, double[] context, long atMillis) {}

  /// What was offered, and how probable that was.
  record Offered(Shop.Offer offer, double propensity) {}

  /// What the visitor is offered.
  Offered offer(Visit visit);

  /// The visitor opens the offer.
  void click(Visit visit);

  /// The visitor wants to buy with what was offered. False when the shop refuses because the budget
  /// of the offer is spent.
  boolean sell(Visit visit, Shop.Offer offer, long paidMinorUnits, long atMillis);

  /// A day is over: everything that happened on it may be learnt from.
  void endDay();

  /// What all uses of an offer took off.
  long spentMinorUnits(Shop.Offer offer);
}
