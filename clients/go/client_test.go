// SPDX-License-Identifier: Apache-2.0

package proffer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	commonv1 "proffer.dev/clients/go/gen/proffer/common/v1"
	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
	promotionv1 "proffer.dev/clients/go/gen/proffer/promotion/v1"
	rankerv1 "proffer.dev/clients/go/gen/proffer/ranker/v1"
)

// shop is a real server whose answers the tests give.
type shop struct {
	rankerv1.UnimplementedRecommenderServiceServer
	rankerv1.UnimplementedCatalogueServiceServer
	promotionv1.UnimplementedPromotionServiceServer
	featurestorev1.UnimplementedFeatureStoreServiceServer

	recommend func(context.Context, *rankerv1.RecommendRequest) (*rankerv1.RecommendResponse, error)
	upserts   int
}

func (s *shop) Recommend(
	ctx context.Context, request *rankerv1.RecommendRequest,
) (*rankerv1.RecommendResponse, error) {
	return s.recommend(ctx, request)
}

func (s *shop) UpsertItems(context.Context, *rankerv1.UpsertItemsRequest) (*rankerv1.UpsertItemsResponse, error) {
	s.upserts++
	return nil, status.Error(codes.Unavailable, "not yet")
}

func (s *shop) ListPromotions(
	_ context.Context, request *promotionv1.ListPromotionsRequest,
) (*promotionv1.ListPromotionsResponse, error) {
	next := map[string]string{"": "b", "b": "c", "c": ""}[request.GetPageToken()]
	promotion := &promotionv1.Promotion{PromotionId: "p" + request.GetPageToken()}
	return &promotionv1.ListPromotionsResponse{
		Promotions: []*promotionv1.Promotion{promotion}, NextPageToken: next,
	}, nil
}

func (s *shop) StreamFeatures(
	stream grpc.BidiStreamingServer[featurestorev1.StreamFeaturesRequest, featurestorev1.StreamFeaturesResponse],
) error {
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		reply := &featurestorev1.StreamFeaturesResponse{Sequence: request.GetSequence()}
		for _, row := range request.GetRows() {
			reply.Results = append(reply.Results, &featurestorev1.WriteResult{Reason: row.GetEntityId()})
		}
		if err := stream.Send(reply); err != nil {
			return err
		}
	}
}

func open(t *testing.T, s *shop, options ...Option) *Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	rankerv1.RegisterRecommenderServiceServer(server, s)
	rankerv1.RegisterCatalogueServiceServer(server, s)
	promotionv1.RegisterPromotionServiceServer(server, s)
	featurestorev1.RegisterFeatureStoreServiceServer(server, s)
	go func() { _ = server.Serve(listener) }()
	client, err := New("http://"+listener.Addr().String(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close(); server.Stop() })
	return client
}

func TestServiceConfigNamesMethodsOfTheContract(t *testing.T) {
	var config struct {
		MethodConfig []struct {
			Name []struct{ Service, Method string }
		}
	}
	if err := json.Unmarshal([]byte(serviceConfig), &config); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, each := range config.MethodConfig {
		for _, name := range each.Name {
			full := protoreflect.FullName(name.Service + "." + name.Method)
			found, err := protoregistry.GlobalFiles.FindDescriptorByName(full)
			if err != nil {
				t.Errorf("%s: %v", full, err)
			} else if _, is := found.(protoreflect.MethodDescriptor); !is {
				t.Errorf("%s is not a method", full)
			}
			count++
		}
	}
	if count < 20 {
		t.Errorf("only %d methods are repeated", count)
	}
}

func TestACallThatIsSafeToRepeatIsRepeatedAsTheSameCall(t *testing.T) {
	var seen []string
	client := open(t, &shop{recommend: func(
		_ context.Context, request *rankerv1.RecommendRequest,
	) (*rankerv1.RecommendResponse, error) {
		seen = append(seen, request.GetRequestId())
		if len(seen) < 3 {
			return nil, status.Error(codes.Unavailable, "not yet")
		}
		return &rankerv1.RecommendResponse{RequestId: request.GetRequestId()}, nil
	}})
	reply, err := client.Recommend(context.Background(), User("u-1"))
	if err != nil || len(seen) != 3 || seen[0] != seen[2] || reply.GetRequestId() != seen[0] {
		t.Errorf("seen %v, reply %v, error %v", seen, reply, err)
	}
}

func TestACallThatChangesSomethingIsNotRepeated(t *testing.T) {
	s := &shop{}
	_, err := open(t, s).Catalogue.UpsertItems(context.Background(), &rankerv1.UpsertItemsRequest{})
	if status.Code(err) != codes.Unavailable || s.upserts != 1 {
		t.Errorf("%d calls, error %v", s.upserts, err)
	}
}

func TestEveryCallHasADeadlineAndTheTokenOfTheMoment(t *testing.T) {
	var remaining []time.Duration
	var tokens []string
	source := slices.Values([]string{"one", "two"})
	queue := slices.Collect(source)
	client := open(t, &shop{recommend: func(
		ctx context.Context, _ *rankerv1.RecommendRequest,
	) (*rankerv1.RecommendResponse, error) {
		deadline, _ := ctx.Deadline()
		remaining = append(remaining, time.Until(deadline))
		sent, _ := metadata.FromIncomingContext(ctx)
		tokens = append(tokens, sent.Get("authorization")...)
		return &rankerv1.RecommendResponse{}, nil
	}}, WithTokenSource(func(context.Context) (string, error) {
		token := queue[0]
		queue = queue[1:]
		return token, nil
	}))
	if _, err := client.Recommend(context.Background()); err != nil {
		t.Fatal(err)
	}
	longer, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := client.Recommend(longer); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tokens, []string{"Bearer one", "Bearer two"}) {
		t.Errorf("tokens %v", tokens)
	}
	if remaining[0] > 5*time.Second || remaining[1] <= 5*time.Second || remaining[1] > 30*time.Second {
		t.Errorf("remaining %v", remaining)
	}
}

func TestATokenDoesNotTravelInClear(t *testing.T) {
	for _, address := range []string{"http://shop.example:9090", "http://10.0.0.1:9090"} {
		if _, err := New(address, WithToken("secret")); err == nil || !strings.HasPrefix(err.Error(), "token: ") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := New("https://shop.example", WithToken("secret")); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	for _, address := range []string{"127.0.0.1:9090", "ftp://host:1", "http://", "http://host/path", "http://host:port"} {
		if _, err := New(address); err == nil || !strings.HasPrefix(err.Error(), "address: ") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestErrorsSayWhyAndWhichFields(t *testing.T) {
	client := open(t, &shop{recommend: func(
		context.Context, *rankerv1.RecommendRequest,
	) (*rankerv1.RecommendResponse, error) {
		refusal, err := status.New(codes.InvalidArgument, "k: too small").WithDetails(
			&errdetails.ErrorInfo{Reason: "INVALID_FIELD", Domain: "proffer.dev", Metadata: map[string]string{"field": "k"}},
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
				{Field: "k", Description: "too small"},
			}})
		if err != nil {
			return nil, err
		}
		return nil, refusal.Err()
	}})
	_, err := client.Recommend(context.Background(), Limit(0))
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != codes.InvalidArgument || failure.Metadata["field"] != "k" ||
		!slices.Equal(failure.Fields, []FieldViolation{{"k", "too small"}}) {
		t.Errorf("%#v", err)
	}
	if !IsReason(err, commonv1.ErrorReason_ERROR_REASON_INVALID_FIELD) ||
		IsReason(err, commonv1.ErrorReason_ERROR_REASON_UNKNOWN_ITEM) || status.Code(err) != codes.InvalidArgument {
		t.Errorf("reason of %v", err)
	}
}

func TestACallThatTakesTooLongIsADeadlineOfContext(t *testing.T) {
	client := open(t, &shop{recommend: func(
		ctx context.Context, _ *rankerv1.RecommendRequest,
	) (*rankerv1.RecommendResponse, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}, WithTimeout(time.Millisecond))
	if _, err := client.Recommend(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestPagesAreFetchedAsTheyAreNeeded(t *testing.T) {
	var ids []string
	for promotion, err := range open(t, &shop{}).ListPromotions(context.Background(), &promotionv1.ListPromotionsRequest{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, promotion.GetPromotionId())
	}
	if !slices.Equal(ids, []string{"p", "pb", "pc"}) {
		t.Error(ids)
	}
}

func TestRowsAreStreamedWhileResultsAreRead(t *testing.T) {
	client := open(t, &shop{})
	const count = 2500
	rows := func(yield func(*featurestorev1.FeatureRow) bool) {
		for i := range count {
			row, err := Row("v", strings.Repeat("x", 1+i%5), time.Time{}, map[string]any{"f": 1.5})
			if err != nil || !yield(row) {
				return
			}
		}
	}
	seen := 0
	for result, err := range client.StreamFeatures(context.Background(), rows) {
		if err != nil || len(result.GetReason()) != 1+seen%5 {
			t.Fatal(seen, result, err)
		}
		seen++
	}
	if seen != count {
		t.Error(seen)
	}
	for range client.StreamFeatures(context.Background(), rows) {
		break
	}
}

func TestAMatrixIsAViewOfTheBytesThatWereReceived(t *testing.T) {
	var bytes []byte
	for _, value := range []float32{1.5, float32(math.NaN()), 3, -4} {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(value))
	}
	block := &featurestorev1.FeatureBlock{
		FeatureView: "item", Features: []string{"a", "b"}, Rows: 2, ValuesF32Le: bytes,
		RowStatuses: []byte{1, 1}, NullBitmap: []byte{2},
	}
	user := &featurestorev1.FeatureBlock{
		FeatureView: "user", Features: []string{"c"}, Rows: 1,
		ValuesF32Le: binary.LittleEndian.AppendUint32(nil, math.Float32bits(7)),
	}
	reply := &featurestorev1.GetFeatureMatrixResponse{
		Context: []*featurestorev1.FeatureBlock{user}, Candidates: []*featurestorev1.FeatureBlock{block},
	}
	matrix := MatrixOf(proto.CloneOf(reply))
	received := matrix.Candidates[0]
	if isLittleEndian && unsafe.Pointer(&received.Values()[0]) != unsafe.Pointer(&received.GetValuesF32Le()[0]) {
		t.Error("the numbers were copied")
	}
	if !received.IsNull(0, 1) || received.IsNull(1, 1) || received.Status(1) != featurestorev1.RowStatus_ROW_STATUS_PRESENT {
		t.Error("nulls or statuses")
	}
	values, rows, columns := matrix.Dense()
	if rows != 2 || columns != 3 || !math.IsNaN(float64(values[2])) || !slices.Equal(values[3:], []float32{7, 3, -4}) {
		t.Error(values, rows, columns)
	}
	// Bytes that do not start at a multiple of four are copied, not misread.
	shifted := make([]byte, 1+len(bytes))
	copy(shifted[1:], bytes)
	if odd := (Block{&featurestorev1.FeatureBlock{ValuesF32Le: shifted[1:]}}).Values(); odd[0] != 1.5 || odd[3] != -4 {
		t.Error(odd)
	}
}
