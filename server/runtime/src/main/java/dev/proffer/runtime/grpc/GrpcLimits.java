// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import dev.proffer.runtime.settings.Settings;
import java.time.Duration;

/// The limits of one port.
///
/// @param requestBytesMax largest request
/// @param callsMax unary calls under way at once
/// @param waitMax mean wait of calls for a core above which some are refused
/// @param callsPerConnectionMax calls under way on one connection
/// @param deadlineDefault deadline of a unary call without one
/// @param deadlineMax longest deadline of a unary call
/// @param accessLog calls to write to the access log
record GrpcLimits(
    int requestBytesMax,
    int callsMax,
    Duration waitMax,
    int callsPerConnectionMax,
    Duration deadlineDefault,
    Duration deadlineMax,
    GrpcSettings.AccessLog accessLog) {
  static GrpcLimits of(Settings settings) {
    return new GrpcLimits(
        settings.get(GrpcSettings.REQUEST_BYTES_MAX),
        settings.get(GrpcSettings.CALLS_MAX),
        settings.get(GrpcSettings.WAIT_MAX),
        settings.get(GrpcSettings.CALLS_PER_CONNECTION_MAX),
        settings.get(GrpcSettings.DEADLINE_DEFAULT),
        settings.get(GrpcSettings.DEADLINE_MAX),
        settings.get(GrpcSettings.ACCESS_LOG));
  }
}
