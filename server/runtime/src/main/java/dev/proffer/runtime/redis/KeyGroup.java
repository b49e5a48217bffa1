// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

/// Keys that may travel in one command: their node and their positions in the request.
@SuppressWarnings("ArrayRecordComponent") // Never compared; positions are only iterated.
record KeyGroup(RedisNode node, int[] positions) {}
