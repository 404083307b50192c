package dev.sluice.gitops.plan;

import static dev.sluice.gitops.plan.Given.json;
import static dev.sluice.gitops.plan.Given.key;
import static dev.sluice.gitops.plan.Given.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.plan.Plan.Found;
import dev.sluice.gitops.plan.Plan.Pruning;
import dev.sluice.gitops.plan.Plan.Removal;
import dev.sluice.gitops.render.ObjectKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PruneTest {
  private static final ObjectRef SYNC = new ObjectRef("team", "app");
  private static final String REVISION = "main@sha1:" + "a".repeat(40);

  @Test
  void whatGitDroppedIsDeletedInReverseOrder() {
    var pruning =
        decide(
            present("/Namespace//production"),
            present("/ConfigMap/production/web"),
            present("apps/Deployment/production/web"),
            present("x.dev/Planet/production/mars"),
            present("apiextensions.k8s.io/CustomResourceDefinition//planets.x.dev"),
            present("admissionregistration.k8s.io/ValidatingWebhookConfiguration//check"));

    assertThat(
            pruning.delete().stream()
                .map(group -> group.stream().map(removal -> removal.key().kind()).toList()))
        .containsExactly(
            List.of("ValidatingWebhookConfiguration"),
            List.of("Planet"),
            List.of("Deployment"),
            List.of("ConfigMap"),
            List.of("Namespace", "CustomResourceDefinition"));
    assertThat(pruning.delete().getFirst().getFirst())
        .isEqualTo(
            new Removal(
                key("admissionregistration.k8s.io/ValidatingWebhookConfiguration//check"),
                "admissionregistration.k8s.io/v1",
                "uid-check"));
  }

  @Test
  void oneAnswerThatIsMissingHoldsEverything() {
    var pruning =
        decide(
            present("/ConfigMap/production/a"),
            Map.entry(key("/ConfigMap/production/b"), new Found.Unknown("the server is away")));

    assertThat(pruning.delete()).isEmpty();
    assertThat(pruning.gone()).isEmpty();
    assertThat(pruning.held())
        .contains("whether ConfigMap production/b is still there is not known: the server is away");
    assertThat(
            new Prune(SYNC, new Claims(List.of()))
                .decide(
                    inventory("/ConfigMap/production/a").versions().keySet(),
                    inventory("/ConfigMap/production/a"),
                    Map.of())
                .held())
        .isPresent();
  }

  @Test
  void whatIsGoneOrGoingIsNotDeletedTwice() {
    var pruning =
        decide(
            Map.entry(key("/ConfigMap/production/a"), new Found.Gone()),
            Map.entry(
                key("/ConfigMap/production/b"),
                new Found.Present(
                    json(
                        "{metadata: {deletionTimestamp: now, annotations:"
                            + " {sluice.dev/synced-by: 'team/app:production_b__ConfigMap'}}}"))));

    assertThat(pruning.gone()).containsExactly(key("/ConfigMap/production/a"));
    assertThat(pruning.terminating()).containsExactly(key("/ConfigMap/production/b"));
    assertThat(pruning.delete()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                          | it no longer bears the mark of this GitSync
          {annotations: {sluice.dev/synced-by: 'x/y:production_a__ConfigMap'}}        | GitSync x/y has it now
          {annotations: {sluice.dev/synced-by: 'team/app:production_b__ConfigMap'}}   | it no longer bears the mark of this GitSync
          {annotations: {sluice.dev/synced-by: 'team/app:production_a__ConfigMap', sluice.dev/prune: disabled}} | its annotation sluice.dev/prune is 'disabled'
          {annotations: {sluice.dev/synced-by: 'team/app:production_a__ConfigMap'}, ownerReferences: [{kind: Canary, name: a}]} | another object owns it
          """)
  void whatIsNotPlainlyOursIsKept(String metadata, String why) {
    var pruning =
        decide(
            Map.entry(
                key("/ConfigMap/production/a"),
                new Found.Present(json("{metadata: " + metadata + "}"))));

    assertThat(pruning.delete()).isEmpty();
    assertThat(pruning.kept()).isEqualTo(Map.of(key("/ConfigMap/production/a"), why));
  }

  @Test
  void whatARolloutTookOverIsKept() {
    ObjectKey service = key("/Service/production/web");
    var claims = new Claims(List.of(new Claim(service, "", "Canary production/web")));
    var found = present("/Service/production/web");

    Pruning pruning =
        new Prune(SYNC, claims)
            .decide(
                java.util.Set.of(service),
                inventory("/Service/production/web"),
                Map.ofEntries(found));

    assertThat(pruning.kept()).containsEntry(service, "Canary production/web drives it now");
  }

  @ParameterizedTest
  @CsvSource({
    // dropped, before, desired, confirmed, asks
    "0, 0, 3, no, no",
    "1, 10, 9, no, no",
    "4, 5, 1, no, no",
    "5, 10, 5, no, no",
    "6, 10, 4, no, yes",
    "6, 10, 4, yes, no",
    "5, 5, 5, no, yes",
    "1, 1, 0, no, yes",
    "1, 1, 0, yes, no",
  })
  void aLargeRemovalAsksForConfirmationOfExactlyThisRevision(
      int dropped, int before, int desired, String confirmed, String asks) {
    String[] names = new String[before];
    Arrays.setAll(names, i -> "/ConfigMap/production/" + i);
    Optional<String> answer =
        Prune.unconfirmed(
            dropped,
            inventory(names),
            desired,
            REVISION,
            Optional.of(confirmed.equals("yes") ? REVISION : "main@sha1:" + "b".repeat(40)));

    assertThat(answer.isPresent()).isEqualTo(asks.equals("yes"));
    answer.ifPresent(why -> assertThat(why).contains("sluice.dev/confirm-prune=" + REVISION));
  }

  @Test
  void theInventoryRemembersBeforeAnythingIsApplied() {
    var before = inventory("/ConfigMap/production/a");
    var union = before.and(List.of(manifest("apps/Deployment/production/web", "{}")));

    assertThat(union.size()).isEqualTo(2);
    assertThat(union.apiVersion(key("apps/Deployment/production/web"))).isEqualTo("apps/v1");
    assertThat(Prune.dropped(union, List.of(key("apps/Deployment/production/web"))))
        .containsExactly(key("/ConfigMap/production/a"));
    assertThat(union.without(List.of(key("/ConfigMap/production/a"))).size()).isEqualTo(1);
  }

  @SafeVarargs
  private static Pruning decide(Map.Entry<ObjectKey, Found>... found) {
    var all = new LinkedHashMap<ObjectKey, Found>();
    for (var entry : found) {
      all.put(entry.getKey(), entry.getValue());
    }
    var inventory =
        inventory(
            all.keySet().stream()
                .map(k -> String.join("/", k.group(), k.kind(), k.namespace(), k.name()))
                .toArray(String[]::new));
    return new Prune(SYNC, new Claims(List.of()))
        .decide(inventory.versions().keySet(), inventory, all);
  }

  private static Map.Entry<ObjectKey, Found> present(String key) {
    ObjectKey object = key(key);
    return Map.entry(
        object,
        new Found.Present(
            json(
                "{metadata: {uid: uid-%s, annotations: {sluice.dev/synced-by: '%s'}}}"
                    .formatted(object.name(), new OwnerMark(SYNC, object).text()))));
  }

  private static Inventory inventory(String... keys) {
    return Inventory.of(Arrays.stream(keys).map(key -> manifest(key, "{}")).toList());
  }
}
