package dev.sluice.playground.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.git.DeliveryRepository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleasesTest {
  @TempDir Path folder;

  @Test
  void theDemoGoesOnAtTheReleaseThatTheRepositoryHas() throws Exception {
    try (var delivery = DeliveryRepository.open(folder.resolve("delivery.git"))) {
      assertThat(Releases.committed(delivery)).isZero();
      int number = 1;
      for (var release : List.of(Releases.first(), Releases.good(), Releases.bad())) {
        delivery.commit(release, "Release", Instant.EPOCH);
        assertThat(Releases.committed(delivery)).isEqualTo(number++);
      }
      delivery.commit(
          Map.of("production/deployment.yaml", "somebody else's"), "Push", Instant.EPOCH);
      assertThat(Releases.committed(delivery)).isEqualTo(4);
    }
  }

  @Test
  void theGitSyncMayWriteWhatTheDemoCommits() throws Exception {
    var api = new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);
    for (var definition : Manifests.istio()) {
      Manifests.create(api, definition);
    }
    var root = Path.of(System.getProperty("sluice.root", ".."));
    for (var definition : Manifests.definitions(root)) {
      Manifests.create(api, definition);
    }
    for (var object : Releases.stage("http://127.0.0.1:1/delivery.git")) {
      assertThat(Manifests.create(api, object)).isTrue();
    }
    var plurals =
        Map.of(
            "Deployment", "/apis/apps/v1/namespaces/production/deployments",
            "Canary", "/apis/flagger.app/v1beta1/namespaces/production/canaries",
            "Gateway", "/apis/networking.istio.io/v1/namespaces/production/gateways");
    var written = new ArrayList<String>();
    for (var file : Releases.first().entrySet()) {
      if (!file.getKey().endsWith(".yaml")) {
        continue;
      }
      for (var object : Manifests.read(file.getValue())) {
        var path = plurals.getOrDefault(object.path("kind").asText(), "");
        var answer =
            api.handle(
                new Call(
                    "POST",
                    path,
                    Map.of(),
                    Map.of(
                        "content-type", "application/json",
                        "impersonate-user", "system:serviceaccount:production:default",
                        "impersonate-group", "system:serviceaccounts,system:authenticated"),
                    object.toString().getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.status())
            .as(new String(answer.body(), StandardCharsets.UTF_8))
            .isEqualTo(201);
        written.add(object.path("kind").asText());
      }
    }
    assertThat(written).contains("Deployment", "Canary");
  }
}
