package dev.sluice.playground.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlackSinkTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private SlackSink sink;

  @BeforeEach
  void start() throws Exception {
    sink = SlackSink.start(vertx, 0, folder.resolve("slack.jsonl"), InstantSource.system());
  }

  @AfterEach
  void stop() throws Exception {
    http.close();
    sink.close();
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private int post(String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(sink.url()))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void aMessageIsKeptAsItsReadersWouldSeeIt() throws Exception {
    var status =
        post(
            """
            {"channel":"on-call","username":"sluice","attachments":[{"color":"danger",
             "author_name":"podinfo.test","text":"Canary failed",
             "fields":[{"title":"Failed checks threshold","value":"5","short":true}]}]}
            """);

    assertThat(status).isEqualTo(200);
    var message = sink.messages().getFirst();
    assertThat(message.channel()).isEqualTo("on-call");
    assertThat(message.text()).isEqualTo("podinfo.test · Canary failed");
    assertThat(message.color()).isEqualTo("danger");
    assertThat(message.fields()).containsExactly("Failed checks threshold: 5");
    assertThat(folder.resolve("slack.jsonl")).content().contains("Canary failed");
  }

  @Test
  void whatIsNoMessageIsRefused() throws Exception {
    assertThat(post("no json")).isEqualTo(400);
    assertThat(post("{\"text\":\"" + "x".repeat(70_000) + "\"}")).isEqualTo(413);
    assertThat(sink.messages()).isEmpty();
  }
}
