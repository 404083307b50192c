package dev.sluice.controller.logs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

/// What somebody with grep and jq finds in the log.
class JsonLinesTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Logger log;

  @BeforeEach
  void open() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    var encoder = new JsonLines();
    encoder.setContext(context);
    encoder.start();
    var appender = new OutputStreamAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(out);
    appender.start();
    var root = context.getLogger("dev.sluice.Example");
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    log = root;
  }

  @AfterEach
  void close() {
    context.stop();
  }

  private JsonNode line() throws IOException {
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text).endsWith("\n");
    assertThat(text.lines()).hasSize(1);
    return new ObjectMapper().readTree(text);
  }

  @Test
  void factsAreKeysOfTheirOwn() throws IOException {
    log.atWarn()
        .addKeyValue("canary", "production/web")
        .addKeyValue("passes", 3)
        .addKeyValue("kinds", List.of("canaries", "services"))
        .log("event not written");
    var line = line();
    assertThat(line.path("level").asText()).isEqualTo("warn");
    assertThat(line.path("msg").asText()).isEqualTo("event not written");
    assertThat(line.path("canary").asText()).isEqualTo("production/web");
    assertThat(line.path("passes").asInt()).isEqualTo(3);
    assertThat(line.path("kinds")).hasSize(2);
    assertThat(line.path("logger").asText()).isEqualTo("dev.sluice.Example");
    assertThat(Instant.parse(line.path("time").asText())).isNotNull();
    assertThat(line.fieldNames()).toIterable().startsWith("time", "level", "msg");
  }

  @Test
  void aFactNeverTakesThePlaceOfAnotherField() throws IOException {
    log.atInfo().addKeyValue("level", "seven").addKeyValue("msg", "other").log("constant");
    assertThat(line().path("level").asText()).isEqualTo("info");
    assertThat(line().path("msg").asText()).isEqualTo("constant");
    assertThat(line().path("level_").asText()).isEqualTo("seven");
  }

  @Test
  void anExceptionIsOneLineToo() throws IOException {
    log.atError().setCause(new IllegalStateException("a\nb")).log("pass failed");
    assertThat(line().path("error").asText()).startsWith("java.lang.IllegalStateException: a");
    assertThat(line().path("stack").asText()).contains("JsonLinesTest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cannot fetch https://bot:hunter2@git.example.com/app.git",
        "sent Authorization: Bearer hunter2hunter2",
        "sent authorization: Basic aHVudGVyMjpodW50ZXIy-hunter2",
        "GET http://prometheus/?token=hunter2&x=1",
        "config {\"password\": \"hunter2\"}",
        "client_secret=hunter2",
        "POST https://hooks.slack.com/services/T0/B0/hunter2",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----"
      })
  void nothingThatLooksLikeASecretGetsOut(String text) throws IOException {
    log.atError().setCause(new IOException(text)).addKeyValue("why", text).log("pass failed");
    assertThat(line().toString()).doesNotContain("hunter2").contains("***");
  }

  @Test
  void whatIsNoSecretStaysReadable() throws IOException {
    String text = "Secret production/web has no key 'address' at https://git.example.com/a@v1";
    log.atInfo().addKeyValue("why", text).log("waiting");
    assertThat(line().path("why").asText()).isEqualTo(text);
  }
}
