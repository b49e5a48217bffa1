// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.proffer.runtime.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Sends the log where the settings say: to a file that is rolled at 10 MB, or to standard error.
public final class Logging {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n";

  private Logging() {}

  /// Before settings are known, and for commands without an engine: only what is wrong.
  public static void quiet() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    configureRoot(context, Level.WARN, toStandardError(context, text(context)));
  }

  /// Logs to the file of the settings, to the one given when they name none, or to standard error
  /// when there is neither. Returns the file.
  public static Optional<Path> configure(
      Settings settings, Path dataFolder, Optional<Path> otherwise) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder =
        switch (settings.get(LogSettings.FORMAT)) {
          case TEXT -> text(context);
          case JSON -> json(context);
        };
    Path named = settings.get(LogSettings.FILE);
    Optional<Path> file =
        named.toString().isEmpty() ? otherwise : Optional.of(dataFolder.resolve(named));
    Appender<ILoggingEvent> appender =
        file.isPresent() ? toFile(context, encoder, file.get()) : toStandardError(context, encoder);
    configureRoot(
        context,
        switch (settings.get(LogSettings.LEVEL)) {
          case DEBUG -> Level.DEBUG;
          case INFO -> Level.INFO;
          case WARN -> Level.WARN;
          case ERROR -> Level.ERROR;
        },
        appender);
    return file;
  }

  private static void configureRoot(
      LoggerContext context, Level level, Appender<ILoggingEvent> appender) {
    ch.qos.logback.classic.Logger root =
        context.getLogger(ch.qos.logback.classic.Logger.ROOT_LOGGER_NAME);
    // gRPC and Lucene log through java.util.logging, which would print on its own.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    root.setLevel(level);
    root.addAppender(appender);
    // Armeria warns that Reactor, which comes with Lettuce, is too old for a trick of its own.
    context.getLogger("com.linecorp.armeria.common.CommonPools").setLevel(Level.ERROR);
    // Libraries speak of their own matters at INFO.
    for (String library :
        new String[] {
          "com.zaxxer",
          "com.linecorp",
          "io.grpc",
          "org.apache.lucene",
          "io.lettuce",
          "io.netty",
          "org.flywaydb"
        }) {
      context.getLogger(library).setLevel(Level.WARN);
    }
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setPattern(PATTERN);
    return started(context, encoder);
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithContext(false);
    encoder.setWithSequenceNumber(false);
    return started(context, encoder);
  }

  private static Encoder<ILoggingEvent> started(
      LoggerContext context, EncoderBase<ILoggingEvent> encoder) {
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }

  private static Appender<ILoggingEvent> toStandardError(
      LoggerContext context, Encoder<ILoggingEvent> encoder) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static Appender<ILoggingEvent> toFile(
      LoggerContext context, Encoder<ILoggingEvent> encoder, Path file) {
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
    names.setContext(context);
    names.setParent(appender);
    names.setFileNamePattern(file + ".%i");
    names.setMinIndex(1);
    names.setMaxIndex(4);
    names.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> sizes = new SizeBasedTriggeringPolicy<>();
    sizes.setContext(context);
    sizes.setMaxFileSize(FileSize.valueOf("10MB"));
    sizes.start();
    appender.setRollingPolicy(names);
    appender.setTriggeringPolicy(sizes);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}
