package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A target with a PodDisruptionBudget, which does not select the pods of its primary.
class BudgetStoryTest {
  private static final String BUDGETS =
      "/apis/policy/v1/namespaces/production/poddisruptionbudgets/";

  private static final String BUDGET =
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web, namespace: production, labels: {team: shop, kustomize.toolkit.fluxcd.io/name: apps}}
      spec:
        minAvailable: 50%
        unhealthyPodEvictionPolicy: AlwaysAllow
        selector: {matchLabels: {app: myapp}}
      """;

  private static World protectedApp(long seed) {
    World world = Myapp.onboarded(seed);
    return world.apply(BUDGET).run(Duration.ofSeconds(2));
  }

  private static JsonNode copy(World world) {
    return world.get(BUDGETS + "web-primary");
  }

  private static boolean isThere(JsonNode object) {
    return object.has("spec");
  }

  @Test
  void thePrimaryGetsACopyThatSelectsItsPodsAndGoesWithTheCanary() {
    try (World world = protectedApp(61)) {
      JsonNode copy = copy(world);
      assertThat(copy.at("/spec/selector").toString())
          .isEqualTo("{\"matchLabels\":{\"app\":\"myapp-primary\"}}");
      assertThat(copy.at("/spec/minAvailable").asText()).isEqualTo("50%");
      assertThat(copy.at("/spec/unhealthyPodEvictionPolicy").asText()).isEqualTo("AlwaysAllow");
      assertThat(copy.at("/metadata/labels").toString()).isEqualTo("{\"team\":\"shop\"}");
      assertThat(copy.at("/metadata/ownerReferences/0/kind").asText()).isEqualTo("Canary");

      String settled = copy.at("/metadata/resourceVersion").asText();
      world.run(Duration.ofMinutes(5));
      assertThat(copy(world).at("/spec")).isEqualTo(copy.at("/spec"));
      assertThat(copy(world).at("/metadata/generation")).isEqualTo(copy.at("/metadata/generation"));
      assertThat(settled).isNotEmpty();

      world.delete(Myapp.CANARIES + "myapp").run(Duration.ofSeconds(10));
      assertThat(isThere(copy(world))).isFalse();
      assertThat(isThere(world.get(BUDGETS + "web"))).isTrue();
    }
  }

  @Test
  void itFollowsEveryEditAndGoesWithTheOriginal() {
    try (World world = protectedApp(62)) {
      world.patch(BUDGETS + "web", "{\"spec\":{\"minAvailable\":1}}").run(Duration.ofSeconds(2));
      assertThat(copy(world).at("/spec/minAvailable").asInt()).isEqualTo(1);

      world
          .patch(BUDGETS + "web-primary", "{\"spec\":{\"minAvailable\":0}}")
          .run(Duration.ofSeconds(2));
      assertThat(copy(world).at("/spec/minAvailable").asInt()).isEqualTo(1);

      world.delete(BUDGETS + "web-primary").run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isTrue();

      world.delete(BUDGETS + "web").run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isFalse();
    }
  }

  @Test
  void noPodIsEverSelectedByTwo() {
    try (World world = protectedApp(63)) {
      world
          .apply(
              BUDGET
                  .replace("name: web,", "name: by-hand,")
                  .replace("app: myapp}", "app: myapp-primary}"))
          .run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isFalse();

      world.delete(BUDGETS + "by-hand").run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isTrue();

      world
          .patch(BUDGETS + "web", "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":null}}}}")
          .run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isFalse();
    }
  }

  @Test
  void aBudgetOfTheTeamsOwnUnderTheCopysNameIsNotTouched() {
    try (World world = Myapp.onboarded(64)) {
      world.apply(
          BUDGET.replace("name: web,", "name: web-primary,").replace("app: myapp}", "app: other}"));
      world.apply(BUDGET).run(Duration.ofSeconds(5));

      assertThat(copy(world).at("/spec/selector/matchLabels/app").asText()).isEqualTo("other");
      assertThat(world.reasons("myapp")).doesNotContain("Held");
    }
  }

  @Test
  void oneThatSaysSoIsNotCopied() {
    try (World world = protectedApp(65)) {
      world
          .patch(
              BUDGETS + "web", "{\"metadata\":{\"annotations\":{\"sluice.dev/copy\":\"false\"}}}")
          .run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isFalse();

      world
          .patch(BUDGETS + "web", "{\"metadata\":{\"annotations\":{\"sluice.dev/copy\":null}}}")
          .run(Duration.ofSeconds(2));
      assertThat(isThere(copy(world))).isTrue();
    }
  }

  @Test
  void budgetsOfOthersAreNobodysBusiness() {
    try (World world = Myapp.onboarded(66)) {
      world.apply(BUDGET.replace("app: myapp}", "app: shop}")).run(Duration.ofSeconds(2));

      assertThat(isThere(copy(world))).isFalse();
    }
  }

  @Test
  void aRestartChangesNothing() {
    try (World world = protectedApp(67)) {
      String uid = copy(world).at("/metadata/uid").asText();

      world.restartController().run(Duration.ofMinutes(1));

      assertThat(copy(world).at("/metadata/uid").asText()).isEqualTo(uid);
    }
  }
}
