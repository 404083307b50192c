package dev.sluice.controller.canary;

import dev.sluice.controller.rollout.Policy;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.webhook.Webhooks;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.Analysis.WebhookType;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus.Phase;
import java.util.Optional;

/// Finds the webhook that a rollout means in the spec, and calls it.
public final class WebhookHooks implements Hooks {
  private final Webhooks webhooks;

  public WebhookHooks(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  @Override
  public Optional<String> refusal(Canary canary, Policy.Hook hook, Revision revision)
      throws InterruptedException {
    Optional<Webhook> webhook =
        canary.spec().analysis().webhooks(type(hook.type())).stream()
            .filter(candidate -> candidate.name().equals(hook.name()))
            .findFirst();
    if (webhook.isEmpty()) {
      return Optional.of("webhook " + hook.name() + " is no longer in the spec");
    }
    return webhooks.refusal(canary.ref(), webhook.get(), Phase.PROGRESSING, revision.hash());
  }

  private static WebhookType type(Policy.HookType type) {
    return switch (type) {
      case PRE_ROLLOUT -> WebhookType.PRE_ROLLOUT;
      case ROLLOUT -> WebhookType.ROLLOUT;
    };
  }
}
