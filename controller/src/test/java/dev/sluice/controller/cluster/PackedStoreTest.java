package dev.sluice.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class PackedStoreTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEPLOYMENT =
      """
      {"apiVersion":"apps/v1","kind":"Deployment",
       "metadata":{"name":"shop","namespace":"production","resourceVersion":"7","generation":2,
         "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","team":"a"},
         "managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{}}}]},
       "spec":{"replicas":2,"template":{"metadata":{"creationTimestamp":null,"labels":{"app":"shop"}},
         "spec":{"containers":[{"name":"a","resources":{},"env":[{"name":"A","value":""}]}]}}},
       "status":{"availableReplicas":2}}
      """;

  private static GenericKubernetesResource deployment() {
    try {
      return JSON.readValue(DEPLOYMENT, GenericKubernetesResource.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsReadIsWhatWasSeenDownToNullsAndEmptyValues() {
    PackedStore store = new PackedStore(Kind.DEPLOYMENT);
    store.put("production/shop", deployment());

    assertThat(store.get("production/shop"))
        .isNotNull()
        .satisfies(read ->
            assertThat(read.getAdditionalProperties())
                .isEqualTo(deployment().getAdditionalProperties()))
        .satisfies(read -> assertThat(read.getMetadata().getResourceVersion()).isEqualTo("7"));
    assertThat(store.values()).hasSize(1);
    assertThat(store.remove("production/shop")).isNotNull();
    assertThat(store.get("production/shop")).isNull();
  }

  @Test
  void aReaderMayChangeItsCopy() {
    PackedStore store = new PackedStore(Kind.DEPLOYMENT);
    store.put("production/shop", deployment());

    store.values().forEach(mine -> mine.getAdditionalProperties().clear());

    assertThat(store.values())
        .singleElement()
        .satisfies(read -> assertThat(read.getAdditionalProperties()).containsKey("spec"));
  }

  @Test
  void whoeverReplacesAnObjectIsToldWhatWasThere() {
    PackedStore store = new PackedStore(Kind.DEPLOYMENT);
    assertThat(store.put("production/shop", deployment())).isNull();

    GenericKubernetesResource next = deployment();
    next.getMetadata().setResourceVersion("8");

    assertThat(store.put("production/shop", next))
        .isNotNull()
        .satisfies(before -> assertThat(before.getMetadata().getResourceVersion()).isEqualTo("7"));
  }

  @Test
  void whatNobodyReadsIsLeftOutButNotOfObjectsThatAreWrittenBack() {
    PackedStore deployments = new PackedStore(Kind.DEPLOYMENT);
    deployments.put("production/shop", deployment());
    PackedStore services = new PackedStore(Kind.SERVICE);
    services.put("production/shop", deployment());

    assertThat(String.valueOf(deployments.get("production/shop")))
        .contains("team")
        .doesNotContain("managedFields=[Man")
        .doesNotContain("last-applied-configuration");
    assertThat(String.valueOf(services.get("production/shop")))
        .contains("last-applied-configuration");
  }
}
