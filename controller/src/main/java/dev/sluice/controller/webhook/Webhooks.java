package dev.sluice.controller.webhook;

import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.ObjectRef;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Calls webhooks and says why one refused.
public final class Webhooks {
  private final Http http;
  private final Optional<Http.Proxy> proxy;

  /// @param proxy through which webhooks are called; empty for directly
  public Webhooks(Http http, Optional<Http.Proxy> proxy) {
    this.http = http;
    this.proxy = proxy;
  }

  /// What a call is about.
  ///
  /// @param phase where the rollout is, one of Flagger's phases
  /// @param checksum names the revision in question; receivers use it to tell runs apart
  public record Subject(ObjectRef canary, String phase, String checksum) {}

  /// Calls one webhook and waits for it, with its retries.
  ///
  /// @return why it refused or could not be asked, in one clause about "it"; empty when it agreed
  public Optional<String> refusal(Webhook webhook, Subject subject) throws InterruptedException {
    return refusal(webhook, subject, Map.of());
  }

  /// Calls one webhook about an Event.
  ///
  /// @param type `Normal` or `Warning`
  /// @return why it could not be told, as above
  public Optional<String> tell(
      Webhook webhook, Subject subject, String message, String type, Instant at)
      throws InterruptedException {
    return refusal(
        webhook,
        subject,
        Map.of(
            "eventMessage",
            message,
            "eventType",
            type,
            "timestamp",
            String.valueOf(at.toEpochMilli())));
  }

  private Optional<String> refusal(Webhook webhook, Subject subject, Map<String, String> more)
      throws InterruptedException {
    Http.Request request;
    try {
      request = WebhookCall.request(webhook, subject, more, proxy);
    } catch (IllegalArgumentException e) {
      return Optional.of("it cannot be called: " + e.getMessage());
    }
    try {
      return WebhookCall.refusal(http.send(request));
    } catch (HttpFailure e) {
      return WebhookCall.refusal(e);
    }
  }
}
