package dev.sluice.controller.webhook;

import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.CanaryStatus.Phase;
import dev.sluice.crds.ObjectRef;
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

  /// Calls one webhook and waits for it, with its retries.
  ///
  /// @param phase as in the Canary's status
  /// @param checksum names the revision in question; receivers use it to tell runs apart
  /// @return why it refused or could not be asked, in one clause that names it; empty when it
  ///   agreed
  public Optional<String> refusal(ObjectRef canary, Webhook webhook, Phase phase, String checksum)
      throws InterruptedException {
    Http.Request request;
    try {
      request = WebhookCall.request(canary, webhook, phase, checksum, proxy);
    } catch (IllegalArgumentException e) {
      return Optional.of("webhook " + webhook.name() + " cannot be called: " + e.getMessage());
    }
    try {
      return WebhookCall.refusal(webhook, http.send(request));
    } catch (HttpFailure e) {
      return Optional.of("webhook " + webhook.name() + " failed: " + e.getMessage());
    }
  }
}
