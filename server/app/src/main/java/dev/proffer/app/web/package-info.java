// SPDX-License-Identifier: Apache-2.0
/// The web edge: gRPC-Web and JSON for browsers, health, metrics, and pages.
@NullMarked
package dev.proffer.app.web;

import org.jspecify.annotations.NullMarked;
