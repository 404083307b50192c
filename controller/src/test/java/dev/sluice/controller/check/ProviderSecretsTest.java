package dev.sluice.controller.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Provider;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ProviderSecretsTest {
  private static final Provider PROMETHEUS = Provider.prometheus("http://prometheus:9090");
  private static final ObjectRef SECRET = new ObjectRef("default", "credentials");

  private boolean mayRead = true;
  private final List<String> calls = new ArrayList<>();
  private final Cluster cluster =
      PlaygroundCluster.over(
          new Gate(),
          List.of(Kind.SECRET),
          (kind, object) -> {},
          (verb, kind, outcome) -> calls.add(verb),
          Fence.OPEN);
  private final ProviderSecrets secrets = new ProviderSecrets(cluster);

  @Test
  void aSecretIsReadOnceUntilItChanges() {
    create(Map.of("token", "one"));
    calls.clear();

    for (int step = 0; step < 5; step++) {
      assertThat(secrets.of(SECRET, PROMETHEUS)).isEqualTo(Credentials.of(Map.of("token", "one")));
    }
    assertThat(calls).containsExactly("get");

    cluster.mergePatch(Kind.SECRET, SECRET, Map.of("data", Map.of("token", encoded("two"))));
    assertThat(secrets.of(SECRET, PROMETHEUS)).isEqualTo(Credentials.of(Map.of("token", "two")));
  }

  @Test
  void onlyWhatTheProviderTakesIsKept() {
    create(Map.of("username", "aladdin", "password", "opensesame", "tls.key", "private"));

    assertThat(secrets.of(SECRET, PROMETHEUS))
        .isEqualTo(Credentials.of(Map.of("username", "aladdin", "password", "opensesame")));
  }

  @Test
  void aSecretThatIsGoneOrHoldsNothingOfUseSaysWhichOne() {
    assertThat(secrets.of(SECRET, PROMETHEUS))
        .isEqualTo(new Credentials.Unusable("Secret default/credentials does not exist"));

    create(Map.of("tokn", "one"));
    assertThat(secrets.of(SECRET, PROMETHEUS))
        .isEqualTo(
            new Credentials.Unusable(
                "Secret default/credentials holds none of password, token, username"));

    cluster.delete(Kind.SECRET, SECRET, Optional.empty());
    assertThat(secrets.of(SECRET, PROMETHEUS))
        .isEqualTo(new Credentials.Unusable("Secret default/credentials does not exist"));
  }

  @Test
  void aSecretThatMayNotBeReadSaysNothingAboutTheRelease() {
    create(Map.of("token", "one"));
    mayRead = false;

    assertThat(secrets.of(SECRET, PROMETHEUS))
        .isInstanceOfSatisfying(
            Credentials.OutOfReach.class,
            away ->
                assertThat(away.why())
                    .startsWith("Secret default/credentials cannot be read: ")
                    .contains("forbidden"));

    mayRead = true;
    assertThat(secrets.of(SECRET, PROMETHEUS)).isEqualTo(Credentials.of(Map.of("token", "one")));
  }

  private void create(Map<String, String> entries) {
    var secret = new GenericKubernetesResource();
    secret.setApiVersion("v1");
    secret.setKind("Secret");
    secret.setMetadata(
        new ObjectMetaBuilder().withNamespace("default").withName("credentials").build());
    secret.setAdditionalProperty("stringData", entries);
    cluster.delete(Kind.SECRET, SECRET, Optional.empty());
    cluster.create(Kind.SECRET, secret);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// An API server whose role may stop to let Secrets be read one by one.
  private final class Gate implements ApiServer {
    private final ApiServer server =
        new KubernetesApi(
            () -> Instant.parse("2026-01-01T00:00:00Z"), new Random(1), Users.EVERYBODY);

    @Override
    public Answer handle(Call call) {
      return mayRead || !call.method().equals("GET")
          ? server.handle(call)
          : new Answer(
              403,
              "application/json",
              "{\"kind\":\"Status\",\"message\":\"secrets is forbidden\"}"
                  .getBytes(StandardCharsets.UTF_8),
              Map.of());
    }

    @Override
    public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
      return server.watch(call, frames);
    }
  }
}
