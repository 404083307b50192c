package dev.sluice.controller.check;

import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.webhook.Webhooks;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.Canary;
import java.util.Optional;

/// Finds the webhook that a rollout means in the spec, and calls it.
public final class WebhookHooks implements Hooks {
  private final Webhooks webhooks;

  public WebhookHooks(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  @Override
  public Optional<String> refusal(Canary canary, Policy.Hook hook, String phase, Revision revision)
      throws InterruptedException {
    Optional<Webhook> webhook =
        canary.spec().analysis().webhooks().stream()
            .skip(hook.index())
            .findFirst()
            .filter(candidate -> candidate.name().equals(hook.name()));
    return webhook.isEmpty()
        ? Optional.of("it is no longer in the spec")
        : webhooks.refusal(
            webhook.get(), new Webhooks.Subject(canary.ref(), phase, revision.hash()));
  }
}
