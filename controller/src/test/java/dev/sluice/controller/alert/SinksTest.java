package dev.sluice.controller.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.crds.Analysis.Severity;
import dev.sluice.crds.ObjectRef;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What each kind of receiver is sent: one file for each, rewritten with `-Dsluice.update=true`.
class SinksTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("sluice.root", ".."))
          .resolve("controller/src/test/resources/dev/sluice/controller/alert/payloads");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final AlertMessage ROLLED_BACK =
      new AlertMessage(
          Severity.ERROR,
          new ObjectRef("production", "my_app"),
          "Failed checks threshold reached 3: request-success-rate was 71.2 <of 100> & *falling*",
          List.of(
              new AlertMessage.Fact("Target", "Deployment/my_app.production"),
              new AlertMessage.Fact("Commit", "main@sha1:1f2e3d4c5b6a")));

  static List<Sink> sinks() {
    return Sinks.all();
  }

  @ParameterizedTest
  @MethodSource("sinks")
  void theMessageIsWrittenAsTheReceiverReadsIt(Sink sink) throws IOException {
    var to =
        new Destination(
            "AlertProvider production/on-call",
            sink.type(),
            URI.create("https://hooks.example.com/hush"),
            Optional.of("hush"),
            "releases",
            "sluice",
            Optional.empty());
    String sent = JSON.writeValueAsString(sink.payload(ROLLED_BACK, to)) + "\n";

    Path file = FOLDER.resolve(sink.type() + ".json");
    if (Boolean.getBoolean("sluice.update")) {
      Files.writeString(file, sent);
    }
    assertThat(sent).isEqualTo(Files.readString(file)).doesNotContain("hush");
  }

  @Test
  void everySinkIsListedOnceAndNoFileIsUnused() throws IOException {
    assertThat(Sinks.types()).doesNotHaveDuplicates();
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(Sinks.types());
    }
  }
}
