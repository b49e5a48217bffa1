// SPDX-License-Identifier: Apache-2.0

package proffer

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/google/uuid"

	chatbotv1 "proffer.dev/clients/go/gen/proffer/chatbot/v1"
	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
	promotionv1 "proffer.dev/clients/go/gen/proffer/promotion/v1"
	rankerv1 "proffer.dev/clients/go/gen/proffer/ranker/v1"
)

const (
	defaultLimit = 10
	// The server takes 5,000 events or rows, and 4 MiB, in one request.
	batchSize = 1000
)

// Recommend chooses items for a person or a session, priced after the best promotion that is legal for them. Send
// RequestId of the reply with the events that follow, so that the choice finds its reward.
func (c *Client) Recommend(ctx context.Context, options ...RecommendOption) (*rankerv1.RecommendResponse, error) {
	request := &rankerv1.RecommendRequest{K: defaultLimit}
	for _, option := range options {
		option.recommend(request)
	}
	if request.RequestId == "" {
		// Repeated after a broken connection, it is still one decision.
		request.RequestId = uuid.NewString()
	}
	return c.Recommender.Recommend(ctx, request)
}

// Rank orders candidates that the caller brings.
func (c *Client) Rank(ctx context.Context, candidateIDs []string, options ...RankOption) (*rankerv1.RankResponse, error) {
	request := &rankerv1.RankRequest{CandidateIds: candidateIDs}
	for _, option := range options {
		option.rank(request)
	}
	if request.RequestId == "" {
		request.RequestId = uuid.NewString()
	}
	return c.Recommender.Rank(ctx, request)
}

// SimilarItems lists items like an item.
func (c *Client) SimilarItems(
	ctx context.Context, itemID string, options ...SimilarOption,
) (*rankerv1.SimilarItemsResponse, error) {
	request := &rankerv1.SimilarItemsRequest{ItemId: itemID, K: defaultLimit}
	for _, option := range options {
		option.similar(request)
	}
	return c.Recommender.SimilarItems(ctx, request)
}

// SearchItems finds items by text, in English and Chinese; an empty query lists what the filter allows.
func (c *Client) SearchItems(
	ctx context.Context, query string, options ...SearchOption,
) (*rankerv1.SearchItemsResponse, error) {
	request := &rankerv1.SearchItemsRequest{Query: query, K: defaultLimit}
	for _, option := range options {
		option.search(request)
	}
	return c.Recommender.SearchItems(ctx, request)
}

// Record makes events durable, up to 1,000 in one request. There is one result for each, in order: a bad event does not
// stop the others. After an error the results are those of the requests before.
func (c *Client) Record(ctx context.Context, events ...*featurestorev1.Event) ([]*featurestorev1.IngestResult, error) {
	results := make([]*featurestorev1.IngestResult, 0, len(events))
	for start := 0; start < len(events); start += batchSize {
		batch := events[start:min(start+batchSize, len(events))]
		reply, err := c.Features.IngestEvents(ctx, &featurestorev1.IngestEventsRequest{Events: batch})
		if err != nil {
			return results, err
		}
		results = append(results, reply.GetResults()...)
	}
	return results, nil
}

// Cart is what a person is about to buy. Amounts are in minor units of the currency; an empty currency is that of the
// catalogue.
type Cart struct{ message *promotionv1.Cart }

// NewCart is an empty cart: NewCart().Add("sku-1", 2).Code("SAVE10").
func NewCart() *Cart { return &Cart{&promotionv1.Cart{}} }

// Add puts an item in, at the price of the catalogue.
func (c *Cart) Add(itemID string, quantity int32) *Cart {
	c.message.Lines = append(c.message.Lines, &promotionv1.CartLine{ItemId: itemID, Quantity: quantity})
	return c
}

// AddAt puts an item in at another price than that of the catalogue.
func (c *Cart) AddAt(itemID string, quantity int32, unitPriceMinorUnits int64) *Cart {
	c.message.Lines = append(c.message.Lines,
		&promotionv1.CartLine{ItemId: itemID, Quantity: quantity, UnitPriceMinorUnits: &unitPriceMinorUnits})
	return c
}

// Code enters promotion codes.
func (c *Cart) Code(codes ...string) *Cart {
	c.message.Codes = append(c.message.Codes, codes...)
	return c
}

// Shipping is the shipping fee before promotions.
func (c *Cart) Shipping(minorUnits int64) *Cart {
	c.message.ShippingMinorUnits = minorUnits
	return c
}

// Points is the number of points that the person offers to use.
func (c *Cart) Points(points int64) *Cart {
	c.message.Points = points
	return c
}

// Message is the message behind it, for what has no method here, such as the payment method.
func (c *Cart) Message() *promotionv1.Cart { return c.message }

// EvaluateCart computes the best legal price of a cart; with Explain also what does not apply, and what would make it
// apply.
func (c *Client) EvaluateCart(
	ctx context.Context, cart *Cart, options ...EvaluateOption,
) (*promotionv1.EvaluateCartResponse, error) {
	request := &promotionv1.EvaluateCartRequest{Cart: cart.message}
	for _, option := range options {
		option.evaluate(request)
	}
	return c.Promotions.EvaluateCart(ctx, request)
}

// Chat answers one turn of a shopper.
func (c *Client) Chat(ctx context.Context, text string, options ...ChatOption) (*chatbotv1.ChatResponse, error) {
	return c.Chats.Chat(ctx, turn(text, options))
}

// ChatStream answers one turn piece by piece; the last piece is the whole answer. Leaving the loop ends the call.
func (c *Client) ChatStream(
	ctx context.Context, text string, options ...ChatOption,
) iter.Seq2[*chatbotv1.StreamChatResponse, error] {
	return func(yield func(*chatbotv1.StreamChatResponse, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.Chats.StreamChat(ctx, &chatbotv1.StreamChatRequest{Turn: turn(text, options)})
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			piece, err := stream.Recv()
			if errors.Is(err, io.EOF) || !yield(piece, err) || err != nil {
				return
			}
		}
	}
}

func turn(text string, options []ChatOption) *chatbotv1.ChatRequest {
	request := &chatbotv1.ChatRequest{Text: text}
	for _, option := range options {
		option.chat(request)
	}
	if request.TurnId == "" {
		// Repeated after a broken connection, it is still one turn.
		request.TurnId = uuid.NewString()
	}
	return request
}

// ListOffers lists every promotion that a person can use now or will be able to use, best first.
func (c *Client) ListOffers(ctx context.Context, options ...OffersOption) iter.Seq2[*promotionv1.Offer, error] {
	request := &promotionv1.ListOffersRequest{}
	for _, option := range options {
		option.offers(request)
	}
	return Pages(func(token string) ([]*promotionv1.Offer, string, error) {
		request.PageToken = token
		reply, err := c.Promotions.ListOffers(ctx, request)
		return reply.GetOffers(), reply.GetNextPageToken(), err
	})
}

// ListPromotions lists every promotion of the shop that the request asks for, by id.
func (c *Client) ListPromotions(
	ctx context.Context, request *promotionv1.ListPromotionsRequest,
) iter.Seq2[*promotionv1.Promotion, error] {
	return Pages(func(token string) ([]*promotionv1.Promotion, string, error) {
		reply, err := c.Promotions.ListPromotions(ctx, &promotionv1.ListPromotionsRequest{
			PageSize: request.GetPageSize(), PageToken: token, Types: request.GetTypes(), LiveOnly: request.GetLiveOnly(),
		})
		return reply.GetPromotions(), reply.GetNextPageToken(), err
	})
}

// ListItems lists every item of the catalogue, by id; a page size of 0 leaves it to the server.
func (c *Client) ListItems(ctx context.Context, pageSize PageSize) iter.Seq2[*rankerv1.Item, error] {
	return Pages(func(token string) ([]*rankerv1.Item, string, error) {
		reply, err := c.Catalogue.ListItems(ctx, &rankerv1.ListItemsRequest{PageSize: int32(pageSize), PageToken: token})
		return reply.GetItems(), reply.GetNextPageToken(), err
	})
}

// Pages goes through the entries of all pages of any list, fetched as they are needed. It ends after an error.
func Pages[T any](fetch func(token string) (entries []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		token := ""
		for {
			entries, next, err := fetch(token)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, entry := range entries {
				if !yield(entry, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}
