// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.service;

import dev.proffer.runtime.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;

/// What the host gives to a service: everything from outside that it may use.
///
/// @param settings the values of all declared settings
/// @param dataFolder where the service may keep files, below a folder of its own name
/// @param peers how to reach the other services
/// @param meters where to register metrics
/// @param clock the time
public record ServiceContext(
    Settings settings, Path dataFolder, Peers peers, MeterRegistry meters, Clock clock) {}
