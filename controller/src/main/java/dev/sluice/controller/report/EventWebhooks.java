package dev.sluice.controller.report;

import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.webhook.Webhooks;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.Analysis.WebhookType;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.RolloutStatus;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells every Event of a canary to its webhooks of type `event`, in the order in which they
/// happened. What cannot be delivered is logged and changes nothing; a receiver that hangs holds up
/// the events of its own canary only.
public final class EventWebhooks implements Messenger {
  private static final Logger LOG = LoggerFactory.getLogger(EventWebhooks.class);

  /// Events of one canary that may wait for a receiver; a rollout has some thirty.
  static final int MOST_OF_ONE = 100;

  /// Of all canaries, so that a receiver that all share cannot fill the memory.
  private static final int MOST = 5_000;

  private final Webhooks webhooks;
  private final Optional<Webhook> fallback;
  private final Lanes lanes;

  private record Letter(
      List<Webhook> to, Webhooks.Subject about, String message, String type, Instant at) {}

  /// @param fallback where events of Canaries without event webhooks of their own go
  public EventWebhooks(Webhooks webhooks, Optional<URI> fallback, Executor threads) {
    this.webhooks = webhooks;
    this.fallback =
        fallback.map(address ->
            new Webhook(
                WebhookType.EVENT,
                "event-webhook",
                address.toString(),
                false,
                null,
                0,
                false,
                Map.of()));
    this.lanes = new Lanes(threads, MOST_OF_ONE, MOST);
  }

  @Override
  public void tell(Canary canary, Standing standing, Announcement announcement, Instant now) {
    List<Webhook> own = canary.spec().analysis().webhooks(WebhookType.EVENT);
    List<Webhook> to = own.isEmpty() ? fallback.map(List::of).orElse(List.of()) : own;
    if (to.isEmpty()) {
      return;
    }
    ObjectRef ref = canary.ref();
    Letter letter =
        new Letter(
            to,
            about(ref, canary.status()),
            announcement.message(),
            announcement.reason().type().title(),
            now);
    switch (lanes.add(ref, () -> send(ref, letter))) {
      case TAKEN -> {}
      case STOPPING -> LOG.atWarn().addKeyValue("canary", ref).log("event dropped: stopping");
      case FULL ->
          LOG.atWarn()
              .addKeyValue("canary", ref)
              .log("event dropped: its webhook does not keep pace");
    }
  }

  private static Webhooks.Subject about(ObjectRef ref, CanaryStatus status) {
    CanaryStatus.@Nullable Phase phase = status.phase();
    @Nullable RolloutStatus rollout = status.rollout();
    String revision = rollout == null ? null : rollout.revision();
    return new Webhooks.Subject(
        ref, phase == null ? "" : phase.toString(), revision == null ? "" : revision);
  }

  private void send(ObjectRef canary, Letter letter) throws InterruptedException {
    for (Webhook webhook : letter.to()) {
      Optional<String> failure =
          webhooks.tell(webhook, letter.about(), letter.message(), letter.type(), letter.at());
      if (failure.isPresent()) {
        LOG.atWarn()
            .addKeyValue("canary", canary)
            .addKeyValue("webhook", webhook.name())
            .addKeyValue("why", failure.get())
            .log("event not taken by its webhook");
      }
    }
  }
}
