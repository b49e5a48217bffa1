// SPDX-License-Identifier: Apache-2.0

// Command conformance runs the conformance scenario and writes what it got.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	proffer "proffer.dev/clients/go"
	chatbotv1 "proffer.dev/clients/go/gen/proffer/chatbot/v1"
	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
	promotionv1 "proffer.dev/clients/go/gen/proffer/promotion/v1"
	rankerv1 "proffer.dev/clients/go/gen/proffer/ranker/v1"
)

type object = map[string]any

// given is what the calls of the scenario may say.
type given struct {
	UserID             string          `json:"userId"`
	SessionID          string          `json:"sessionId"`
	K                  *int32          `json:"k"`
	Explain            bool            `json:"explain"`
	RequestID          string          `json:"requestId"`
	Channel            string          `json:"channel"`
	Page               string          `json:"page"`
	Language           string          `json:"language"`
	RecentItemIDs      []string        `json:"recentItemIds"`
	Filter             json.RawMessage `json:"filter"`
	TimeoutMs          float64         `json:"timeoutMs"`
	CandidateIDs       []string        `json:"candidateIds"`
	ItemID             string          `json:"itemId"`
	Query              string          `json:"query"`
	Lines              []line          `json:"lines"`
	Codes              []string        `json:"codes"`
	ShippingMinorUnits int64           `json:"shippingMinorUnits"`
	Events             []event         `json:"events"`
	Rows               []row           `json:"rows"`
	FeatureSet         string          `json:"featureSet"`
	ContextEntityID    string          `json:"contextEntityId"`
	Features           []string        `json:"features"`
	EntityIDs          []string        `json:"entityIds"`
	PageSize           int32           `json:"pageSize"`
	Text               string          `json:"text"`
	TurnID             string          `json:"turnId"`
}

type line struct {
	ItemID              string `json:"itemId"`
	Quantity            int32  `json:"quantity"`
	UnitPriceMinorUnits *int64 `json:"unitPriceMinorUnits"`
}

type event struct {
	Type                string  `json:"type"`
	ItemID              string  `json:"itemId"`
	UserID              string  `json:"userId"`
	SessionID           string  `json:"sessionId"`
	EventID             string  `json:"eventId"`
	PromotionID         string  `json:"promotionId"`
	RequestID           string  `json:"requestId"`
	OrderID             string  `json:"orderId"`
	Currency            string  `json:"currency"`
	Query               string  `json:"query"`
	Text                string  `json:"text"`
	At                  int64   `json:"at"`
	UnitPriceMinorUnits int64   `json:"unitPriceMinorUnits"`
	Quantity            int32   `json:"quantity"`
	Position            int32   `json:"position"`
	Rating              float64 `json:"rating"`
}

type row struct {
	FeatureView string                    `json:"featureView"`
	EntityID    string                    `json:"entityId"`
	At          int64                     `json:"at"`
	Values      map[string]map[string]any `json:"values"`
}

func main() {
	address, scenario, run, out := os.Args[1], os.Args[3], os.Args[4], os.Args[5]
	text, err := os.ReadFile(scenario)
	check(err)
	var plan struct {
		Steps []struct {
			Call string
			With given
		}
	}
	check(json.Unmarshal([]byte(strings.ReplaceAll(string(text), "${run}", run)), &plan))
	client, err := proffer.New(address, proffer.WithTimeout(30*time.Second))
	check(err)
	defer client.Close()
	results := make([]any, 0, len(plan.Steps))
	for _, step := range plan.Steps {
		result, err := call(client, step.Call, step.With)
		var failure *proffer.Error
		if errors.As(err, &failure) {
			result, err = failed(failure), nil
		}
		check(err)
		results = append(results, result)
	}
	whole, err := json.MarshalIndent(results, "", " ")
	check(err)
	check(os.WriteFile(out, whole, 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func call(client *proffer.Client, name string, with given) (any, error) {
	ctx := context.Background()
	if with.TimeoutMs > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(with.TimeoutMs*float64(time.Millisecond)))
		defer cancel()
	}
	switch name {
	case "recommend":
		return plain(client.Recommend(ctx, recommendOptions(with)...))
	case "rank":
		return plain(client.Rank(ctx, with.CandidateIDs, proffer.User(with.UserID), proffer.RequestID(with.RequestID)))
	case "similarItems":
		return plain(client.SimilarItems(ctx, with.ItemID, proffer.User(with.UserID), proffer.Limit(*with.K)))
	case "searchItems":
		return plain(client.SearchItems(ctx, with.Query, proffer.Limit(*with.K)))
	case "evaluateCart":
		options := []proffer.EvaluateOption{proffer.User(with.UserID)}
		if with.Explain {
			options = append(options, proffer.Explain())
		}
		return plain(client.EvaluateCart(ctx, cart(with), options...))
	case "record":
		events := make([]*featurestorev1.Event, len(with.Events))
		for i, each := range with.Events {
			events[i] = each.message()
		}
		return list[*featurestorev1.IngestResult]("results")(client.Record(ctx, events...))
	case "writeFeatures":
		return list[*featurestorev1.WriteResult]("results")(client.WriteFeatures(ctx, rows(with.Rows)...))
	case "streamFeatures":
		return collect("results", client.StreamFeatures(ctx, slices.Values(rows(with.Rows))))
	case "featureMatrix":
		found, err := client.FeatureMatrix(ctx, with.FeatureSet, with.ContextEntityID, with.CandidateIDs)
		if err != nil {
			return nil, err
		}
		return matrix(found)
	case "onlineFeatures":
		return plain(client.Features.GetOnlineFeatures(ctx, &featurestorev1.GetOnlineFeaturesRequest{
			Features: with.Features, EntityIds: with.EntityIDs,
		}))
	case "listOffers":
		return collect("entries", client.ListOffers(ctx, proffer.User(with.UserID), proffer.PageSize(with.PageSize)))
	case "listPromotions":
		request := &promotionv1.ListPromotionsRequest{PageSize: with.PageSize}
		return collect("entries", client.ListPromotions(ctx, request))
	case "listItems":
		return collect("entries", client.ListItems(ctx, proffer.PageSize(with.PageSize)))
	case "chat":
		return plain(client.Chat(ctx, with.Text, proffer.User(with.UserID), proffer.Turn(with.TurnID)))
	case "chatStream":
		return pieces(client.ChatStream(ctx, with.Text, proffer.User(with.UserID), proffer.Turn(with.TurnID)))
	default:
		return nil, fmt.Errorf("call: %q", name)
	}
}

func recommendOptions(with given) []proffer.RecommendOption {
	options := []proffer.RecommendOption{
		proffer.User(with.UserID), proffer.Session(with.SessionID), proffer.Limit(*with.K),
		proffer.RequestID(with.RequestID), proffer.Channel(with.Channel), proffer.Page(with.Page),
		proffer.Language(with.Language), proffer.Recent(with.RecentItemIDs...),
	}
	if with.Explain {
		options = append(options, proffer.Explain())
	}
	if with.Filter != nil {
		filter := &rankerv1.ItemFilter{}
		check(protojson.Unmarshal(with.Filter, filter))
		options = append(options, proffer.Filter(filter))
	}
	return options
}

func cart(with given) *proffer.Cart {
	filled := proffer.NewCart().Code(with.Codes...).Shipping(with.ShippingMinorUnits)
	for _, each := range with.Lines {
		if each.UnitPriceMinorUnits != nil {
			filled.AddAt(each.ItemID, each.Quantity, *each.UnitPriceMinorUnits)
		} else {
			filled.Add(each.ItemID, each.Quantity)
		}
	}
	return filled
}

func (e event) message() *featurestorev1.Event {
	options := []proffer.EventOption{
		proffer.User(e.UserID), proffer.Session(e.SessionID), proffer.EventID(e.EventID), proffer.At(time.UnixMilli(e.At)),
	}
	switch e.Type {
	case "impression":
		options = append(options, proffer.RequestID(e.RequestID), proffer.Position(e.Position))
		return proffer.Impression(e.ItemID, options...)
	case "click":
		return proffer.Click(e.ItemID, options...)
	case "addToCart":
		return proffer.AddToCart(e.ItemID, append(options, proffer.Quantity(e.Quantity))...)
	case "purchase":
		options = append(options, proffer.Quantity(e.Quantity), proffer.Order(e.OrderID))
		return proffer.Purchase(e.ItemID, e.UnitPriceMinorUnits, e.Currency, options...)
	case "review":
		return proffer.Review(e.ItemID, e.Rating, append(options, proffer.Text(e.Text))...)
	case "search":
		return proffer.Search(e.Query, options...)
	case "redemption":
		return proffer.Redemption(e.PromotionID, options...)
	default:
		log.Fatalf("type: %q", e.Type)
		return nil
	}
}

func rows(from []row) []*featurestorev1.FeatureRow {
	all := make([]*featurestorev1.FeatureRow, len(from))
	for i, each := range from {
		values := make(map[string]any, len(each.Values))
		for name, tagged := range each.Values {
			for kind, value := range tagged {
				switch kind {
				case "null":
					value = nil
				case "int64":
					value = int64(value.(float64))
				case "float":
					value = float32(value.(float64))
				}
				values[name] = value
			}
		}
		row, err := proffer.Row(each.FeatureView, each.EntityID, time.UnixMilli(each.At), values)
		check(err)
		all[i] = row
	}
	return all
}

func matrix(found *proffer.FeatureMatrix) (any, error) {
	dense, count, _ := found.Dense()
	values := make([]any, len(dense))
	for i, value := range dense {
		if !math.IsNaN(float64(value)) {
			values[i] = value
		}
	}
	nulls, statuses, texts := []bool{}, [][]int32{}, object{}
	for _, block := range found.Candidates {
		states := make([]int32, block.GetRows())
		for i := range states {
			states[i] = int32(block.Status(i))
			for column := range block.GetFeatures() {
				nulls = append(nulls, block.IsNull(i, column))
			}
		}
		statuses = append(statuses, states)
		for _, column := range block.GetColumns() {
			shown, err := list[*featurestorev1.Value]("values")(block.Column(column.GetFeature()), nil)
			if err != nil {
				return nil, err
			}
			texts[column.GetFeature()] = shown.(object)["values"]
		}
	}
	return object{
		"features": found.Features(), "rows": count, "values": values, "nulls": nulls, "statuses": statuses, "texts": texts,
		"featureSetHash": found.FeatureSetHash,
	}, nil
}

func pieces(stream iter.Seq2[*chatbotv1.StreamChatResponse, error]) (any, error) {
	var all []json.RawMessage
	var text strings.Builder
	var last *chatbotv1.StreamChatResponse
	for piece, err := range stream {
		if err != nil {
			return nil, err
		}
		shown, err := protojson.Marshal(piece)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
		text.WriteString(piece.GetText())
		last = piece
	}
	return object{
		"pieces": all, "last": all[len(all)-1], "textIsWhole": text.String() == last.GetDone().GetText(),
	}, nil
}

func failed(failure *proffer.Error) any {
	fields := make([]object, len(failure.Fields))
	for i, each := range failure.Fields {
		fields[i] = object{"field": each.Field, "description": each.Description}
	}
	metadata := object{}
	for key, value := range failure.Metadata {
		if key != "request_id" {
			metadata[key] = value
		}
	}
	return object{"error": object{
		"code": upperSnake(failure.Code.String()), "reason": failure.Reason, "fields": fields, "metadata": metadata,
	}}
}

// upperSnake is INVALID_ARGUMENT for InvalidArgument.
func upperSnake(camel string) string {
	return strings.ToUpper(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(camel, "${1}_$2"))
}

func plain[M proto.Message](message M, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	shown, err := protojson.Marshal(message)
	return json.RawMessage(shown), err
}

func list[M proto.Message](name string) func([]M, error) (any, error) {
	return func(messages []M, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		all := make([]json.RawMessage, len(messages))
		for i, message := range messages {
			shown, err := protojson.Marshal(message)
			if err != nil {
				return nil, err
			}
			all[i] = shown
		}
		return object{name: all}, nil
	}
}

func collect[M proto.Message](name string, found iter.Seq2[M, error]) (any, error) {
	var all []M
	for each, err := range found {
		if err != nil {
			return nil, err
		}
		all = append(all, each)
	}
	return list[M](name)(all, nil)
}
