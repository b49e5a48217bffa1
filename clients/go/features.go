// SPDX-License-Identifier: Apache-2.0

package proffer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"time"
	"unsafe"

	commonv1 "proffer.dev/clients/go/gen/proffer/common/v1"
	featurestorev1 "proffer.dev/clients/go/gen/proffer/featurestore/v1"
)

// FeatureMatrix holds the features of one context and many candidates.
type FeatureMatrix struct {
	// Context are blocks of one row each, the same for all candidates.
	Context []Block
	// Candidates are blocks of one row for each candidate, in the order of the request.
	Candidates []Block
	// FeatureSetHash identifies names, types and defaults of the columns; pin it to be refused when they change.
	FeatureSetHash string
	// Degraded says what was missing; nil when nothing was.
	Degraded *commonv1.Degraded
}

// Block is what one feature view fills of a matrix: a row for each entity, a column for each numeric feature.
type Block struct{ *featurestorev1.FeatureBlock }

// FeatureMatrix fetches a matrix. The fields of the request beyond these are in Client.Features.
func (c *Client) FeatureMatrix(
	ctx context.Context, featureSet, contextEntityID string, candidateIDs []string,
) (*FeatureMatrix, error) {
	reply, err := c.Features.GetFeatureMatrix(ctx, &featurestorev1.GetFeatureMatrixRequest{
		FeatureSet: featureSet, ContextEntityId: contextEntityID, CandidateIds: candidateIDs,
	})
	if err != nil {
		return nil, err
	}
	return MatrixOf(reply), nil
}

// MatrixOf reads a reply of Client.Features.GetFeatureMatrix.
func MatrixOf(reply *featurestorev1.GetFeatureMatrixResponse) *FeatureMatrix {
	return &FeatureMatrix{
		Context:        blocks(reply.GetContext()),
		Candidates:     blocks(reply.GetCandidates()),
		FeatureSetHash: reply.GetFeatureSetHash(),
		Degraded:       reply.GetDegraded(),
	}
}

func blocks(messages []*featurestorev1.FeatureBlock) []Block {
	all := make([]Block, len(messages))
	for i, message := range messages {
		all[i] = Block{message}
	}
	return all
}

var isLittleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Values are all numbers, row by row; NaN stands for a missing value without default. They are the bytes that were
// received, seen as floats: nothing is copied, unless the machine is big-endian. Do not write to them.
func (b Block) Values() []float32 {
	bytes := b.GetValuesF32Le()
	count := len(bytes) / 4
	if count == 0 {
		return nil
	}
	first := unsafe.Pointer(unsafe.SliceData(bytes))
	if isLittleEndian && uintptr(first)%unsafe.Alignof(float32(0)) == 0 {
		return unsafe.Slice((*float32)(first), count)
	}
	values := make([]float32, count)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
	}
	return values
}

// Row are the numbers of one row, a part of Values.
func (b Block) Row(row int) []float32 {
	columns := len(b.GetFeatures())
	return b.Values()[row*columns : (row+1)*columns : (row+1)*columns]
}

// IsNull says whether a cell is null or missing.
func (b Block) IsNull(row, column int) bool {
	bit := row*len(b.GetFeatures()) + column
	bitmap := b.GetNullBitmap()
	return bit/8 < len(bitmap) && bitmap[bit/8]>>(bit%8)&1 == 1
}

// Status says how the values of a row came about.
func (b Block) Status(row int) featurestorev1.RowStatus {
	return featurestorev1.RowStatus(b.GetRowStatuses()[row])
}

// Column are the values of a feature that is not a single number: a text, a list or a vector. It is nil when the block
// has no such feature.
func (b Block) Column(feature string) []*featurestorev1.Value {
	for _, column := range b.GetColumns() {
		if column.GetFeature() == feature {
			return column.GetValues()
		}
	}
	return nil
}

// Features are the names of the columns of Dense, as "view:feature".
func (m *FeatureMatrix) Features() []string {
	var names []string
	for _, block := range append(m.Context[:len(m.Context):len(m.Context)], m.Candidates...) {
		for _, feature := range block.GetFeatures() {
			names = append(names, block.GetFeatureView()+":"+feature)
		}
	}
	return names
}

// Dense copies all numbers, run by run, into one slice: a row for each candidate, the columns of the context first.
func (m *FeatureMatrix) Dense() (values []float32, rows, columns int) {
	rows = 1
	if len(m.Candidates) > 0 {
		rows = int(m.Candidates[0].GetRows())
	}
	columns = len(m.Features())
	values = make([]float32, 0, rows*columns)
	for row := range rows {
		for _, block := range m.Context {
			values = append(values, block.Row(0)...)
		}
		for _, block := range m.Candidates {
			values = append(values, block.Row(row)...)
		}
	}
	return values, rows, columns
}

// Row is a row to store. Values are numbers, texts, lists of them, or *featurestorev1.Value: int and int64 become INT64,
// float32 FLOAT, float64 DOUBLE, []float32 FLOAT_VECTOR; nil is a null. A zero time is now.
func Row(featureView, entityID string, at time.Time, values map[string]any) (*featurestorev1.FeatureRow, error) {
	if at.IsZero() {
		at = time.Now()
	}
	row := &featurestorev1.FeatureRow{
		FeatureView: featureView, EntityId: entityID, EventTimeUnixMs: at.UnixMilli(),
		Values: make(map[string]*featurestorev1.Value, len(values)),
	}
	for name, value := range values {
		message, err := valueOf(value)
		if err != nil {
			return nil, fmt.Errorf("values[%q]: %w", name, err)
		}
		row.Values[name] = message
	}
	return row, nil
}

func valueOf(value any) (*featurestorev1.Value, error) {
	switch v := value.(type) {
	case nil:
		return &featurestorev1.Value{}, nil
	case *featurestorev1.Value:
		return v, nil
	case bool:
		return &featurestorev1.Value{Kind: &featurestorev1.Value_BoolValue{BoolValue: v}}, nil
	case int:
		return &featurestorev1.Value{Kind: &featurestorev1.Value_Int64Value{Int64Value: int64(v)}}, nil
	case int64:
		return &featurestorev1.Value{Kind: &featurestorev1.Value_Int64Value{Int64Value: v}}, nil
	case float32:
		return &featurestorev1.Value{Kind: &featurestorev1.Value_FloatValue{FloatValue: v}}, nil
	case float64:
		return &featurestorev1.Value{Kind: &featurestorev1.Value_DoubleValue{DoubleValue: v}}, nil
	case string:
		return &featurestorev1.Value{Kind: &featurestorev1.Value_StringValue{StringValue: v}}, nil
	case []float32:
		vector := &featurestorev1.FloatVector{Values: v}
		return &featurestorev1.Value{Kind: &featurestorev1.Value_FloatVector{FloatVector: vector}}, nil
	case []string:
		list := &featurestorev1.StringList{Values: v}
		return &featurestorev1.Value{Kind: &featurestorev1.Value_StringList{StringList: list}}, nil
	case []int64:
		list := &featurestorev1.Int64List{Values: v}
		return &featurestorev1.Value{Kind: &featurestorev1.Value_Int64List{Int64List: list}}, nil
	default:
		return nil, fmt.Errorf("%T (expected a number, a text, a list of one of them, or a *Value)", value)
	}
}

// WriteFeatures stores rows, up to 1,000 in one request. There is one result for each, in order: a bad row does not stop
// the others. After an error the results are those of the requests before.
func (c *Client) WriteFeatures(
	ctx context.Context, rows ...*featurestorev1.FeatureRow,
) ([]*featurestorev1.WriteResult, error) {
	results := make([]*featurestorev1.WriteResult, 0, len(rows))
	for start := 0; start < len(rows); start += batchSize {
		batch := rows[start:min(start+batchSize, len(rows))]
		reply, err := c.Features.WriteFeatures(ctx, &featurestorev1.WriteFeaturesRequest{Rows: batch})
		if err != nil {
			return results, err
		}
		results = append(results, reply.GetResults()...)
	}
	return results, nil
}

// StreamFeatures stores any number of rows over one stream: a result for each, in order, while rows are still being sent.
// Rows are taken as the server keeps up. Leaving the loop ends the call; it waits until rows has handed over what it is at.
func (c *Client) StreamFeatures(
	ctx context.Context, rows iter.Seq[*featurestorev1.FeatureRow],
) iter.Seq2[*featurestorev1.WriteResult, error] {
	return func(yield func(*featurestorev1.WriteResult, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		sent := make(chan struct{})
		defer func() { cancel(); <-sent }()
		stream, err := c.Features.StreamFeatures(ctx)
		if err != nil {
			close(sent)
			yield(nil, err)
			return
		}
		go func() {
			defer close(sent)
			sendRows(stream.Send, rows)
			// A stream that broke says so to the reader below.
			_ = stream.CloseSend()
		}()
		for {
			reply, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, result := range reply.GetResults() {
				if !yield(result, nil) {
					return
				}
			}
		}
	}
}

// sendRows sends rows in batches until there are no more or the stream breaks.
func sendRows(send func(*featurestorev1.StreamFeaturesRequest) error, rows iter.Seq[*featurestorev1.FeatureRow]) {
	request := &featurestorev1.StreamFeaturesRequest{Sequence: 1}
	for row := range rows {
		request.Rows = append(request.Rows, row)
		if len(request.Rows) == batchSize {
			if send(request) != nil {
				return
			}
			request = &featurestorev1.StreamFeaturesRequest{Sequence: request.Sequence + 1}
		}
	}
	if len(request.Rows) > 0 {
		_ = send(request)
	}
}
