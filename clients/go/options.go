// SPDX-License-Identifier: Apache-2.0

package proffer

import (
	"time"

	chatbotv1 "proffer.dev/clients/go/gen/proffer/chatbot/v1"
	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
	promotionv1 "proffer.dev/clients/go/gen/proffer/promotion/v1"
	rankerv1 "proffer.dev/clients/go/gen/proffer/ranker/v1"
)

// The options of each call. An option that means nothing to a call does not compile with it.
type (
	// RecommendOption is an option of Client.Recommend.
	RecommendOption interface {
		recommend(*rankerv1.RecommendRequest)
	}
	// RankOption is an option of Client.Rank.
	RankOption interface{ rank(*rankerv1.RankRequest) }
	// SimilarOption is an option of Client.SimilarItems.
	SimilarOption interface {
		similar(*rankerv1.SimilarItemsRequest)
	}
	// SearchOption is an option of Client.SearchItems.
	SearchOption interface {
		search(*rankerv1.SearchItemsRequest)
	}
	// EvaluateOption is an option of Client.EvaluateCart.
	EvaluateOption interface {
		evaluate(*promotionv1.EvaluateCartRequest)
	}
	// OffersOption is an option of Client.ListOffers.
	OffersOption interface {
		offers(*promotionv1.ListOffersRequest)
	}
	// ChatOption is an option of Client.Chat and Client.ChatStream.
	ChatOption interface{ chat(*chatbotv1.ChatRequest) }
	// EventOption is an option of events such as Click.
	EventOption interface{ event(*featurestorev1.Event) }
)

// User is the person.
type User string

func (v User) recommend(r *rankerv1.RecommendRequest)      { r.UserId = string(v) }
func (v User) rank(r *rankerv1.RankRequest)                { r.UserId = string(v) }
func (v User) similar(r *rankerv1.SimilarItemsRequest)     { r.UserId = string(v) }
func (v User) search(r *rankerv1.SearchItemsRequest)       { r.UserId = string(v) }
func (v User) evaluate(r *promotionv1.EvaluateCartRequest) { person(&r.Person).UserId = string(v) }
func (v User) offers(r *promotionv1.ListOffersRequest)     { person(&r.Person).UserId = string(v) }
func (v User) chat(r *chatbotv1.ChatRequest)               { r.UserId = string(v) }
func (v User) event(r *featurestorev1.Event)               { r.UserId = string(v) }

func person(p **promotionv1.Person) *promotionv1.Person {
	if *p == nil {
		*p = &promotionv1.Person{}
	}
	return *p
}

// Session is the visit.
type Session string

func (v Session) recommend(r *rankerv1.RecommendRequest) { r.SessionId = string(v) }
func (v Session) rank(r *rankerv1.RankRequest)           { r.SessionId = string(v) }
func (v Session) chat(r *chatbotv1.ChatRequest)          { r.SessionId = string(v) }
func (v Session) event(r *featurestorev1.Event)          { r.SessionId = string(v) }

// Limit is the number of items; the default is 10, and for Rank all.
type Limit int32

func (v Limit) recommend(r *rankerv1.RecommendRequest)  { r.K = int32(v) }
func (v Limit) rank(r *rankerv1.RankRequest)            { r.K = int32(v) }
func (v Limit) similar(r *rankerv1.SimilarItemsRequest) { r.K = int32(v) }
func (v Limit) search(r *rankerv1.SearchItemsRequest)   { r.K = int32(v) }

type explain struct{}

// Explain asks for reasons: of items, or of promotions that do not apply.
func Explain() interface {
	RecommendOption
	RankOption
	EvaluateOption
} {
	return explain{}
}

func (explain) recommend(r *rankerv1.RecommendRequest)      { r.Explain = true }
func (explain) rank(r *rankerv1.RankRequest)                { r.Explain = true }
func (explain) evaluate(r *promotionv1.EvaluateCartRequest) { r.Explain = true }

type recent []string

// Recent are the latest items of the session, oldest first, beyond what the event log knows.
func Recent(itemIDs ...string) interface {
	RecommendOption
	RankOption
} {
	return recent(itemIDs)
}

func (v recent) recommend(r *rankerv1.RecommendRequest) { r.RecentItemIds = v }
func (v recent) rank(r *rankerv1.RankRequest)           { r.RecentItemIds = v }

type inCart []string

// InCart are the items in the cart.
func InCart(itemIDs ...string) interface {
	RecommendOption
	RankOption
} {
	return inCart(itemIDs)
}

func (v inCart) recommend(r *rankerv1.RecommendRequest) { moment(&r.Context).CartItemIds = v }
func (v inCart) rank(r *rankerv1.RankRequest)           { moment(&r.Context).CartItemIds = v }

func moment(c **rankerv1.RequestContext) *rankerv1.RequestContext {
	if *c == nil {
		*c = &rankerv1.RequestContext{}
	}
	return *c
}

type filter struct{ *rankerv1.ItemFilter }

// Filter limits the items.
func Filter(f *rankerv1.ItemFilter) interface {
	RecommendOption
	SimilarOption
	SearchOption
} {
	return filter{f}
}

func (v filter) recommend(r *rankerv1.RecommendRequest)  { r.Filter = v.ItemFilter }
func (v filter) similar(r *rankerv1.SimilarItemsRequest) { r.Filter = v.ItemFilter }
func (v filter) search(r *rankerv1.SearchItemsRequest)   { r.Filter = v.ItemFilter }

type who struct{ *promotionv1.Person }

// Person is who buys, as far as promotions ask; it replaces User where both are given.
func Person(p *promotionv1.Person) interface {
	RecommendOption
	EvaluateOption
	OffersOption
} {
	return who{p}
}

func (v who) recommend(r *rankerv1.RecommendRequest)      { r.Person = v.Person }
func (v who) evaluate(r *promotionv1.EvaluateCartRequest) { r.Person = v.Person }
func (v who) offers(r *promotionv1.ListOffersRequest)     { r.Person = v.Person }

// Channel is where the person is, such as "app" or "web".
type Channel string

func (v Channel) recommend(r *rankerv1.RecommendRequest)  { moment(&r.Context).Channel = string(v) }
func (v Channel) rank(r *rankerv1.RankRequest)            { moment(&r.Context).Channel = string(v) }
func (v Channel) similar(r *rankerv1.SimilarItemsRequest) { moment(&r.Context).Channel = string(v) }
func (v Channel) search(r *rankerv1.SearchItemsRequest)   { moment(&r.Context).Channel = string(v) }
func (v Channel) offers(r *promotionv1.ListOffersRequest) { r.Channel = string(v) }
func (v Channel) chat(r *chatbotv1.ChatRequest)           { r.Channel = string(v) }
func (v Channel) event(r *featurestorev1.Event)           { r.Channel = string(v) }

// Region is the ISO 3166 code.
type Region string

func (v Region) recommend(r *rankerv1.RecommendRequest)  { moment(&r.Context).Region = string(v) }
func (v Region) rank(r *rankerv1.RankRequest)            { moment(&r.Context).Region = string(v) }
func (v Region) similar(r *rankerv1.SimilarItemsRequest) { moment(&r.Context).Region = string(v) }
func (v Region) search(r *rankerv1.SearchItemsRequest)   { moment(&r.Context).Region = string(v) }
func (v Region) offers(r *promotionv1.ListOffersRequest) { r.Region = string(v) }
func (v Region) chat(r *chatbotv1.ChatRequest)           { r.Region = string(v) }
func (v Region) event(r *featurestorev1.Event)           { r.Region = string(v) }

// Language is "en" or "zh".
type Language string

func (v Language) recommend(r *rankerv1.RecommendRequest) { moment(&r.Context).Language = string(v) }
func (v Language) rank(r *rankerv1.RankRequest)           { moment(&r.Context).Language = string(v) }
func (v Language) chat(r *chatbotv1.ChatRequest)          { r.Language = string(v) }

// Page is the page or placement, such as "home" or "cart".
type Page string

func (v Page) recommend(r *rankerv1.RecommendRequest) { moment(&r.Context).Page = string(v) }
func (v Page) rank(r *rankerv1.RankRequest)           { moment(&r.Context).Page = string(v) }

// RequestID identifies a decision: choose it in Recommend and Rank, and send the one of the reply with events.
type RequestID string

func (v RequestID) recommend(r *rankerv1.RecommendRequest) { r.RequestId = string(v) }
func (v RequestID) rank(r *rankerv1.RankRequest)           { r.RequestId = string(v) }
func (v RequestID) event(r *featurestorev1.Event)          { r.RequestId = string(v) }

type at time.Time

// At is another time than now: a preview for calls, when it happened for events.
func At(t time.Time) interface {
	RecommendOption
	RankOption
	SimilarOption
	SearchOption
	EvaluateOption
	OffersOption
	EventOption
} {
	return at(t)
}

func (v at) ms() int64                                   { return time.Time(v).UnixMilli() }
func (v at) recommend(r *rankerv1.RecommendRequest)      { moment(&r.Context).AtUnixMs = v.ms() }
func (v at) rank(r *rankerv1.RankRequest)                { moment(&r.Context).AtUnixMs = v.ms() }
func (v at) similar(r *rankerv1.SimilarItemsRequest)     { moment(&r.Context).AtUnixMs = v.ms() }
func (v at) search(r *rankerv1.SearchItemsRequest)       { moment(&r.Context).AtUnixMs = v.ms() }
func (v at) evaluate(r *promotionv1.EvaluateCartRequest) { r.AtUnixMs = v.ms() }
func (v at) offers(r *promotionv1.ListOffersRequest)     { r.AtUnixMs = v.ms() }
func (v at) event(r *featurestorev1.Event)               { r.EventTimeUnixMs = v.ms() }

type types []promotionv1.PromotionType

// Types limits offers to these types.
func Types(t ...promotionv1.PromotionType) OffersOption { return types(t) }

func (v types) offers(r *promotionv1.ListOffersRequest) { r.Types = v }

// PageSize is how many entries of a list are fetched at a time.
type PageSize int32

func (v PageSize) offers(r *promotionv1.ListOffersRequest) { r.PageSize = int32(v) }

// Conversation continues a conversation.
type Conversation string

func (v Conversation) chat(r *chatbotv1.ChatRequest) { r.ConversationId = string(v) }

// Turn identifies a turn; a second call with the same one gets the first answer.
type Turn string

func (v Turn) chat(r *chatbotv1.ChatRequest) { r.TurnId = string(v) }

type withCart struct{ *Cart }

// WithCart is what the shopper has in the cart, for questions about it.
func WithCart(cart *Cart) ChatOption { return withCart{cart} }

func (v withCart) chat(r *chatbotv1.ChatRequest) { r.Cart = v.message }

// EventID identifies an event for all time; a second one with the same id is dropped.
type EventID string

func (v EventID) event(r *featurestorev1.Event) { r.EventId = string(v) }

// Position is where the item stood, from 1.
type Position int32

func (v Position) event(r *featurestorev1.Event) { r.Position = int32(v) }

// Quantity is the number of units; the default is 1.
type Quantity int32

func (v Quantity) event(r *featurestorev1.Event) { r.Quantity = int32(v) }

// Promotion is the promotion that was shown, opened or used.
type Promotion string

func (v Promotion) event(r *featurestorev1.Event) { r.PromotionId = string(v) }

// Order groups the purchases of one order.
type Order string

func (v Order) event(r *featurestorev1.Event) { r.OrderId = string(v) }

// Text is the text of a review.
type Text string

func (v Text) event(r *featurestorev1.Event) { r.Text = string(v) }

// Attributes are further facts of the shop.
type Attributes map[string]string

func (v Attributes) event(r *featurestorev1.Event) { r.Attributes = v }
