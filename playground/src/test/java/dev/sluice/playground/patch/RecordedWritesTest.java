package dev.sluice.playground.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every write of a recorded case gives the object, the owners or the refusal that the real server
/// gave.
class RecordedWritesTest {
  private static final Path CASES =
      Path.of("src/test/resources/dev/sluice/playground/patch/recorded");

  @TestFactory
  Stream<DynamicTest> writesAsTheRealServer() throws IOException {
    try (var files = Files.list(CASES)) {
      List<Path> cases = files.sorted().toList();
      assertThat(cases).isNotEmpty();
      return cases.stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> replay(file)));
    }
  }

  private static void replay(Path file) throws IOException {
    JsonNode exchanges = new ObjectMapper().readTree(file.toFile());
    var server = new RecordedServer();
    var compared = new ArrayList<String>();
    int i = 0;
    for (JsonNode exchange : exchanges) {
      String what = i++ + " " + exchange.path("request").asText() + " " + exchange.path("body");
      RecordedServer.Reply reply = server.answer(exchange);
      if (reply instanceof RecordedServer.Reply.NotOurs) continue;
      compared.add(what);
      assertThat(RecordedServer.comparable(reply))
          .as(what)
          .isEqualTo(RecordedServer.comparable(exchange, reply));
    }
    assertThat(compared).as("writes that were compared").isNotEmpty();
  }
}
