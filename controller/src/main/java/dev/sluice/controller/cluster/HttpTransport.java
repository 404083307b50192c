package dev.sluice.controller.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One call of the API is one request on the wire: fabric8's own `patch`, `edit` and `update` read
/// first, which would double what a step costs and race with other writers.
final class HttpTransport implements Transport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_REASON = 400;

  /// How the answer to an apply begins that holds a field of the wrong type or name.
  private static final String UNTYPED = "failed to create typed patch object";

  private final HttpClient http;
  private final String server;
  private final long timeoutMillis;
  private final @Nullable String impersonated;

  /// @param server base URL with a final slash
  /// @param impersonated user name to act as; null to act as oneself
  HttpTransport(HttpClient http, String server, long timeoutMillis, @Nullable String impersonated) {
    this.http = http;
    this.server = server.endsWith("/") ? server : server + "/";
    this.timeoutMillis = timeoutMillis;
    this.impersonated = impersonated;
  }

  @Override
  public Transport as(String user) {
    return new HttpTransport(http, server, timeoutMillis, user);
  }

  @Override
  public Transport within(Duration atMost) {
    return atMost.toMillis() >= timeoutMillis
        ? this
        : new HttpTransport(http, server, Math.max(1, atMost.toMillis()), impersonated);
  }

  @Override
  public JsonNode send(
      String method, String path, @Nullable String contentType, @Nullable Object body) {
    HttpRequest.Builder request =
        http.newHttpRequestBuilder()
            .uri(server + path)
            .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
            .header("Accept", "application/json");
    if (impersonated != null) {
      request.header("Impersonate-User", impersonated);
    }
    try {
      request.method(method, contentType, body == null ? null : JSON.writeValueAsString(body));
      HttpResponse<String> answer =
          http.sendAsync(request.build(), String.class).get(timeoutMillis, TimeUnit.MILLISECONDS);
      String text = answer.body() == null ? "" : answer.body();
      if (answer.isSuccessful()) {
        return JSON.readTree(text);
      }
      throw failure(answer.code(), reason(text, answer.code()));
    } catch (JsonProcessingException e) {
      throw new ClusterFailure.Unavailable("the API server answered something that is not JSON");
    } catch (TimeoutException e) {
      throw new ClusterFailure.Unavailable(
          "the API server did not answer within " + timeoutMillis + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ClusterFailure.Unavailable(
          "the API server cannot be reached: "
              + (cause.getMessage() == null
                  ? cause.getClass().getSimpleName()
                  : cause.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure.Unavailable("interrupted");
    }
  }

  /// The failure that an answer of the API server means.
  static ClusterFailure failure(int code, String why) {
    return switch (code) {
      case 404, 410 -> new ClusterFailure.Missing(why);
      case 409 -> new ClusterFailure.Conflict(why);
      case 429 -> new ClusterFailure.Unavailable(why);
      // The server calls it its own error, but the same apply will never do.
      case 500 ->
          why.startsWith(UNTYPED)
              ? new ClusterFailure.Refused(why)
              : new ClusterFailure.Unavailable(why);
      default ->
          code >= 500 ? new ClusterFailure.Unavailable(why) : new ClusterFailure.Refused(why);
    };
  }

  private static String reason(String body, int code) {
    String message;
    try {
      message = JSON.readTree(body).path("message").asText("");
    } catch (JsonProcessingException e) {
      message = "";
    }
    if (message.isEmpty()) {
      message = "the API server answered " + code;
    }
    return message.length() <= LONGEST_REASON
        ? message
        : message.substring(0, LONGEST_REASON) + "…";
  }
}
