// SPDX-License-Identifier: Apache-2.0

package proffer

import (
	"time"

	"github.com/google/uuid"

	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
)

// Impression says that an item was shown; RequestID and Position are those of the recommendation.
func Impression(itemID string, options ...EventOption) *featurestorev1.Event {
	return newEvent(&featurestorev1.Event{Type: featurestorev1.EventType_EVENT_TYPE_IMPRESSION, ItemId: itemID}, options)
}

// Click says that an item was opened.
func Click(itemID string, options ...EventOption) *featurestorev1.Event {
	return newEvent(&featurestorev1.Event{Type: featurestorev1.EventType_EVENT_TYPE_CLICK, ItemId: itemID}, options)
}

// AddToCart says that an item was put into the cart.
func AddToCart(itemID string, options ...EventOption) *featurestorev1.Event {
	return newEvent(
		&featurestorev1.Event{Type: featurestorev1.EventType_EVENT_TYPE_ADD_TO_CART, ItemId: itemID, Quantity: 1}, options)
}

// Purchase says that an item was bought, at this price for one unit.
func Purchase(itemID string, unitPriceMinorUnits int64, currency string, options ...EventOption) *featurestorev1.Event {
	return newEvent(&featurestorev1.Event{
		Type:                featurestorev1.EventType_EVENT_TYPE_PURCHASE,
		ItemId:              itemID,
		UnitPriceMinorUnits: unitPriceMinorUnits,
		Currency:            currency,
		Quantity:            1,
	}, options)
}

// Review says that an item was rated from 1 to 5.
func Review(itemID string, rating float64, options ...EventOption) *featurestorev1.Event {
	return newEvent(
		&featurestorev1.Event{Type: featurestorev1.EventType_EVENT_TYPE_REVIEW, ItemId: itemID, Rating: rating}, options)
}

// Search says that a text was searched for.
func Search(query string, options ...EventOption) *featurestorev1.Event {
	return newEvent(&featurestorev1.Event{Type: featurestorev1.EventType_EVENT_TYPE_SEARCH, Query: query}, options)
}

// Redemption says that a promotion was used.
func Redemption(promotionID string, options ...EventOption) *featurestorev1.Event {
	return newEvent(
		&featurestorev1.Event{Type: featurestorev1.EventType_EVENT_TYPE_REDEMPTION, PromotionId: promotionID}, options)
}

// newEvent fills in an id and the time; give them yourself to record the past.
func newEvent(event *featurestorev1.Event, options []EventOption) *featurestorev1.Event {
	for _, option := range options {
		option.event(event)
	}
	if event.EventId == "" {
		event.EventId = uuid.NewString()
	}
	if event.EventTimeUnixMs == 0 {
		event.EventTimeUnixMs = time.Now().UnixMilli()
	}
	return event
}
