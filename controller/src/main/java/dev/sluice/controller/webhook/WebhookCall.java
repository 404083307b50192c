package dev.sluice.controller.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.crds.Analysis.Webhook;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What is sent to a webhook, and what its answer means. Pure.
final class WebhookCall {
  /// Load testers return the output of commands; nobody reads more of it.
  private static final int MAX_ANSWER = 1 << 20;

  private static final int MAX_REASON = 300;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  private WebhookCall() {}

  /// @param more metadata that goes before the webhook's own; empty for none
  /// @param proxy through which webhooks are called; short host names mean the Canary's namespace
  /// @throws IllegalArgumentException with the field that keeps it from being called
  static Http.Request request(
      Webhook webhook,
      Webhooks.Subject subject,
      Map<String, String> more,
      Optional<Http.Proxy> proxy) {
    URI address;
    try {
      address = URI.create(webhook.url());
    } catch (IllegalArgumentException _) {
      // the address may hold a token, so it is not shown
      throw new IllegalArgumentException("its url is not a URL");
    }
    Duration timeout;
    try {
      timeout = webhook.patience();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("its timeout " + e.getMessage(), e);
    }
    return Http.Request.postJson(
            address,
            payload(webhook, subject, more),
            timeout.isZero() ? DEFAULT_TIMEOUT : timeout,
            MAX_ANSWER)
        .verifyTls(!webhook.disableTLS())
        .with(proxy.map(way -> way.onBehalfOf(subject.canary().namespace(), "")))
        .with(Http.Retries.of(Math.clamp(webhook.retries(), 0, Http.Retries.MOST)));
  }

  /// Why the webhook says no; empty when it agrees, which is any status of 2xx.
  static Optional<String> refusal(Http.Response answer) {
    if (answer.success()) {
      return Optional.empty();
    }
    String body = answer.excerpt(MAX_REASON);
    return Optional.of("it answered " + answer.status() + (body.isEmpty() ? "" : ": " + body));
  }

  /// The same of one that had no complete answer. Only the status of an answer is wanted, so one
  /// that is too long is as good as any.
  static Optional<String> refusal(HttpFailure failure) {
    if (failure.status().isEmpty()) {
      return Optional.of("it failed: " + failure.getMessage());
    }
    int status = failure.status().getAsInt();
    return Http.isSuccess(status)
        ? Optional.empty()
        : Optional.of("it answered %d, with more than %d bytes".formatted(status, MAX_ANSWER));
  }

  private static byte[] payload(
      Webhook webhook, Webhooks.Subject subject, Map<String, String> more) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("name", subject.canary().name());
    payload.put("namespace", subject.canary().namespace());
    payload.put("phase", subject.phase());
    payload.put("checksum", subject.checksum());
    Map<String, String> metadata = new LinkedHashMap<>(webhook.metadata());
    metadata.putAll(more);
    if (!metadata.isEmpty()) {
      ObjectNode node = payload.putObject("metadata");
      metadata.forEach(node::put);
    }
    try {
      return JSON.writeValueAsBytes(payload);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always JSON", e);
    }
  }
}
