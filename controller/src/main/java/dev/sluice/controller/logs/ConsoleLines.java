package dev.sluice.controller.logs;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.nio.charset.StandardCharsets;

/// Lines for a person at a terminal, with the same masking as [JsonLines].
public final class ConsoleLines extends PatternLayoutEncoder {

  @Override
  public byte[] encode(ILoggingEvent event) {
    return Redaction.mask(new String(super.encode(event), StandardCharsets.UTF_8))
        .getBytes(StandardCharsets.UTF_8);
  }
}
