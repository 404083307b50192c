package dev.sluice.controller.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// One flat JSON object for each line: `time`, `level`, `msg`, then the facts under their own keys,
/// then `logger`. The schema is in `docs/reference/logs.md`.
public final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> OURS =
      Set.of("time", "level", "msg", "logger", "error", "stack");
  private static final int LONGEST = 8192;
  private static final byte[] NOTHING = {};

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ObjectNode line = JSON.createObjectNode();
    line.put("time", event.getInstant().toString());
    line.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    line.put("msg", text(event.getFormattedMessage()));
    @Nullable List<KeyValuePair> facts = event.getKeyValuePairs();
    if (facts != null) {
      facts.forEach(
          fact -> put(line, OURS.contains(fact.key) ? fact.key + "_" : fact.key, fact.value));
    }
    line.put("logger", event.getLoggerName());
    @Nullable IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.put("error", text(thrown.getClassName() + ": " + thrown.getMessage()));
      line.put("stack", text(ThrowableProxyUtil.asString(thrown)));
    }
    try {
      return (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always JSON", e);
    }
  }

  private static void put(ObjectNode line, String key, @Nullable Object value) {
    switch (value) {
      case null -> line.putNull(key);
      case Integer number -> line.put(key, number);
      case Long number -> line.put(key, number);
      case Double number -> line.put(key, number);
      case Boolean truth -> line.put(key, truth);
      case Collection<?> many -> {
        ArrayNode array = line.putArray(key);
        many.forEach(one -> array.add(text(String.valueOf(one))));
      }
      default -> line.put(key, text(String.valueOf(value)));
    }
  }

  private static String text(String given) {
    String masked = Redaction.mask(given);
    return masked.length() <= LONGEST ? masked : masked.substring(0, LONGEST) + "…";
  }
}
