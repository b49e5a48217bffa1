// SPDX-License-Identifier: Apache-2.0
/// The demo: the sample shop brought into an engine, and a tour of what it can do.
@NullMarked
package dev.proffer.app.demo;

import org.jspecify.annotations.NullMarked;
