package dev.sluice.controller.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.http.Http;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.CanaryStatus.Phase;
import dev.sluice.crds.ObjectRef;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// What is sent to a webhook, and what its answer means. Pure.
final class WebhookCall {
  /// Load testers return the output of commands; nobody reads more of it.
  private static final int MAX_ANSWER = 1 << 20;

  private static final int MAX_REASON = 300;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  private WebhookCall() {}

  /// @param checksum names the revision in question; the same for all its calls
  /// @param proxy through which webhooks are called; short host names mean the Canary's namespace
  /// @throws IllegalArgumentException with the field that keeps it from being called
  static Http.Request request(
      ObjectRef canary, Webhook webhook, Phase phase, String checksum, Optional<Http.Proxy> proxy) {
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
            payload(canary, webhook, phase, checksum),
            timeout.isZero() ? DEFAULT_TIMEOUT : timeout,
            MAX_ANSWER)
        .verifyTls(!webhook.disableTLS())
        .with(proxy.map(way -> way.onBehalfOf(canary.namespace(), "")))
        .with(Http.Retries.of(Math.clamp(webhook.retries(), 0, Http.Retries.MOST)));
  }

  /// Why the webhook says no; empty when it agrees, which is any status of 2xx.
  static Optional<String> refusal(Webhook webhook, Http.Response answer) {
    if (answer.success()) {
      return Optional.empty();
    }
    String body = answer.excerpt(MAX_REASON);
    return Optional.of(
        "webhook "
            + webhook.name()
            + " answered "
            + answer.status()
            + (body.isEmpty() ? "" : ": " + body));
  }

  private static byte[] payload(ObjectRef canary, Webhook webhook, Phase phase, String checksum) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("name", canary.name());
    payload.put("namespace", canary.namespace());
    payload.put("phase", phase.toString());
    payload.put("checksum", checksum);
    if (!webhook.metadata().isEmpty()) {
      ObjectNode metadata = payload.putObject("metadata");
      webhook.metadata().forEach(metadata::put);
    }
    try {
      return JSON.writeValueAsBytes(payload);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always JSON", e);
    }
  }
}
