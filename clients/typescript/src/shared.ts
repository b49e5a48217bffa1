// SPDX-License-Identifier: Apache-2.0
export { Code } from "@connectrpc/connect";
export { Cart } from "./cart.js";
export * from "./client.js";
export { type FieldViolation, ProfferError } from "./errors.js";
export * as events from "./events.js";
export { Block, FeatureMatrix, featureRow, type FeatureValue } from "./features.js";
export { ErrorReason } from "./gen/proffer/common/v1/error_reason_pb.js";
export { IngestOutcome, WriteOutcome } from "./gen/proffer/featurestore/v1/feature_store_service_pb.js";
export { RowStatus } from "./gen/proffer/featurestore/v1/value_pb.js";
export { PromotionType } from "./gen/proffer/promotion/v1/promotion_pb.js";
export { statusName, type TokenSource } from "./interceptors.js";
