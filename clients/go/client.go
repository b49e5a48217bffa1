// SPDX-License-Identifier: Apache-2.0

// Package proffer is the client of Proffer: recommendations, promotions, features and chat.
//
//	client, err := proffer.New("http://127.0.0.1:9090")
//	reply, err := client.Recommend(ctx, proffer.User("u-00017"), proffer.Limit(5))
//
// Every call has a deadline: that of its context, or the client's when it has none. Calls that are safe to repeat are
// repeated when the server cannot be reached. Every failure of a call is an [*Error].
package proffer

import (
	"context"
	"crypto/tls"
	_ "embed"
	"fmt"
	"net"
	"net/url"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	chatbotv1 "proffer.dev/clients/go/gen/proffer/chatbot/v1"
	experimentv1 "proffer.dev/clients/go/gen/proffer/experiment/v1"
	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
	insightv1 "proffer.dev/clients/go/gen/proffer/insight/v1"
	promotionv1 "proffer.dev/clients/go/gen/proffer/promotion/v1"
	rankerv1 "proffer.dev/clients/go/gen/proffer/ranker/v1"
)

// serviceConfig says which calls are repeated, and when: the same file for the clients of all languages.
//
//go:embed gen/service-config.json
var serviceConfig string

const (
	defaultTimeout       = 5 * time.Second
	defaultStreamTimeout = 60 * time.Second
	// A matrix of 10,000 rows is larger than the 4 MiB that gRPC takes by default.
	receivedBytesMax = 64 << 20
	userAgent        = "proffer-go/0.1.0"
)

// Client gives access to Proffer. One serves a whole program; it is safe to share between goroutines.
//
// Its methods cover what shops need every day. Its fields are the generated stubs of all services, for everything else;
// they have the same deadlines, repetitions, token and errors.
type Client struct {
	Recommender     rankerv1.RecommenderServiceClient
	Catalogue       rankerv1.CatalogueServiceClient
	Models          rankerv1.ModelServiceClient
	Promotions      promotionv1.PromotionServiceClient
	Ledger          promotionv1.LedgerServiceClient
	Planning        promotionv1.PlanningServiceClient
	Features        featurestorev1.FeatureStoreServiceClient
	FeatureRegistry featurestorev1.FeatureRegistryServiceClient
	Experiments     experimentv1.ExperimentServiceClient
	Policies        experimentv1.PolicyServiceClient
	Insight         insightv1.InsightServiceClient
	Chats           chatbotv1.ChatServiceClient
	Languages       chatbotv1.LanguageServiceClient
	HandOffs        chatbotv1.HandOffServiceClient

	conn *grpc.ClientConn
}

// Option changes how a client calls.
type Option func(*settings)

type settings struct {
	timeout       time.Duration
	streamTimeout time.Duration
	token         func(context.Context) (string, error)
	tls           *tls.Config
	dial          []grpc.DialOption
}

// WithTimeout is how long a call may take, its repetitions included, when its context has no deadline. The default is 5 s.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithStreamTimeout is how long a stream may take when its context has no deadline. The default is 60 s.
func WithStreamTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.streamTimeout = timeout }
}

// WithToken sends a bearer token with each call. It is never sent in clear over a network.
func WithToken(token string) Option {
	return WithTokenSource(func(context.Context) (string, error) { return token, nil })
}

// WithTokenSource asks for a bearer token before each call.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	return func(s *settings) { s.token = source }
}

// WithTLS replaces the TLS configuration of https addresses.
func WithTLS(config *tls.Config) Option {
	return func(s *settings) { s.tls = config }
}

// WithDialOptions adds options of gRPC, such as interceptors or statistics.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.dial = append(s.dial, options...) }
}

// New makes a client of the server at an address such as http://127.0.0.1:9090, or https://… with TLS. All addresses of
// the host are used in turn. It does not connect yet: the first call does.
func New(address string, options ...Option) (*Client, error) {
	s := settings{timeout: defaultTimeout, streamTimeout: defaultStreamTimeout}
	for _, option := range options {
		option(&s)
	}
	where, err := url.Parse(address)
	if err != nil || (where.Scheme != "http" && where.Scheme != "https") || where.Hostname() == "" ||
		(where.Path != "" && where.Path != "/") {
		return nil, fmt.Errorf("address: %q (expected http://host:port or https://host:port)", address)
	}
	secure := where.Scheme == "https"
	port := where.Port()
	if port == "" {
		port = map[bool]string{false: "80", true: "443"}[secure]
	}
	if s.token != nil && !secure && !isLoopback(where.Hostname()) {
		return nil, fmt.Errorf("token: would travel in clear to %s (expected https:// or a loopback address)", where.Host)
	}
	transport := insecure.NewCredentials()
	if secure {
		transport = credentials.NewTLS(s.tls)
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithUserAgent(userAgent),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(receivedBytesMax)),
		grpc.WithChainUnaryInterceptor(s.unary),
		grpc.WithChainStreamInterceptor(s.stream),
	}
	if s.token != nil {
		dial = append(dial, grpc.WithPerRPCCredentials(tokenSource(s.token)))
	}
	conn, err := grpc.NewClient("dns:///"+net.JoinHostPort(where.Hostname(), port), append(dial, s.dial...)...)
	if err != nil {
		return nil, fmt.Errorf("address: %q: %w", address, err)
	}
	return &Client{
		Recommender:     rankerv1.NewRecommenderServiceClient(conn),
		Catalogue:       rankerv1.NewCatalogueServiceClient(conn),
		Models:          rankerv1.NewModelServiceClient(conn),
		Promotions:      promotionv1.NewPromotionServiceClient(conn),
		Ledger:          promotionv1.NewLedgerServiceClient(conn),
		Planning:        promotionv1.NewPlanningServiceClient(conn),
		Features:        featurestorev1.NewFeatureStoreServiceClient(conn),
		FeatureRegistry: featurestorev1.NewFeatureRegistryServiceClient(conn),
		Experiments:     experimentv1.NewExperimentServiceClient(conn),
		Policies:        experimentv1.NewPolicyServiceClient(conn),
		Insight:         insightv1.NewInsightServiceClient(conn),
		Chats:           chatbotv1.NewChatServiceClient(conn),
		Languages:       chatbotv1.NewLanguageServiceClient(conn),
		HandOffs:        chatbotv1.NewHandOffServiceClient(conn),
		conn:            conn,
	}, nil
}

// Close ends the connection; calls under way are cancelled.
func (c *Client) Close() error { return c.conn.Close() }

// Conn is the connection behind the stubs.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type tokenSource func(context.Context) (string, error)

func (t tokenSource) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := t(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

// New has refused a token on a way where others could read it.
func (t tokenSource) RequireTransportSecurity() bool { return false }

func (s *settings) unary(
	ctx context.Context, method string, request, reply any, conn *grpc.ClientConn,
	invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	return typed(invoke(ctx, method, request, reply, conn, options...))
}

func (s *settings) stream(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	cancel := context.CancelFunc(func() {})
	if _, has := ctx.Deadline(); !has {
		ctx, cancel = context.WithTimeout(ctx, s.streamTimeout)
	}
	stream, err := open(ctx, description, conn, method, options...)
	if err != nil {
		cancel()
		return nil, typed(err)
	}
	return &typedStream{stream, cancel}, nil
}

// typedStream gives a stream typed errors, and its timer back when it ends.
type typedStream struct {
	grpc.ClientStream
	cancel context.CancelFunc
}

func (s *typedStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	if err != nil {
		s.cancel()
	}
	return typed(err)
}

func (s *typedStream) SendMsg(message any) error { return typed(s.ClientStream.SendMsg(message)) }
