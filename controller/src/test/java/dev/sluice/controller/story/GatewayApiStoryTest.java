package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What only a Gateway can do to a release: not obey, and say so. All else is in
/// [StrategyMatrixTest].
class GatewayApiStoryTest {
  private static final String GATEWAY =
      "/apis/gateway.networking.k8s.io/v1/namespaces/production/gateways/public";

  @Test
  void noPodIsStoppedBeforeTheGatewayObeysAndPeopleAreToldWhichGateway() {
    try (Site site = new Site(Way.STEPS, Provider.GATEWAY_API, 1, GATEWAY)) {
      World world = site.world().run(Duration.ofMinutes(2));

      assertThat(world.phase("myapp")).isEqualTo("Initializing");
      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.story("myapp"))
          .anyMatch(event ->
              event.contains(
                  "but Gateway production/public has not reported that it accepts HTTPRoute production/myapp"));

      world.apply(Provider.GATEWAY_API.objects());
      site.until("Initialized");
    }
  }
}
