// SPDX-License-Identifier: Apache-2.0

package proffer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "proffer.dev/clients/go/gen/proffer/common/v1"
)

const errorDomain = "proffer.dev"

// Error is a call that failed. Get it with errors.As.
type Error struct {
	// Code is the status of gRPC.
	Code codes.Code
	// Reason is why, as a name of commonv1.ErrorReason without its prefix, such as "UNKNOWN_ITEM"; empty when the
	// failure did not come from Proffer, such as a connection that broke.
	Reason string
	// Message is one sentence for a developer.
	Message string
	// Fields are the fields that are wrong; only for bad input.
	Fields []FieldViolation
	// Metadata holds names and ids that the failure is about.
	Metadata map[string]string
	// RetryAfter is when the server would like to be asked again; 0 when it did not say.
	RetryAfter time.Duration

	cause error
}

// FieldViolation is one field of a request that breaks its rule.
type FieldViolation struct {
	// Field is its path, such as "cart.lines[0].quantity".
	Field string
	// Description is what would be right.
	Description string
}

func (e *Error) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s (%s): %s", e.Code, e.Reason, e.Message)
}

// Unwrap is the error of gRPC, or context.DeadlineExceeded and context.Canceled for what they are.
func (e *Error) Unwrap() []error {
	switch e.Code {
	case codes.DeadlineExceeded:
		return []error{e.cause, context.DeadlineExceeded}
	case codes.Canceled:
		return []error{e.cause, context.Canceled}
	default:
		return []error{e.cause}
	}
}

// GRPCStatus lets status.FromError and status.Code of gRPC see the status.
func (e *Error) GRPCStatus() *status.Status { return status.Convert(e.cause) }

// IsReason says whether a call failed for this reason.
func IsReason(err error, reason commonv1.ErrorReason) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Reason == strings.TrimPrefix(reason.String(), "ERROR_REASON_")
}

func typed(err error) error {
	var already *Error
	if err == nil || errors.Is(err, io.EOF) || errors.As(err, &already) {
		return err
	}
	found := status.Convert(err)
	failure := &Error{Code: found.Code(), Message: found.Message(), cause: err}
	for _, detail := range found.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == errorDomain {
				failure.Reason = detail.GetReason()
			}
			failure.Metadata = detail.GetMetadata()
		case *errdetails.BadRequest:
			for _, each := range detail.GetFieldViolations() {
				failure.Fields = append(failure.Fields, FieldViolation{each.GetField(), each.GetDescription()})
			}
		case *errdetails.RetryInfo:
			failure.RetryAfter = detail.GetRetryDelay().AsDuration()
		}
	}
	return failure
}
