// SPDX-License-Identifier: Apache-2.0
/// Services in memory behind real gRPC channels, for tests of what writes to them.
package dev.proffer.app.fake;
